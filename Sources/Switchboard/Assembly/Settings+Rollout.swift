import Controller

extension Settings {
    /// When versions of the call scenario are taken back, and when they are believed to be good.
    func rolloutPolicy() -> RolloutPolicy {
        let usual = RolloutPolicy()
        func share(_ key: String, _ usual: PerMille) -> PerMille { PerMille(rawValue: Int64(integer(key))) ?? usual }
        return RolloutPolicy(
            margin: share("controller.rollout.margin", usual.margin),
            slowMargin: share("controller.rollout.slow", usual.slowMargin),
            sessions: Int64(integer("controller.rollout.sessions")),
            ceiling: share("controller.rollout.ceiling", usual.ceiling),
            proof: Int64(integer("controller.rollout.proof")),
            trial: .seconds(integer("controller.rollout.hours") * 3600))
    }
}
