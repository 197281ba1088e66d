import Logging

/// Judges the versions that roll out and takes back those that are worse; reads changes that were made elsewhere.
struct RolloutKeeper: Sendable {
    /// How long before a rollout its predecessor's sessions count.
    static let days: Int64 = 7
    private static let batch = 50

    let versions: ScenarioVersions
    let provisioner: Provisioner
    let portals: PortalRegistry
    let judge: RolloutJudge
    let patrol: Patrol
    let now: @Sendable () -> Moment
    let logger: Logger

    /// Looks again and again until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                await patrol.run("rollouts not looked at", logger) {
                    try await versions.reload()
                    for version in versions.plan.watched { try await judge(version) }
                }
            }
            // By itself: a platform that is slow must not keep a bad version from being stopped.
            group.addTask {
                await patrol.run("accounts of a stopped version not brought back", logger) { try await takeBack() }
            }
        }
    }

    private func judge(_ version: ScenarioVersion) async throws {
        guard let predecessor = versions.plan.predecessor(of: version.number) else { return }
        let since = HealthStore.day(version.startedAt ?? version.createdAt)
        let candidate = try await health(of: version, since: since)
        let before = try await health(of: predecessor, since: since - Self.days)
        switch judge.decide(candidate, against: before) {
        case .goOn: break
        case .complete:
            let isDone = try await versions.store.change(
                version.number, from: [.rollingOut], to: .complete, at: now())
            if isDone {
                logger.notice("scenario version complete", metadata: ["scenario.version": "\(version.number)"])
            }
        case .stop(let reason):
            let isDone = try await versions.store.change(
                version.number, from: [.rollingOut, .paused], to: .stopped, reason: reason.description, at: now())
            guard isDone else { return }
            logger.error(
                "scenario version stopped itself",
                metadata: [
                    "scenario.version": "\(version.number)", "scenario.previous": "\(predecessor.number)",
                    "reason": "\(reason)",
                ])
        }
        try await versions.reload()
    }

    /// What is known of a version.
    func health(of version: ScenarioVersion, since day: Int64) async throws -> VersionHealth {
        let store = versions.health
        let start = version.startedAt ?? version.createdAt
        return VersionHealth(
            whole: try await store.counts(version.number, since: day),
            recent: try await store.counts(version.number, since: HealthStore.day(now()) - 1),
            accounts: version.accounts, failingAccounts: try await store.failures(version.number).accounts,
            age: .milliseconds(now().milliseconds - start.milliseconds),
            isEverybodys: version.state == .rollingOut && version.audience.isEverybody)
    }

    /// Gives accounts of stopped versions their text back, one after another.
    ///
    /// Those that are used get it before; but a script that fails at once asks for nothing, and would stay for good.
    private func takeBack() async throws {
        for version in try await versions.store.leftOver() {
            var last: PortalID?
            while !Task.isCancelled {
                let found = try await versions.store.portals(with: version, after: last, limit: Self.batch)
                for id in found {
                    guard let portal = try await portals.find(id) else { continue }
                    await provisioner.moveForward(portal)
                }
                guard found.count == Self.batch else { break }
                last = found.last
            }
        }
    }
}
