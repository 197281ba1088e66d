import CallControl
import Logging
import ServiceLifecycle
import Storage

/// What the platform does by itself as time passes: renewals, warnings, expiry, reports, callbacks of balances.
///
/// Each step takes the time as a value and may run twice without doing anything twice.
struct PlatformJobs: Service {
    let core: PlatformCore
    let registrations: RegistrationKeeper

    private static let pause = Duration.seconds(1)
    /// Seconds between two looks for what changes by the day.
    private static let slowInterval: Int64 = 60
    /// Batches of old sessions in one look.
    private static let batches = 40

    func run() async {
        await cancelWhenGracefulShutdown {
            var slowAt: Int64 = 0
            var oldSessions: SessionExpiry.Place?
            while !Task.isCancelled {
                let now = core.clock()
                await watchAccounts(now: now)
                await reports.step(now: now)
                if now.seconds >= slowAt {
                    slowAt = now.seconds + Self.slowInterval
                    await renew(now: now)
                    await expire(now: now)
                    oldSessions = await forget(now: now, after: oldSessions)
                    core.tariffs.refresh(core.logger)
                }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    var reports: ReportWriter {
        ReportWriter(
            database: core.database, files: core.files, configuration: { core.effectiveConfiguration() },
            logger: core.logger)
    }

    /// Freezes and thaws accounts, and tells them that their balance is low.
    func watchAccounts(now: UnixTime) async {
        await attempt("accounts") {
            let changed = try await core.database.write { try AccountWatch(transaction: $0, now: now).step() }
            apply(changed)
        }
    }

    /// Charges what is due, and warns of what will be.
    func renew(now: UnixTime) async {
        await attempt("renewals") {
            var isFull = true
            while isFull {
                let outcome = try await core.database.write {
                    try SubscriptionRenewal(transaction: $0, now: now).step()
                }
                apply(outcome.changed)
                isFull = outcome.isFull
            }
            try await core.database.write { try SubscriptionRenewal(transaction: $0, now: now).warn() }
        }
    }

    /// Ends caller ids, and deletes what is kept for a time only.
    func expire(now: UnixTime) async {
        await attempt("expiry") {
            try await core.database.write { transaction in
                try CallerIDExpiry(transaction: transaction, now: now).step()
                try AuditLog(transaction: transaction).prune(now: now)
            }
        }
        await attempt("old files") {
            let expiry = FileExpiry(core: core, now: now)
            while try await expiry.step() {}
        }
    }

    /// Deletes old sessions, a bounded number of them.
    ///
    /// - Returns: Where to go on the next time; nil from the beginning.
    func forget(now: UnixTime, after place: SessionExpiry.Place?) async -> SessionExpiry.Place? {
        var place = place
        await attempt("old sessions") {
            let expiry = SessionExpiry(
                database: core.database, now: now, kept: core.configuration.limits.historySeconds)
            for _ in 0..<Self.batches {
                place = try await expiry.step(after: place)
                if place == nil { return }
            }
        }
        return place
    }

    private func apply(_ changed: Set<AccountID>) {
        guard !changed.isEmpty else { return }
        for account in changed { core.directory.changed(account) }
        registrations.changed()
    }

    private func attempt(_ job: StaticString, _ work: () async throws -> Void) async {
        do {
            try await work()
        } catch is CancellationError {
            return
        } catch {
            core.logger.error("job has failed; check the disk", metadata: ["job": "\(job)", "error": "\(error)"])
        }
    }
}
