/// When a version of the call scenario is taken back, and when it is believed to be as good as the one before.
public struct RolloutPolicy: Sendable, Hashable {
    /// How much more often sessions may fail, or meet script errors, than with the version before.
    public var margin: PerMille
    /// How much more often calls may wait longer than nine of ten did before.
    public var slowMargin: PerMille
    /// Fewer sessions than this prove nothing.
    public var sessions: Int64
    /// The share of failed sessions that is too much whatever came before, where too little is known of that.
    public var ceiling: PerMille
    /// Sessions from which a version that is everybody's can be believed to be good.
    public var proof: Int64
    /// How long a version is watched at least.
    public var trial: Duration

    public init(
        margin: PerMille = PerMille(rawValue: 10) ?? .nothing,
        slowMargin: PerMille = PerMille(rawValue: 100) ?? .nothing,
        sessions: Int64 = 30, ceiling: PerMille = PerMille(rawValue: 300) ?? .nothing, proof: Int64 = 1000,
        trial: Duration = .seconds(3 * 86_400)
    ) {
        self.margin = margin
        self.slowMargin = slowMargin
        self.sessions = sessions
        self.ceiling = ceiling
        self.proof = proof
        self.trial = trial
    }
}
