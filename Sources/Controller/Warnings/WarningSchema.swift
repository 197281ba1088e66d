import Storage

/// The tables of mails and webhooks for warnings.
enum WarningSchema {
    static let migration = Migration(
        "2026-12 channels of warnings",
        [
            """
            CREATE TABLE warning_channel (
                portal_id TEXT PRIMARY KEY, emails TEXT NOT NULL, webhook TEXT, secret TEXT)
            """,
            """
            CREATE TABLE warning_delivery (
                id AUTO_ID, portal_id TEXT NOT NULL, channel TEXT NOT NULL, target TEXT NOT NULL,
                message_key TEXT NOT NULL, body TEXT NOT NULL, created_at BIGINT NOT NULL, attempts BIGINT NOT NULL,
                due_at BIGINT, ended_at BIGINT, error TEXT, UNIQUE (portal_id, channel, target, message_key))
            """,
            "CREATE INDEX warning_delivery_by_due ON warning_delivery (due_at)",
        ])
}
