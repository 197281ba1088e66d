import Digests
import Logging
import Storage
import Synchronization

/// The versions of the call scenario that accounts may run, in memory, as every call asks for its own.
final class ScenarioVersions: Sendable {
    private struct State {
        var plan = RolloutPlan()
        var texts: [ScenarioNumber: ScenarioText] = [:]
        var lookStarted = 0
        var lookTaken = 0
    }

    /// Between two attempts to read them.
    private static let pause = Duration.seconds(1)

    let store: ScenarioVersionStore
    let health: HealthStore
    private let controllerURL: String
    private let now: @Sendable () -> Moment
    private let logger: Logger
    private let state = Mutex(State())

    init(
        store: ScenarioVersionStore, health: HealthStore, controllerURL: String, now: @escaping @Sendable () -> Moment,
        logger: Logger
    ) {
        self.store = store
        self.health = health
        self.controllerURL = controllerURL
        self.now = now
        self.logger = logger
    }

    /// The plan as it was read last.
    var plan: RolloutPlan { state.withLock { $0.plan } }

    /// The text that the account is to get now; nil when it has what it should have.
    func due(_ record: AccountRecord, _ portal: Portal) -> ScenarioText? {
        let running = record.scenarioVersion.map(ScenarioNumber.init)
        let text = state.withLock { state in
            state.plan.version(for: portal.id, running: running).flatMap { state.texts[$0] }
        }
        guard let text else { return nil }
        let isCurrent = running == text.number && record.scenarioDigest == text.digest(portal.access)
        return isCurrent ? nil : text
    }

    /// What accounts would have without the version; nil when there is none before it.
    func text(before number: ScenarioNumber) -> ScenarioText? {
        state.withLock { state in state.plan.predecessor(of: number).flatMap { state.texts[$0.number] } }
    }

    /// The platform has refused the version's text, as a failed session of an account would show it.
    ///
    /// A count that cannot be written is missing; the next attempt is another.
    func noteRefused(_ number: ScenarioNumber, _ portal: PortalID) async {
        guard plan.watched.contains(where: { $0.number == number }) else { return }
        do {
            try await health.note(refusalOf: number, portal, at: now())
        } catch {
            logger.warning(
                "refusal not counted", metadata: ["scenario.version": "\(number)", "error": "\(error)"])
        }
    }

    /// Reads the versions again whenever a controller has changed them, until cancelled.
    func follow(_ changes: NotificationStream, clock: any Clock<Duration>) async {
        for await change in changes where change != .interrupted {
            while !Task.isCancelled {
                do {
                    try await reload()
                    break
                } catch {
                    logger.warning("scenario versions not read", metadata: ["error": "\(error)"])
                    try? await clock.sleep(for: Self.pause)
                }
            }
        }
    }

    /// Reads the versions again, after a change.
    func reload() async throws {
        let look = state.withLock { state in
            state.lookStarted += 1
            return state.lookStarted
        }
        let plan = RolloutPlan(try await store.current())
        var texts = state.withLock { $0.texts }.filter { plan.offered.contains($0.key) }
        for number in plan.offered where texts[number] == nil {
            guard let source = try await store.source(of: number) else { continue }
            texts[number] = ScenarioText(source: source, version: number.rawValue, controllerURL: controllerURL)
        }
        state.withLock { state in
            // A look that began earlier may have seen less.
            guard look > state.lookTaken else { return }
            state.lookTaken = look
            state.plan = plan
            state.texts = texts
        }
    }

    /// Publishes the text that came with the program when it is newer than all that came before, then reads the plan.
    ///
    /// The first text of all is everybody's; later ones roll out to everybody, watched, with all others' right to stop.
    /// A text that has changed under the same number gets the next one. Of controllers that start at once, one publishes.
    func start(_ program: ScenarioText) async throws {
        try await store.database.withLock("controller.program") { [self] in try await take(program) }
    }

    private func take(_ program: ScenarioText) async throws {
        let digest = HashFunction.sha256.hexDigest(program.source)
        let last = try await store.lastOfProgram()
        if let last, let known = last.programNumber {
            let isNewer = program.number > known || program.number == known && last.digest != digest
            guard isNewer else { return try await reload() }
        }
        let isFirst = try await store.newest(limit: 1).isEmpty
        let draft = ScenarioVersionStore.Draft(
            source: program.source, digest: digest, programNumber: program.number, createdBy: "program",
            note: "came with the program as version \(program.number)", state: isFirst ? .complete : .rollingOut,
            audience: Audience(share: .everything))
        let number = try await store.publish(draft, atLeast: program.number, at: now())
        logger.notice("scenario version published", metadata: ["scenario.version": "\(number)"])
        try await reload()
    }

    /// An account has got the version; the first ones that do are looked at closely.
    func noteMoved(_ portal: PortalID, to version: ScenarioNumber) async throws {
        guard plan[version]?.state == .rollingOut else { return }
        try await health.watch(portal, version, since: now())
    }
}
