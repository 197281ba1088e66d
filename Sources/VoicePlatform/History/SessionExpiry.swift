import Storage

/// Deletes sessions that are older than the history is kept, with their legs and what is left of their recordings and logs.
///
/// A session that runs stays, and so does one with a file: its log, or a recording that its script wanted kept for longer.
/// Money is no part of it: the ledger stays, and says for what it was.
struct SessionExpiry {
    let database: Database
    let now: UnixTime
    /// How long sessions are kept; nil for ever.
    let kept: Int64?

    private static let batch: Int64 = 500

    /// Behind a session that had to stay, so that it is not met again and again.
    struct Place: Sendable, Equatable {
        fileprivate var start: Int64
        fileprivate var id: Int64
    }

    private struct Old: Sendable {
        var place: Place
        var isFree: Bool
    }

    /// Deletes what may go of a batch of old sessions, the earliest first.
    ///
    /// - Returns: Where the next batch begins; nil after the last, when it is time to begin anew.
    func step(after place: Place?) async throws -> Place? {
        guard let kept else { return nil }
        let old = try await batch(after: place, before: now.milliseconds - kept * 1000)
        let free = old.filter(\.isFree).map(\.place.id)
        if !free.isEmpty {
            try await database.write(.soon) { transaction in
                for id in free {
                    try transaction.execute("DELETE FROM call_session WHERE id = ?", [.integer(id)])
                }
            }
        }
        return old.count == Self.batch ? old.last?.place : nil
    }

    private func batch(after place: Place?, before end: Int64) async throws -> [Old] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT id, start_ms, CASE WHEN log_deleted = 1
                    AND NOT EXISTS (SELECT 1 FROM call_record r WHERE r.session_id = call_session.id AND r.deleted = 0)
                    AND NOT EXISTS (SELECT 1 FROM money_hold h WHERE h.session_id = call_session.id)
                    THEN 1 ELSE 0 END AS is_free
                FROM call_session WHERE start_ms < ? AND (start_ms, id) > (?, ?) AND finish_reason IS NOT NULL
                ORDER BY start_ms, id LIMIT ?
                """,
                [
                    .integer(end), .integer(place?.start ?? -1), .integer(place?.id ?? -1), .integer(Self.batch),
                ]
            ).map { row in
                Old(
                    place: Place(start: try row.integer("start_ms"), id: try row.integer("id")),
                    isFree: try row.flag("is_free"))
            }
        }
    }
}
