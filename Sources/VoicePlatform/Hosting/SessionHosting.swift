import CallControl

/// Runs sessions; the management API and the control URLs know it only as this.
protocol SessionHosting: Sendable {
    /// Starts a session without a call.
    ///
    /// - Throws: ``APIError`` 314 when the account runs as many sessions as it may, 15 when none can be started.
    func start(_ start: ScenarioStart) async throws -> StartedSession
    /// Speaks a code to a number.
    ///
    /// - Throws: ``APIError`` as ``start(_:)`` does.
    func call(_ verification: VerificationCall) async throws
    /// Hands a request to the session of a control URL's path.
    func deliver(_ request: ControlURLRequest) async -> ControlURLAnswer
    /// Whether new sessions are started; not any more while the platform ends.
    func takesSessions() async -> Bool
}

/// A session that runs now.
struct StartedSession: Sendable, Equatable {
    let id: SessionID
    /// Path of the control URL.
    let accessPath: String
}

/// A request to the control URL of a session.
struct ControlURLRequest: Sendable {
    let method: String
    /// The whole path, which names the session.
    let path: String
    let content: String
    let headers: [(name: String, value: String)]
}

/// What became of a request to a control URL.
enum ControlURLAnswer: Sendable, Equatable {
    case answered(body: String, contentType: String)
    /// No session has the path, or it has ended: 404.
    case gone
    /// The session did not answer in time: 504.
    case timedOut
}
