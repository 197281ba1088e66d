/// Why a CRM gave no answer.
///
/// `message` holds no number, name or key, so it may be logged and shown.
public struct CRMError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds that callers tell apart.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// No connection, or no answer in time.
        case unreachable
        /// It answered with a refusal.
        case refused
        /// It answered something that cannot be understood.
        case wrongAnswer = "wrong_answer"
    }

    public let code: Code
    /// What happened, what was expected, what helps.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "CRM: \(message)" }
}
