import Billing
import Foundation
import Logging

/// Asks the voice platform for what the scenarios did not report: calls that ended unsaid, and final costs.
struct Reconciler: Sendable {
    private static let batch = 200
    /// A session that the platform does not know after this long will not come back.
    private static let longestCall = Duration.seconds(86_400)
    /// The cost of a call this fresh is looked for every `eagerPause`.
    private static let eagerAge = Duration.seconds(60)
    private static let eagerPause = Duration.seconds(1)

    let calls: CallStore
    let history: HistoryStore
    let provisioner: Provisioner
    let portals: PortalRegistry
    let interval: Duration
    let bell: Bell
    let clock: any Clock<Duration>
    let now: @Sendable () -> Moment
    let logger: Logger

    /// Looks at once, then again and again until cancelled.
    ///
    /// The bell rings with each call and brings only the costs forward: the look for unreported ends asks the platform
    /// about every call that is open.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await closeEndedAlways() }
            group.addTask { await priceFinishedAlways() }
        }
    }

    private func closeEndedAlways() async {
        while !Task.isCancelled {
            do {
                try await closeEnded()
            } catch {
                logger.warning("reconciliation failed", metadata: ["error": "\(error)"])
            }
            try? await clock.sleep(for: interval)
        }
    }

    private func priceFinishedAlways() async {
        while !Task.isCancelled {
            var pause = interval
            do {
                if try await priceFinished() { pause = gap }
            } catch {
                logger.warning("calls not priced", metadata: ["error": "\(error)"])
            }
            await bell.wait(atMost: pause, clock: clock)
            // Calls that end together are priced together, and a session is over a moment after its report.
            try? await clock.sleep(for: gap)
        }
    }

    private var gap: Duration { min(interval, Self.eagerPause) }

    /// Completes the history of calls whose session has ended at the platform.
    private func closeEnded() async throws {
        for call in try await calls.open(limit: Self.batch) {
            guard let portal = try await portals.find(call.portal) else { continue }
            do {
                try await close(call, portal)
            } catch {
                logger.warning(
                    "call not reconciled", metadata: ["call.id": "\(call.key)", "error": "\(error)"])
            }
        }
    }

    private func close(_ call: CallRecord, _ portal: Portal) async throws {
        guard let account = try await provisioner.existing(portal.id) else { return }
        let age = now().milliseconds - call.createdAt.milliseconds
        let isOld = Moment(milliseconds: 0).adding(Self.longestCall).milliseconds < age
        guard let session = try await session(call.key, since: call.createdAt, account) else {
            if isOld { try await calls.lose(call.key, portal.id, at: now()) }
            return
        }
        guard session.isComplete(at: now()) else { return }
        let summary = CallSummary(
            call: call, session: session, account: account, currency: portal.access.currency)
        let outcome = SessionOutcome(version: call.scenarioVersion, failure: session.failure)
        let reception = try await history.record(
            outcome.noted(in: summary.fields), call.key, portal.id, source: .reconciliation, outcome: outcome, at: now()
        )
        guard reception == .first else { return }
        calls.forget(call.key, portal.id)
        try await price(call.key, session, portal)
        logger.info(
            "call reconciled", metadata: ["call.id": "\(call.key)", "portal.id": "\(portal.id)"])
    }

    /// Final costs of reported calls; true when a fresh call still has none.
    private func priceFinished() async throws -> Bool {
        let oldest = Moment(milliseconds: now().milliseconds - 86_400_000)
        var isExpected = false
        for entry in try await history.withoutCost(since: oldest, limit: Self.batch) {
            guard let portal = try await portals.find(entry.portal),
                let account = try await provisioner.existing(portal.id)
            else { continue }
            do {
                let session = try await session(entry.key, since: entry.recordedAt, account)
                if let session, session.isComplete(at: now()) {
                    try await price(entry.key, session, portal)
                    continue
                }
            } catch {
                logger.warning("call not priced", metadata: ["call.id": "\(entry.key)", "error": "\(error)"])
            }
            if now() < entry.recordedAt.adding(Self.eagerAge) { isExpected = true }
        }
        return isExpected
    }

    private func price(_ key: CallKey, _ session: PlatformSession, _ portal: Portal) async throws {
        try await history.setCost(
            session.cost(portal.access.currency), key, portal.id, failure: session.failure, at: now())
    }

    private func session(_ key: CallKey, since: Moment, _ account: Account) async throws -> PlatformSession? {
        try await provisioner.platform.session(of: key, since: since, now: now(), account.credentials)
    }
}
