import CallControl

/// One test: a call, the people and servers around it, and what must happen.
public struct ScenarioTest: Sendable {
    public var name: String
    /// Name and text of each scenario, in their order.
    public var scenarios: [(name: String, text: String)]
    /// Milliseconds since 1970 at the beginning.
    public var start: Int64
    /// Nil for a session that no call starts.
    public var call: TestCall?
    public var customData: String?
    public var caller: Behaviour
    /// People by user name, number or address.
    public var phones: [String: Behaviour]
    public var web: [WebRule]
    /// Lengths of sounds by a pattern of their address; nil for sounds that are missing.
    public var sounds: [(pattern: TextPattern, length: SpokenTime?)]
    public var storage: [String: String]
    public var steps: [TestStep]
    public var expectations: [Expectation]
    /// Virtual time after which the test fails.
    public var limit: SpokenTime
}

/// The call that starts the session.
public struct TestCall: Sendable, Equatable {
    public var from: String
    public var to: String
    public var name: String
    public var headers: [String: String]
}

/// What a web server answers.
public struct WebRule: Sendable {
    public enum Outcome: Sendable, Equatable {
        case answer(status: Int, type: String, body: String)
        case unreachable, unknownHost, timeout
    }
    public var url: TextPattern
    /// Texts that the request's body, or its address, must hold.
    public var holds: [TextPattern]
    public var method: String?
    public var outcome: Outcome
    public var delay: SpokenTime
    /// How often the rule answers; nil for always.
    public var times: Int?
}

/// Something that happens from outside.
public struct TestStep: Sendable {
    public enum Event: Sendable, Equatable {
        /// Nil is the caller, others are named as among the phones.
        case party(String?, PartyAction)
        /// A request to the session's control URL.
        case request(String)
    }
    /// Waits until the journal shows this, not looking before the step before.
    public var when: TextPattern?
    /// Time since that, or since the step before.
    public var pause: SpokenTime
    public var event: Event
}

/// Something that must have happened, or must not.
public struct Expectation: Sendable {
    public enum Subject: Sendable, Equatable {
        /// A line of the log.
        case line(TextPattern)
        /// A command of the script, with fields as the log shows them.
        case command(String, fields: [String: String])
        /// An event for the script.
        case event(String, fields: [String: String])
        /// A web request, with texts that it holds.
        case request(TextPattern, holds: [TextPattern])
        /// How the session ends.
        case end(String)
    }
    public var subject: Subject
    /// True for what must not happen.
    public var isForbidden = false
    /// Exactly how often, anywhere; nil for once or more, after the expectation before.
    public var times: Int?
    /// Not before, and not after this time since the beginning.
    public var earliest: SpokenTime?
    public var latest: SpokenTime?
    /// Where it stands in the file.
    public var line: Int
}
