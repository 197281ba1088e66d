/// The timer values of RFC 3261 table 4, derived from three base values.
public struct SIPTimers: Hashable, Sendable {
    /// Round-trip estimate, 500 ms by default.
    public var t1: Duration
    /// Longest interval between retransmissions of non-INVITE requests and INVITE responses, 4 s by default.
    public var t2: Duration
    /// Longest time a message stays in the network, 5 s by default.
    public var t4: Duration
    /// Silence after which an INVITE is answered by 100 Trying (RFC 3261 17.2.1), 200 ms by default.
    public var trying: Duration
    /// Time an INVITE client transaction absorbs repeated finals over an unreliable transport (timer D), 32 s.
    public var timerD: Duration

    /// The values of the RFC, or others for a network of other qualities.
    public init(
        t1: Duration = .milliseconds(500), t2: Duration = .seconds(4), t4: Duration = .seconds(5),
        trying: Duration = .milliseconds(200), timerD: Duration = .seconds(32)
    ) {
        self.t1 = t1
        self.t2 = t2
        self.t4 = t4
        self.trying = trying
        self.timerD = timerD
    }

    /// 64 × T1, the life of a transaction without an answer (timers B, F, H, J, L and M).
    public var transactionTimeout: Duration { t1 * 64 }
}
