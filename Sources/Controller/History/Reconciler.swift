import Billing
import Foundation
import Logging

/// Asks the voice platform for what the scenarios did not report: calls that ended unsaid, and final costs.
///
/// Each call has a turn of its own. One of which the platform tells nothing has its next turn later and later, so that it
/// keeps no other waiting, and is given up after a day.
struct Reconciler: Sendable {
    private static let batch = 200
    /// A session that the platform does not know after this long will not come back.
    private static let longestCall = Duration.seconds(86_400)
    /// Before the second look for a cost.
    private static let eagerPause = Duration.seconds(1)
    /// The longest pause between two looks at a call, in intervals.
    private static let longestPause = 20

    let calls: CallStore
    let history: HistoryStore
    let provisioner: Provisioner
    let portals: PortalRegistry
    let interval: Duration
    let bell: Bell
    let clock: any Clock<Duration>
    let now: @Sendable () -> Moment
    let logger: Logger

    /// A call's session at the platform, and whose it is.
    struct Found: Sendable {
        var portal: Portal
        var account: Account
        var session: PlatformSession
    }

    /// Looks at once, then again and again until cancelled.
    ///
    /// The bell rings with each call and brings only the costs forward: the look for unreported ends asks the platform
    /// about every call that is open.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await closeEndedAlways() }
            group.addTask {
                await Rounds(bell: bell, backOff: BackOff(first: interval, longest: interval), clock: clock, now: now)
                    .run("calls not priced", logger, priceFinished)
            }
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

    private var gap: Duration { min(interval, Self.eagerPause) }

    private func backOff(from first: Duration) -> BackOff {
        BackOff(first: first, longest: interval * Self.longestPause)
    }

    /// Completes the history of calls whose session has ended at the platform; each has one turn in a pass.
    private func closeEnded() async throws {
        let start = now()
        var found = 0
        repeat {
            let due = try await calls.unreported(at: start, limit: Self.batch)
            try await SideBySide.run(due) { try await look(at: $0, start) }
            found = due.count
        } while found == Self.batch && !Task.isCancelled
    }

    /// - Throws: When the database does not take what has become of the call.
    private func look(at unreported: CallStore.Unreported, _ start: Moment) async throws {
        let call = unreported.call
        var looks = unreported.looks + 1
        do {
            if let found = try await find(call.key, since: call.createdAt, call.portal) {
                if found.session.isComplete(at: now()) { return try await close(call, found) }
                looks = 0
            } else if call.createdAt.adding(Self.longestCall) < now() {
                logger.warning(
                    "call given up", metadata: ["call.id": "\(call.key)", "portal.id": "\(call.portal)"])
                return try await calls.lose(call.key, call.portal, at: now())
            }
        } catch {
            logger.warning(
                "call not reconciled",
                metadata: ["call.id": "\(call.key)", "portal.id": "\(call.portal)", "error": "\(error)"])
        }
        // One that goes on is asked for at the next look.
        let pause = looks == 0 ? interval : backOff(from: interval).pause(afterAttempt: looks)
        try await calls.lookAgain(call.key, call.portal, at: start.adding(pause), looks: looks)
    }

    /// Writes the call's history from its session, with the final cost.
    func close(_ call: CallRecord, _ found: Found) async throws {
        let (portal, session) = (found.portal, found.session)
        let summary = CallSummary(
            call: call, session: session, account: found.account, currency: portal.access.currency)
        let outcome = SessionOutcome(version: call.scenarioVersion, failure: session.failure)
        let reception = try await history.record(
            outcome.noted(in: summary.fields), call.key, portal.id, source: .reconciliation, outcome: outcome,
            cost: session.cost(portal.access.currency), at: now())
        guard reception == .first else { return try await calls.close(call.key, portal.id, at: now()) }
        calls.forget(call.key, portal.id)
        logger.info(
            "call reconciled", metadata: ["call.id": "\(call.key)", "portal.id": "\(portal.id)"])
    }

    /// Final costs of reported calls.
    ///
    /// - Returns: When the next call's turn is.
    private func priceFinished() async throws -> Moment? {
        // Calls that end together are priced together, and a session is over a moment after its report.
        try? await clock.sleep(for: gap)
        let start = now()
        var found = 0
        repeat {
            let due = try await history.unpriced(at: start, limit: Self.batch)
            try await SideBySide.run(due) { try await look(at: $0) }
            found = due.count
        } while found == Self.batch && !Task.isCancelled
        return try await history.nextUnpriced()
    }

    /// - Throws: When the database does not take what has become of the call.
    private func look(at unpriced: HistoryStore.Unpriced) async throws {
        var next: Moment? = now().adding(backOff(from: gap).pause(afterAttempt: unpriced.looks + 1))
        let names: Logger.Metadata = ["call.id": "\(unpriced.key)", "portal.id": "\(unpriced.portal)"]
        do {
            let found = try await find(unpriced.key, since: unpriced.recordedAt, unpriced.portal)
            if let found, found.session.isComplete(at: now()) { return try await price(unpriced.key, found) }
            if unpriced.recordedAt.adding(Self.longestCall) < now() {
                logger.warning("cost of a call given up", metadata: names)
                next = nil
            }
        } catch {
            logger.warning("call not priced", metadata: names.merging(["error": "\(error)"]) { $1 })
        }
        try await history.putOff(unpriced, until: next)
    }

    private func price(_ key: CallKey, _ found: Found) async throws {
        try await history.setCost(
            found.session.cost(found.portal.access.currency), key, found.portal.id, failure: found.session.failure,
            at: now())
    }

    /// The call's session; nil when there is none, or no account that it could have run in.
    private func find(_ key: CallKey, since: Moment, _ id: PortalID) async throws -> Found? {
        guard let portal = try await portals.find(id), let account = try await provisioner.existing(id) else {
            return nil
        }
        let session = try await provisioner.platform.session(of: key, since: since, now: now(), account.credentials)
        return session.map { Found(portal: portal, account: account, session: $0) }
    }
}
