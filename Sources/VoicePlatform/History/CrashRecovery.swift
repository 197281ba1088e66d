import CallControl
import Storage

/// Closes what a crash has left open; run once at the start, before the first call.
///
/// Rows end at the last heartbeat. A leg that talked then has its duration, but is not charged: nobody knows how long
/// the parties still heard each other.
struct CrashRecovery {
    let transaction: Transaction

    /// What the history says of such a session.
    static let finishReason = "Internal error (billing timeout)"

    /// - Returns: How many sessions were open.
    func closeOpenSessions(now: UnixTime) throws -> Int {
        let row = try transaction.queryOne("SELECT value FROM platform_state WHERE name = 'heartbeat'")
        let end = SQLValue.integer(try row?.integer("value") ?? now.milliseconds)
        try transaction.execute(
            """
            UPDATE call_leg SET end_reason = ?, successful = CASE WHEN connected_ms IS NULL THEN 0 ELSE 1 END,
                duration_s = CASE WHEN connected_ms IS NULL OR connected_ms > ? THEN 0
                    ELSE (? - connected_ms) / 1000 END
            WHERE duration_s IS NULL
            """, [.text(Self.finishReason), end, end])
        try transaction.execute(
            """
            UPDATE call_record SET duration_s = CASE WHEN start_ms > ? THEN 0 ELSE (? - start_ms) / 1000 END
            WHERE duration_s IS NULL
            """, [end, end])
        return try transaction.execute(
            """
            UPDATE call_session SET finish_reason = ?, duration_ms = CASE WHEN start_ms > ? THEN 0 ELSE ? - start_ms END
            WHERE finish_reason IS NULL
            """, [.text(Self.finishReason), end, end])
    }

    /// Says that the platform lives.
    func beat(at now: UnixTime) throws {
        try transaction.execute(
            """
            INSERT INTO platform_state (name, value) VALUES ('heartbeat', ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """, [.integer(now.milliseconds)])
    }
}
