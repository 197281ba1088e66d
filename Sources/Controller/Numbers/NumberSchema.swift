import Storage

/// The tables of numbers and of their purchases.
enum NumberSchema {
    static let migration = Migration(
        "2026-12 numbers",
        [
            """
            CREATE TABLE number_purchase (
                portal_id TEXT NOT NULL, request_id TEXT NOT NULL, phone_number TEXT NOT NULL, country TEXT NOT NULL,
                category TEXT NOT NULL, region TEXT NOT NULL, state_code TEXT, price BIGINT NOT NULL,
                installation BIGINT NOT NULL, currency TEXT NOT NULL, phase TEXT NOT NULL, error_code TEXT,
                error_text TEXT, created_at BIGINT NOT NULL, due_at BIGINT, attempts BIGINT NOT NULL,
                PRIMARY KEY (portal_id, request_id))
            """,
            "CREATE INDEX number_purchase_by_due ON number_purchase (due_at)",
            """
            CREATE TABLE rented_number (
                phone_number TEXT PRIMARY KEY, portal_id TEXT NOT NULL, state TEXT NOT NULL, request_id TEXT,
                country TEXT NOT NULL, category TEXT NOT NULL, region TEXT NOT NULL, price BIGINT NOT NULL,
                currency TEXT NOT NULL, next_renewal TEXT, is_frozen BIGINT NOT NULL, is_renewed BIGINT NOT NULL,
                version BIGINT NOT NULL, look_at BIGINT)
            """,
            "CREATE INDEX rented_number_by_portal ON rented_number (portal_id, phone_number)",
            "CREATE INDEX rented_number_by_look ON rented_number (look_at)",
        ])
}
