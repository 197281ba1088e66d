/// Why the portal does not do what a request asks.
struct PortalRefusal: Error, Sendable, Hashable {
    /// The kinds that clients tell apart, as they stand in answers.
    enum Code: String, Sendable, Hashable {
        case refused = "REFUSED"
        case wrongLogin = "WRONG_LOGIN"
        case tooManyAttempts = "TOO_MANY_ATTEMPTS"
        case noSession = "NO_SESSION"
        case notAllowed = "NOT_ALLOWED"
        case notFound = "NOT_FOUND"
        case callNotFound = "CALL_NOT_FOUND"
        case wrongMethod = "WRONG_METHOD"
        case wrongInput = "WRONG_INPUT"
        case inUse = "IN_USE"
        case tooLong = "TOO_LONG"
        case controllerRefused = "CONTROLLER_REFUSED"
        case controllerAway = "CONTROLLER_AWAY"
    }

    var code: Code
    /// What happened and what helps.
    var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
