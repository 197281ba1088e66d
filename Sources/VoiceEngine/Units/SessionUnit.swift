import CallControl

/// A player, recorder, conference or stream of a session, as the signalling loop knows it.
protocol SessionUnit: MediaOwner {
    /// Commands of another kind of unit do nothing.
    func perform(_ command: UnitCommand)
    /// Ends it without an event, except that of a recorder's file.
    func end()
}
