import Logging
import Storage

/// Deletes calls and recordings that portals do not want to keep any longer; totals stay.
///
/// A recording goes before its call's row: after a crash the row is found again, and the platform says that the recording
/// has gone already.
struct HistoryRetention: Sendable {
    private static let batch = 100
    private static let day: Int64 = 86_400_000

    let database: Database
    /// Deletes a recording, or finds that it has gone.
    let deleteRecording: @Sendable (String, PortalID) async throws -> Void
    let interval: Duration
    let clock: any Clock<Duration>
    let now: @Sendable () -> Moment
    let logger: Logger

    /// Deletes until cancelled.
    func run() async {
        while !Task.isCancelled {
            await pass()
            try? await clock.sleep(for: interval)
        }
    }

    /// Goes once through all portals; what fails is left for the next pass.
    func pass() async {
        var last = ""
        do {
            while !Task.isCancelled {
                let portals = try await portals(after: last)
                guard let next = portals.last?.id.rawValue else { return }
                for (portal, days) in portals { await clean(portal, days) }
                last = next
            }
        } catch {
            logger.error("old calls not deleted", metadata: ["error": "\(error)"])
        }
    }

    private func portals(after last: String) async throws -> [(id: PortalID, days: Int64)] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT portal_id, kept_days FROM history_options WHERE kept_days IS NOT NULL AND portal_id > ?
                ORDER BY portal_id LIMIT ?
                """, [.text(last), .integer(Self.batch)]
            ).map { (PortalID(rawValue: try $0.text("portal_id")), try $0.integer("kept_days")) }
        }
    }

    private func clean(_ portal: PortalID, _ days: Int64) async {
        let end = Moment(milliseconds: now().milliseconds - days * Self.day)
        var count = 0
        do {
            while !Task.isCancelled {
                let deleted = try await step(portal, before: end)
                count += deleted
                guard deleted == 0 else { continue }
                break
            }
            while !Task.isCancelled, try await forgetCalls(portal, before: end) > 0 {}
        } catch {
            logger.warning("old calls not deleted", metadata: ["portal.id": "\(portal)", "error": "\(error)"])
        }
        if count > 0 {
            logger.info("old calls deleted", metadata: ["portal.id": "\(portal)", "count": "\(count)"])
        }
    }

    private struct Old: Sendable {
        var key: String
        var recordURL: String?
    }

    /// One batch, the oldest calls first.
    private func step(_ portal: PortalID, before end: Moment) async throws -> Int {
        let old = try await database.read { transaction in
            try transaction.query(
                """
                SELECT call_id, record_url FROM call_history
                WHERE portal_id = ? AND started_at < ? AND direction <> '' ORDER BY started_at, call_id LIMIT ?
                """, [.text(portal.rawValue), .integer(end.milliseconds), .integer(Self.batch)]
            ).map { Old(key: try $0.text("call_id"), recordURL: try $0.optionalText("record_url")) }
        }
        for call in old {
            if let address = call.recordURL { try await deleteRecording(address, portal) }
        }
        try await database.write { transaction in
            for call in old { try Self.delete(call.key, portal, in: transaction) }
        }
        return old.count
    }

    private static func delete(_ key: String, _ portal: PortalID, in transaction: Transaction) throws {
        let names: [SQLValue] = [.text(portal.rawValue), .text(key)]
        try transaction.execute("DELETE FROM call_history WHERE portal_id = ? AND call_id = ?", names)
        try transaction.execute("DELETE FROM call WHERE portal_id = ? AND call_id = ?", names)
        // The message holds the same; one that waits is the portal's last chance to hear of the call.
        try transaction.execute(
            """
            DELETE FROM outbox WHERE portal_id = ? AND command = 'AddCallHistory' AND message_key = ?
                AND delivered_at IS NOT NULL
            """, names)
    }

    /// Calls of which there never was a report.
    private func forgetCalls(_ portal: PortalID, before end: Moment) async throws -> Int {
        try await database.write { transaction in
            try transaction.execute(
                """
                DELETE FROM call WHERE portal_id = ? AND call_id IN (
                    SELECT call_id FROM call WHERE portal_id = ? AND state = 'lost' AND created_at < ?
                    ORDER BY created_at LIMIT ?)
                """,
                [
                    .text(portal.rawValue), .text(portal.rawValue), .integer(end.milliseconds),
                    .integer(Self.batch),
                ])
        }
    }
}
