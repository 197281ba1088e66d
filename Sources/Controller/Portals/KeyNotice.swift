import Storage

/// Tells a portal that a person of the operator has given it another licence key.
///
/// Whoever gives a key has it in the hand, and with it could ask the controller in the portal's name; so it is said to
/// whoever had the key before, signed with that one (``Portal/tell(_:_:)``), also when the new one has been used already.
enum KeyNotice {
    static let command = "LicenceKeyChanged"

    /// Puts the message beside the change.
    ///
    /// - Parameter end: Until when the former key is accepted; nil when it is not any more.
    static func add(_ act: StaffAct, of portal: PortalID, formerUntil end: Moment?, to transaction: Transaction) throws
    {
        let body: JSONValue = [
            "CHANGE_ID": .text(act.id), "PERSON": .text(act.person), "AT": .integer(act.at.seconds),
            "FORMER_KEY_UNTIL": (end?.seconds).json,
        ]
        try OutboxStore.add(command, key: act.id, body.encoded, portal, at: act.at, to: transaction)
    }
}
