/// Why a command to a `UserAgent` had no effect.
///
/// Calls end at any time from the other side, so a command that comes too late is normal and needs no alarm.
public struct UserAgentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of mistake.
    public enum Code: Hashable, Sendable {
        /// The call is over or never was.
        case noSuchSession
        /// The call is in a state, or this side in a role, that does not know the command.
        case wrongState
        /// The peer has offered nothing that could be answered.
        case nothingToAnswer
        /// The limit on calls is reached.
        case tooManySessions
        /// The request is over: it was answered, or nobody waits for its answer any more.
        case noSuchRequest
        /// From or To is missing in a request to send.
        case incompleteRequest
    }

    /// The kind of mistake.
    public let code: Code
    /// What happened, what was expected and what to do.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }

    static let noSuchSession = UserAgentError(
        .noSuchSession, "the call is over; drop its handle after the last event")
    static let nothingToAnswer = UserAgentError(
        .nothingToAnswer, "no offer of the peer waits for an answer; answer each reinviteReceived once")
    static let tooManySessions = UserAgentError(
        .tooManySessions, "the limit of calls is reached; raise maximumSessions or try later")
    static let noSuchRequest = UserAgentError(
        .noSuchRequest, "the request has had its answer or has timed out; answer once, within 32 s")
    static let incompleteRequest = UserAgentError(
        .incompleteRequest, "a request outside calls needs From and To; set both")

    static func wrongState(_ command: String, expected: String) -> UserAgentError {
        UserAgentError(.wrongState, "\(command) is for \(expected); this call is not in that state")
    }
}
