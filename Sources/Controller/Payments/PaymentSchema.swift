import Storage

/// The table of payment orders, each with the payment that it was paid by.
enum PaymentSchema {
    static let migration = Migration(
        "2026-12 payments",
        [
            """
            CREATE TABLE payment_order (
                id AUTO_ID, portal_id TEXT NOT NULL, request_id TEXT NOT NULL, reference TEXT NOT NULL UNIQUE,
                amount BIGINT NOT NULL, currency TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
                payment_system TEXT, payment_id TEXT, paid_at BIGINT, credited_at BIGINT, due_at BIGINT,
                attempts BIGINT NOT NULL, error TEXT, UNIQUE (portal_id, request_id),
                UNIQUE (payment_system, payment_id))
            """,
            "CREATE INDEX payment_order_by_portal ON payment_order (portal_id, id)",
            "CREATE INDEX payment_order_open ON payment_order (portal_id, expires_at) WHERE paid_at IS NULL",
            "CREATE INDEX payment_order_by_due ON payment_order (due_at)",
        ])
}
