/// A warning as a mail.
public struct WarningMail: Sendable, Hashable {
    public let to: String
    public let subject: String
    public let text: String

    public init(to: String, subject: String, text: String) {
        self.to = to
        self.subject = subject
        self.text = text
    }
}

/// Hands mails to a mail server.
public protocol WarningMailer: Sendable {
    /// Sends one mail; every trouble is an outcome.
    func send(_ mail: WarningMail) async -> WarningOutcome
}

/// What became of a warning on its way.
public enum WarningOutcome: Sendable, Hashable {
    /// The other side has it.
    case taken
    /// Sending it again may help; the reason is for the operator.
    case later(String)
    /// Nothing helps.
    case never(String)
}
