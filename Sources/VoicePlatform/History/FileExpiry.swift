import CallControl
import Storage

/// Deletes recordings whose time is over, and session logs that are older than logs are kept.
///
/// A batch at a time: rows first, files after them, so that nobody is given the address of a file that is gone.
struct FileExpiry {
    let core: PlatformCore
    let now: UnixTime

    private static let batch: Int64 = 200

    private struct Expired: Sendable {
        let row: Int64
        let name: String
        let account: AccountID
        let bytes: Int64
    }

    /// - Returns: Whether there may be more.
    func step() async throws -> Bool {
        let records = try await expireRecords()
        let logs = try await expireLogs()
        return records.count == Self.batch || logs.count == Self.batch
    }

    private func expireRecords() async throws -> [Expired] {
        let now = now
        let expired = try await core.database.write { transaction in
            let rows = try transaction.query(
                """
                SELECT r.id, r.name, r.file_size, s.account_id FROM call_record r
                JOIN call_session s ON s.id = r.session_id
                WHERE r.deleted = 0 AND r.expires_at <= ? AND r.duration_s IS NOT NULL ORDER BY r.expires_at LIMIT ?
                """, [.integer(now.seconds), .integer(Self.batch)])
            let expired = try rows.map { row in
                Expired(
                    row: try row.integer("id"), name: try row.text("name"),
                    account: AccountID(rawValue: try row.integer("account_id")),
                    bytes: try row.optionalInteger("file_size") ?? 0)
            }
            for record in expired {
                try transaction.execute("UPDATE call_record SET deleted = 1 WHERE id = ?", [.integer(record.row)])
                try AccountStorage.note(-record.bytes, of: record.account, in: transaction)
            }
            return expired
        }
        for record in expired {
            core.storage.add(-record.bytes, of: record.account)
            await core.files.removeRecord(record.name)
        }
        return expired
    }

    private func expireLogs() async throws -> [Expired] {
        let oldest = now.milliseconds - core.configuration.limits.logSeconds * 1000
        let old = try await core.database.read { transaction in
            try transaction.query(
                """
                SELECT id, log_name, account_id FROM call_session
                WHERE log_deleted = 0 AND start_ms < ? AND finish_reason IS NOT NULL ORDER BY start_ms LIMIT ?
                """, [.integer(oldest), .integer(Self.batch)])
        }
        let expired = try old.map { row in
            let name = try row.text("log_name")
            let bytes = core.files.logPath(name).flatMap { core.files.size(of: $0) } ?? 0
            return Expired(
                row: try row.integer("id"), name: name, account: AccountID(rawValue: try row.integer("account_id")),
                bytes: Int64(bytes))
        }
        guard !expired.isEmpty else { return [] }
        try await core.database.write { transaction in
            for log in expired {
                try transaction.execute("UPDATE call_session SET log_deleted = 1 WHERE id = ?", [.integer(log.row)])
                try AccountStorage.note(-log.bytes, of: log.account, in: transaction)
            }
        }
        for log in expired {
            core.storage.add(-log.bytes, of: log.account)
            await core.files.removeLog(log.name)
        }
        return expired
    }
}
