/// How session timers are used (RFC 4028).
public struct SessionTimerSettings: Hashable, Sendable {
    /// The interval asked for; a dead peer is noticed within it.
    public var interval: Duration
    /// The shortest interval accepted; the RFC's least is 90 s.
    public var minimum: Duration
    /// False neither offers timers nor asks for them; a peer's are still honoured.
    public var isOffered: Bool

    /// Half an hour, and no less than the least of the RFC, unless told otherwise.
    public init(interval: Duration = .seconds(1800), minimum: Duration = .seconds(90), isOffered: Bool = true) {
        self.interval = interval
        self.minimum = minimum
        self.isOffered = isOffered
    }
}
