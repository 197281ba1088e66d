/// Why the voice platform did not do what it was asked.
///
/// `description` names method and code, never a parameter.
struct ManagementError: Error, Sendable, Equatable, CustomStringConvertible {
    enum Kind: Sendable, Equatable {
        /// The platform's own error code with its text (management API, error table).
        case refused(code: Int64, message: String)
        /// No connection, no answer in time, or a status other than 200; whether the command ran is unknown.
        case unreachable(String)
        /// No command was sent: the controller has nothing to sign it with.
        case unsigned(String)
        /// An answer without what was agreed.
        case wrongAnswer(String)
    }

    let method: String
    let kind: Kind

    /// Codes by which the platform says that the name is taken: a step of ours that has run already, or its number.
    private static let duplicateCodes: Set<Int64> = [106, 118, 128, 129, 133, 156, 175, 182]

    /// Whether the object exists already, so that it must be looked up instead.
    var isDuplicate: Bool {
        guard case .refused(let code, _) = kind else { return false }
        return Self.duplicateCodes.contains(code)
    }

    /// Codes of trouble inside the platform, which has the command begun or not (management API, error table).
    private static let troubleCodes: Set<Int64> = [1, 2, 4, 15, 16, 20, 21]
    /// Codes by which the platform puts a command off that it has not begun: too many in a time, later.
    private static let laterCodes: Set<Int64> = [340, 416]

    /// Whether the platform does not know the object that a command is about: wrong arguments, after all else was right.
    var isUnknownObject: Bool {
        guard case .refused(let code, _) = kind else { return false }
        return code == 101
    }

    /// Whether the platform does not know the scenario that it is to change.
    var isUnknownScenario: Bool {
        guard case .refused(let code, _) = kind else { return false }
        return code == 132
    }

    /// Whether the platform does not know the rule that something is to be bound to.
    var isUnknownRule: Bool {
        guard case .refused(let code, _) = kind else { return false }
        return code == 147
    }

    /// Whether the platform does not know the user that a command is about.
    var isUnknownUser: Bool {
        guard case .refused(let code, _) = kind else { return false }
        return code == 117
    }

    /// Codes that are about the account that asks, whatever it asks: its credentials, state, money and bounds.
    private static let accountCodes: Set<Int64> = [
        5, 100, 104, 109, 115, 116, 117, 127, 131, 135, 137, 281, 282, 314, 317, 418,
    ]

    /// Whether what the command says is refused, and would be for any account at any time.
    var isVerdict: Bool {
        guard case .refused(let code, _) = kind else { return false }
        return !isPassing && !isUnknownScenario && !Self.accountCodes.contains(code)
    }

    /// Whether asking again may help.
    var isPassing: Bool {
        switch kind {
        case .unreachable: true
        case .refused(let code, _): Self.troubleCodes.contains(code) || isUnstarted
        case .unsigned, .wrongAnswer: false
        }
    }

    /// Whether the command certainly has not run, and may later.
    var isUnstarted: Bool {
        guard case .refused(let code, _) = kind else { return false }
        return Self.laterCodes.contains(code)
    }

    var description: String {
        switch kind {
        case .refused(let code, let message): "voice platform: \(method) was refused with code \(code): \(message)"
        case .unreachable(let reason): "voice platform: \(method) got no answer: \(reason)"
        case .unsigned(let reason): "voice platform: \(method) was not sent: \(reason)"
        case .wrongAnswer(let reason): "voice platform: \(method) was answered wrongly: \(reason)"
        }
    }
}
