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
    let patrol: Patrol
    let now: @Sendable () -> Moment
    let logger: Logger

    /// Deletes until cancelled.
    func run() async { await patrol.run("old calls not deleted", logger) { await pass() } }

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
        var (count, cursor) = (0, HistoryCursor?.none)
        do {
            repeat {
                let old = try await batch(portal, before: end, after: cursor)
                count += try await delete(old, portal)
                cursor = old.last?.place
            } while cursor != nil && !Task.isCancelled
            while !Task.isCancelled, try await forgetCalls(portal, before: end) > 0 {}
        } catch {
            logger.warning("old calls not deleted", metadata: ["portal.id": "\(portal)", "error": "\(error)"])
        }
        if count > 0 {
            logger.info("old calls deleted", metadata: ["portal.id": "\(portal)", "count": "\(count)"])
        }
    }

    fileprivate struct Old: Sendable {
        var place: HistoryCursor
        var recordURL: String?
    }

    /// Some calls, the oldest first; those that had to be kept are not met twice in one pass.
    private func batch(
        _ portal: PortalID, before end: Moment, after cursor: HistoryCursor?
    ) async throws -> [Old] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT call_id, started_at, record_url FROM call_history
                WHERE portal_id = ? AND started_at < ? AND direction <> '' AND (started_at, call_id) > (?, ?)
                ORDER BY started_at, call_id LIMIT ?
                """,
                [
                    .text(portal.rawValue), .integer(end.milliseconds),
                    .integer(cursor?.startedAt.milliseconds ?? -1), .text(cursor?.key.rawValue ?? ""),
                    .integer(Self.batch),
                ]
            ).map(Old.init)
        }
    }

    /// Deletes recordings, then the calls whose recordings have gone.
    ///
    /// - Throws: When the platform is away: whatever comes next would fail as well.
    private func delete(_ old: [Old], _ portal: PortalID) async throws -> Int {
        var gone: [CallKey] = []
        for call in old {
            do {
                if let address = call.recordURL { try await deleteRecording(address, portal) }
                gone.append(call.place.key)
            } catch let error as ManagementError where !error.isPassing {
                logger.warning(
                    "old call not deleted",
                    metadata: ["portal.id": "\(portal)", "call.id": "\(call.place.key)", "error": "\(error)"])
            }
        }
        let keys = gone
        try await database.write { transaction in
            for key in keys { try Self.delete(key.rawValue, portal, in: transaction) }
        }
        return keys.count
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

extension HistoryRetention.Old {
    init(_ row: Row) throws {
        guard let key = CallKey(rawValue: try row.text("call_id")) else {
            throw ControllerError(.internalFailure, "a history row is damaged; restore a backup")
        }
        place = HistoryCursor(startedAt: Moment(milliseconds: try row.integer("started_at")), key: key)
        recordURL = try row.optionalText("record_url")
    }
}
