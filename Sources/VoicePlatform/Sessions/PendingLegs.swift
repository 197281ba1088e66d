import CallControl

/// Outgoing legs that wait for money, with what the script has asked of them meanwhile; a value.
struct PendingLegs: Sendable {
    private var commands: [CallID: [CallCommand]] = [:]

    /// Keeps the command that makes a leg.
    mutating func wait(_ leg: CallID, with command: CallCommand) { commands[leg] = [command] }

    /// Keeps a command of a leg that waits.
    ///
    /// - Returns: False for one that concerns none.
    mutating func take(_ command: CallCommand) -> Bool {
        guard !commands.isEmpty, let leg = command.callIDs.first(where: { commands[$0] != nil }) else { return false }
        commands[leg]?.append(command)
        return true
    }

    /// What was asked of a leg, in order; nil for one that does not wait.
    mutating func release(_ leg: CallID) -> [CallCommand]? { commands.removeValue(forKey: leg) }

    mutating func releaseAll() { commands = [:] }
}
