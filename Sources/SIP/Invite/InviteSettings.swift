/// What calls have in common at one element.
public struct InviteSettings: Hashable, Sendable {
    /// The timers of transactions and of 2xx retransmission.
    public var timers: SIPTimers
    /// Methods answered inside calls, written in Allow.
    public var allow: [SIPMethod]
    /// Option tags written in Supported and accepted in Require.
    public var supported: [String]
    /// Time a cancelled call waits for the callee's 487 before it reports 487 by itself.
    public var cancelGiveUp: Duration
    /// Interval at which a ringing call repeats its provisional response, so that proxies keep it (RFC 3261 13.3.1.1).
    public var provisionalInterval: Duration
    /// How often a re-INVITE is tried again after a glare (491).
    public var glareRetries: Int
    /// How session timers are used.
    public var sessionTimer: SessionTimerSettings
    /// The text of User-Agent and Server; nil for none.
    public var product: String?

    /// The usual settings, or others.
    public init(
        timers: SIPTimers = SIPTimers(),
        allow: [SIPMethod] = [
            .invite, .ack, .cancel, .bye, .options, .info, .message, .update, .prack, .refer, .notify,
        ],
        supported: [String] = ["timer", "100rel", "replaces", "norefersub"], cancelGiveUp: Duration = .seconds(10),
        provisionalInterval: Duration = .seconds(60), glareRetries: Int = 5,
        sessionTimer: SessionTimerSettings = SessionTimerSettings(), product: String? = nil
    ) {
        self.timers = timers
        self.allow = allow
        self.supported = supported
        self.cancelGiveUp = cancelGiveUp
        self.provisionalInterval = provisionalInterval
        self.glareRetries = glareRetries
        self.sessionTimer = sessionTimer
        self.product = product
    }

    /// The value of Allow.
    var allowText: String { allow.map(\.rawValue).joined(separator: ", ") }

    /// Whether provisional responses may be acknowledged (RFC 3262).
    var knowsReliability: Bool { supported.contains("100rel") && allow.contains(.prack) }

    /// The value of Supported.
    var supportedText: String { supported.joined(separator: ", ") }
}
