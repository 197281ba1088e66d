/// Why the voice platform did not do what it was asked.
///
/// `description` names method and code, never a parameter.
struct ManagementError: Error, Sendable, Equatable, CustomStringConvertible {
    enum Kind: Sendable, Equatable {
        /// The platform's own error code with its text (management API, error table).
        case refused(code: Int64, message: String)
        /// No connection, no answer in time, or a status other than 200; whether the command ran is unknown.
        case unreachable(String)
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

    /// Whether asking again may help.
    var isPassing: Bool {
        if case .unreachable = kind { return true }
        return false
    }

    var description: String {
        switch kind {
        case .refused(let code, let message): "voice platform: \(method) was refused with code \(code): \(message)"
        case .unreachable(let reason): "voice platform: \(method) got no answer: \(reason)"
        case .wrongAnswer(let reason): "voice platform: \(method) was answered wrongly: \(reason)"
        }
    }
}
