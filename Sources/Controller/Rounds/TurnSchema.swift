import Storage

/// When each thing that is looked at again and again has its next turn, so that what does not succeed keeps nobody waiting.
enum TurnSchema {
    static let calls = Migration(
        "2026-12 turns of calls",
        [
            "ALTER TABLE call ADD COLUMN look_at BIGINT",
            "ALTER TABLE call ADD COLUMN looks BIGINT NOT NULL DEFAULT 0",
            "UPDATE call SET look_at = created_at WHERE state IN ('alerting', 'routed', 'connected', 'ended')",
            "CREATE INDEX call_by_look ON call (look_at) WHERE look_at IS NOT NULL",
            "ALTER TABLE call_history ADD COLUMN cost_at BIGINT",
            "ALTER TABLE call_history ADD COLUMN cost_looks BIGINT NOT NULL DEFAULT 0",
            "UPDATE call_history SET cost_at = recorded_at WHERE cost_final IS NULL",
            "CREATE INDEX call_history_by_look ON call_history (cost_at) WHERE cost_at IS NOT NULL",
            "DROP INDEX call_history_by_cost", "DROP INDEX call_by_state",
        ])
    static let outbox = Migration(
        "2026-12 turns of portals",
        [
            // Empty but for portals with messages that wait.
            """
            CREATE TABLE outbox_turn (
                portal_id TEXT PRIMARY KEY, due_at BIGINT NOT NULL, failures BIGINT NOT NULL)
            """,
            """
            INSERT INTO outbox_turn (portal_id, due_at, failures)
            SELECT portal_id, MIN(due_at), 0 FROM outbox WHERE delivered_at IS NULL GROUP BY portal_id
            """,
            "CREATE INDEX outbox_turn_by_due ON outbox_turn (due_at)",
            "CREATE INDEX outbox_waiting ON outbox (portal_id, due_at, id) WHERE delivered_at IS NULL",
        ])
    static let keysAndDevices = Migration(
        "2026-12 turns of keys and devices",
        [
            "ALTER TABLE portal ADD COLUMN scenario_key_at BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE portal ADD COLUMN scenario_key_tries BIGINT NOT NULL DEFAULT 0",
            "DROP INDEX portal_by_scenario_key",
            "CREATE INDEX portal_by_scenario_key ON portal (scenario_key_at) WHERE needs_scenario_key = 1",
            "ALTER TABLE platform_user ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE platform_user ADD COLUMN tries BIGINT NOT NULL DEFAULT 0",
            "CREATE INDEX platform_user_by_due ON platform_user (due_at) WHERE is_ready = 0",
        ])
}
