import ReplayMemory
import Storage

/// The controller's tables.
enum Schema {
    static let migrations = [
        Migration(
            "2026-11 accounts",
            [
                """
                CREATE TABLE account (
                    portal_id TEXT PRIMARY KEY, account_name TEXT NOT NULL UNIQUE, account_password TEXT NOT NULL,
                    account_id BIGINT, api_key TEXT, application_id BIGINT, application_name TEXT, scenario_id BIGINT,
                    scenario_version BIGINT, scenario_digest TEXT, rule_id BIGINT)
                """,
                """
                CREATE TABLE platform_user (
                    portal_id TEXT NOT NULL REFERENCES account (portal_id), user_name TEXT NOT NULL,
                    password TEXT NOT NULL, is_ready BIGINT NOT NULL, PRIMARY KEY (portal_id, user_name))
                """,
                """
                CREATE TABLE platform_number (
                    portal_id TEXT NOT NULL REFERENCES account (portal_id), phone_number TEXT NOT NULL,
                    is_bound BIGINT NOT NULL, PRIMARY KEY (portal_id, phone_number))
                """,
            ]),
        Migration(
            "2026-11 lines",
            [
                """
                CREATE TABLE line_settings (
                    portal_id TEXT NOT NULL, line TEXT NOT NULL, search_id TEXT NOT NULL, phone_number TEXT NOT NULL,
                    settings TEXT NOT NULL, version BIGINT NOT NULL, fetched_at BIGINT NOT NULL,
                    is_stale BIGINT NOT NULL, error TEXT, PRIMARY KEY (portal_id, line))
                """,
                """
                CREATE TABLE employee_snapshot (
                    portal_id TEXT PRIMARY KEY, employees TEXT NOT NULL, fetched_at BIGINT NOT NULL)
                """,
                """
                CREATE TABLE employee_turn (
                    portal_id TEXT NOT NULL, employee_id BIGINT NOT NULL, offered_at BIGINT NOT NULL,
                    PRIMARY KEY (portal_id, employee_id))
                """,
            ]),
        Migration(
            "2026-11 calls",
            [
                """
                CREATE TABLE call (
                    portal_id TEXT NOT NULL, call_id TEXT NOT NULL, line TEXT NOT NULL, phone_number TEXT NOT NULL,
                    caller_id TEXT NOT NULL, access_url TEXT NOT NULL, state TEXT NOT NULL, dialled_code TEXT,
                    lookup TEXT, attempts TEXT NOT NULL, last_answer TEXT, decisions TEXT NOT NULL, user_id BIGINT,
                    device TEXT, created_at BIGINT NOT NULL, connected_at BIGINT, ended_at BIGINT,
                    PRIMARY KEY (portal_id, call_id))
                """,
                "CREATE INDEX call_by_state ON call (state, created_at)",
                """
                CREATE TABLE call_history (
                    portal_id TEXT NOT NULL, call_id TEXT NOT NULL, fields TEXT NOT NULL, source TEXT NOT NULL,
                    recorded_at BIGINT NOT NULL, cost_final TEXT, cost_currency TEXT,
                    PRIMARY KEY (portal_id, call_id))
                """,
                "CREATE INDEX call_history_by_cost ON call_history (cost_final, recorded_at)",
                """
                CREATE TABLE outbox (
                    id AUTO_ID, portal_id TEXT NOT NULL, command TEXT NOT NULL, message_key TEXT NOT NULL,
                    body TEXT NOT NULL, created_at BIGINT NOT NULL, attempts BIGINT NOT NULL, due_at BIGINT NOT NULL,
                    delivered_at BIGINT, error TEXT, UNIQUE (portal_id, command, message_key))
                """,
                "CREATE INDEX outbox_by_due ON outbox (delivered_at, due_at)",
            ]),
        Migration("2026-11 service accounts", ["ALTER TABLE account ADD COLUMN master_currency TEXT"]),
        Migration(
            "2026-11 searchable calls",
            [
                "ALTER TABLE call_history ADD COLUMN started_at BIGINT NOT NULL DEFAULT 0",
                "ALTER TABLE call_history ADD COLUMN day TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE call_history ADD COLUMN phone_number TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE call_history ADD COLUMN employee_id BIGINT",
                "ALTER TABLE call_history ADD COLUMN line TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE call_history ADD COLUMN direction TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE call_history ADD COLUMN outcome TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE call_history ADD COLUMN talk_seconds BIGINT NOT NULL DEFAULT 0",
                "ALTER TABLE call_history ADD COLUMN cost BIGINT",
                "ALTER TABLE call_history ADD COLUMN record_url TEXT",
                "CREATE INDEX call_history_by_time ON call_history (portal_id, started_at, call_id)",
                """
                CREATE INDEX call_history_by_number ON call_history (portal_id, phone_number, started_at, call_id)
                """,
                """
                CREATE INDEX call_history_by_employee ON call_history (portal_id, employee_id, started_at, call_id)
                """,
                "CREATE INDEX call_history_by_line ON call_history (portal_id, line, started_at, call_id)",
                // Empty but for reports of the time before.
                "CREATE INDEX call_history_to_read ON call_history (recorded_at) WHERE direction = ''",
                """
                CREATE TABLE call_total (
                    portal_id TEXT NOT NULL, scope TEXT NOT NULL, day TEXT NOT NULL, subject TEXT NOT NULL,
                    calls BIGINT NOT NULL, answered BIGINT NOT NULL, missed BIGINT NOT NULL,
                    talk_seconds BIGINT NOT NULL, cost BIGINT NOT NULL,
                    PRIMARY KEY (portal_id, scope, day, subject))
                """,
                """
                CREATE TABLE history_options (
                    portal_id TEXT PRIMARY KEY, time_zone TEXT NOT NULL, kept_days BIGINT)
                """,
            ]),
        Migration(
            "2026-11 recordings and retention",
            [
                "CREATE TABLE link_key (id BIGINT PRIMARY KEY, secret TEXT NOT NULL)",
                "CREATE INDEX history_options_by_days ON history_options (portal_id) WHERE kept_days IS NOT NULL",
                "CREATE INDEX call_by_portal ON call (portal_id, state, created_at)",
                "CREATE INDEX call_by_time ON call (created_at)",
                "CREATE INDEX call_by_id ON call (call_id)",
            ]),
        Migration(
            "2026-12 portals",
            [
                """
                CREATE TABLE portal (
                    portal_id TEXT PRIMARY KEY, kind TEXT NOT NULL, base_url TEXT NOT NULL, currency TEXT NOT NULL,
                    region TEXT NOT NULL, licence_key TEXT NOT NULL, previous_key TEXT, previous_until BIGINT,
                    is_key_used BIGINT NOT NULL, listed_key TEXT, licensed_until BIGINT, licence_checked_at BIGINT,
                    needs_scenario_key BIGINT NOT NULL, created_at BIGINT NOT NULL)
                """,
                "CREATE INDEX portal_by_scenario_key ON portal (needs_scenario_key, portal_id)",
            ]),
        ReplayMemory.migration("2026-12 nonces"),
        Migration(
            "2026-12 devices that are shut out",
            ["ALTER TABLE platform_user ADD COLUMN is_enabled BIGINT NOT NULL DEFAULT 1"]),
        Migration(
            "2026-12 balances",
            [
                """
                CREATE TABLE balance_account (
                    portal_id TEXT PRIMARY KEY, currency TEXT NOT NULL, settings TEXT NOT NULL, funds BIGINT,
                    funds_at BIGINT, phase TEXT NOT NULL, crossing BIGINT NOT NULL, lowest BIGINT NOT NULL,
                    warned_at BIGINT, waits TEXT NOT NULL, last_movement_at BIGINT, last_movement_id BIGINT NOT NULL,
                    first_hour BIGINT NOT NULL, planned TEXT NOT NULL, planned_at BIGINT, next_check_at BIGINT,
                    failures BIGINT NOT NULL)
                """,
                "CREATE INDEX balance_account_by_check ON balance_account (next_check_at)",
                """
                CREATE TABLE balance_spending (
                    portal_id TEXT NOT NULL, hour BIGINT NOT NULL, amount BIGINT NOT NULL,
                    PRIMARY KEY (portal_id, hour))
                """,
            ]),
        RolloutSchema.migration,
        StaffStore.migration,
        NumberSchema.migration,
        PaymentSchema.migration,
        SupportStore.migration,
        WarningSchema.migration,
        PortalStore.moves,
        CallStore.steps,
        StaffJournal.migration,
        TurnSchema.calls,
        TurnSchema.outbox,
        TurnSchema.keysAndDevices,
        BalanceSchema.readings,
        AccountStore.leaving,
        SweepStore.migration,
        RolloutSchema.answerTimes,
    ]
}
