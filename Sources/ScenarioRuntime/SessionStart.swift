import CallControl

/// A named scenario text.
public struct ScenarioSource: Sendable, Hashable {
    public var name: String
    public var text: String

    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// Who wrote a session's scenarios, which decides what the template may do with them.
public enum ScenarioTrust: Sendable, Hashable {
    /// Published by the operator: the template rehearses them, so that sessions start with code that is parsed.
    case operatorPublished
    /// An account's own text: the session's process gets it and nobody else.
    case account
}

/// Everything that a new session needs to know.
public struct SessionStart: Sendable {
    public var sessionID: SessionID
    public var accountID: AccountID
    public var applicationID: ApplicationID
    /// The user on whose behalf the session runs; scripts see -1 for nil.
    public var userID: Int64?
    /// The session's control URL over http.
    public var accessURL: String
    /// The session's control URL over https.
    public var accessSecureURL: String
    public var logURL: String
    /// Evaluated in order in one scope.
    public var scenarios: [ScenarioSource]
    public var trust: ScenarioTrust
    /// Text that `VoxEngine.customData()` returns at first.
    public var customData: String?
    /// Where the session log is written; its directory is made. Nil writes none.
    public var logFile: String?
    /// The leg that started the session; nil for sessions that were started over the management API.
    public var incoming: IncomingCall?
    /// The conference that the session is; nil for others.
    public var conferenceName: String?
    /// The full name of the application, which is its SIP domain.
    public var domainName: String?
    /// The rule that chose the scenarios; nil when none did.
    public var rule: SessionRule?
    /// What the account of the session may use.
    public var limits = AccountLimits()
    /// Set when the session is a rehearsal: scripts see the runtime's clock, and the same randomness each time.
    public var rehearsal: Rehearsal?

    public init(
        sessionID: SessionID, accountID: AccountID, applicationID: ApplicationID, userID: Int64? = nil,
        accessURL: String, accessSecureURL: String, logURL: String, scenarios: [ScenarioSource], trust: ScenarioTrust,
        customData: String? = nil, logFile: String? = nil, incoming: IncomingCall? = nil,
        conferenceName: String? = nil
    ) {
        self.sessionID = sessionID
        self.accountID = accountID
        self.applicationID = applicationID
        self.userID = userID
        self.accessURL = accessURL
        self.accessSecureURL = accessSecureURL
        self.logURL = logURL
        self.scenarios = scenarios
        self.trust = trust
        self.customData = customData
        self.logFile = logFile
        self.incoming = incoming
        self.conferenceName = conferenceName
    }
}

/// The rule that chose a session's scenarios.
public struct SessionRule: Sendable, Hashable {
    public var id: Int64
    public var name: String

    public init(id: Int64, name: String) {
        self.id = id
        self.name = name
    }
}

/// What makes two runs of a session the same: with it `Date` shows the runtime's clock, which a test moves.
public struct Rehearsal: Sendable, Equatable {
    /// Where the script's randomness and ids come from.
    public var seed: Int32

    public init(seed: Int32) { self.seed = seed }

    /// The script that comes before the scenarios.
    func preamble(now: Int64) -> ScenarioSource {
        ScenarioSource(
            name: "rehearsal", text: "globalThis[Symbol.for(\"switchboard.rehearsal\")].begin(\(now), \(seed));")
    }
}

/// Why a session ended, in the words of the call history.
public enum SessionFinishReason: String, Sendable, CaseIterable {
    case normalTermination = "Normal termination"
    case insufficientFunds = "Insufficient funds"
    case billingTimeout = "Internal error (billing timeout)"
    case administrative = "Terminated administratively"
    case scriptError = "JS session error"
    case timeout = "Timeout"
}

/// How a session ended.
public struct SessionEnd: Sendable, Equatable {
    public var reason: SessionFinishReason
    /// What went wrong, as the log says it; nil after an orderly end.
    public var detail: String?
    /// False when the scenario could not finish its legs: whoever gets this value must end them or use a fallback.
    public var isOrderly: Bool

    public init(reason: SessionFinishReason, detail: String? = nil, isOrderly: Bool) {
        self.reason = reason
        self.detail = detail
        self.isOrderly = isOrderly
    }
}
