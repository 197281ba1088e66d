import Billing
import CallControl
import Storage

/// Closes what a crash has left open; run once at the start, before the first call.
///
/// Rows end at the last heartbeat. A leg for which money was held pays the steps that had begun by then, one that was
/// answered at least the first, and never more than was held; what is held is let go. Nobody pays for the time after the
/// heartbeat: nobody knows how long the parties still heard each other.
struct CrashRecovery {
    let transaction: Transaction

    /// What the history says of such a session.
    static let finishReason = "Internal error (billing timeout)"

    /// - Parameter size: Bytes of a recording's file, nil when there is none.
    /// - Returns: How many sessions were open.
    func closeOpenSessions(now: UnixTime, size: (String) -> Int? = { _ in nil }) throws -> Int {
        let row = try transaction.queryOne("SELECT value FROM platform_state WHERE name = 'heartbeat'")
        let lastBeat = UnixTime(milliseconds: try row?.integer("value") ?? now.milliseconds)
        try chargeHeldLegs(until: lastBeat)
        let end = SQLValue.integer(lastBeat.milliseconds)
        try transaction.execute(
            """
            UPDATE call_leg SET end_reason = ?, successful = CASE WHEN connected_ms IS NULL THEN 0 ELSE 1 END,
                duration_s = CASE WHEN connected_ms IS NULL THEN 0 WHEN connected_ms >= ? THEN 1
                    ELSE (? - connected_ms + 999) / 1000 END
            WHERE duration_s IS NULL
            """, [.text(Self.finishReason), end, end])
        try measureOpenRecords(size)
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

    private func measureOpenRecords(_ size: (String) -> Int?) throws {
        let rows = try transaction.query(
            """
            SELECT r.id, r.name, s.account_id FROM call_record r JOIN call_session s ON s.id = r.session_id
            WHERE r.duration_s IS NULL
            """)
        for row in rows {
            guard let bytes = size(try row.text("name")) else { continue }
            let account = AccountID(rawValue: try row.integer("account_id"))
            try AccountStorage.note(Int64(bytes), of: account, in: transaction)
            try transaction.execute(
                "UPDATE call_record SET file_size = ? WHERE id = ?", [.integer(bytes), .integer(try row.integer("id"))])
        }
    }

    private func chargeHeldLegs(until end: UnixTime) throws {
        let rows = try transaction.query(
            """
            SELECT l.id AS leg_row, l.connected_ms, h.*, a.currency
            FROM money_hold h JOIN account a ON a.id = h.account_id
            JOIN call_leg l ON l.session_id = h.session_id AND l.call_id = h.call_id
            WHERE l.duration_s IS NULL AND l.connected_ms IS NOT NULL
            """)
        for row in rows { try charge(row, until: end) }
        // Every hold is one of a call that this program no longer knows.
        try transaction.execute("DELETE FROM money_hold")
    }

    private func charge(_ row: Row, until end: UnixTime) throws {
        guard let currency = Currency(rawValue: try row.text("currency")) else { return }
        let talk = Duration.milliseconds(end.milliseconds - (try row.integer("connected_ms")))
        let through = Int(try row.integer("through_s"))
        let seconds = min(LegLedger.countedSeconds(talk, paidThrough: nil), through)
        let charge = try Self.price(row, currency).charge(seconds: seconds)
        let key = CallHold.Key(
            session: SessionID(rawValue: try row.integer("session_id")), leg: CallID(rawValue: try row.text("call_id")))
        let account = AccountID(rawValue: try row.integer("account_id"))
        let booking = try SessionHistory(transaction: transaction).book(charge, under: key, account: account, at: end)
        try transaction.execute(
            "UPDATE call_leg SET cost = ?, direction = ?, transaction_id = ? WHERE id = ?",
            [
                .integer(charge.amount.millionths), .text(charge.direction), .optional(booking),
                .integer(try row.integer("leg_row")),
            ])
    }

    private static func price(_ row: Row, _ currency: Currency) throws -> CallPrice {
        func money(_ column: String) throws -> Money { Money(millionths: try row.integer(column), currency) }
        return CallPrice(
            group: try row.text("price_group"), perMinute: try money("per_minute"),
            step: BillingStep(
                first: Int(try row.integer("first_step_s")), next: Int(try row.integer("next_step_s"))),
            freeSeconds: Int(try row.integer("free_s")), setupFee: try money("setup_fee"))
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
