import Storage

/// The tables of the voice platform.
///
/// Columns `…_at` are seconds since 1970, columns `…_ms` milliseconds, amounts millionths of the account's currency.
/// Every row that an account owns carries its `account_id`, and every statement about it names that column.
enum PlatformSchema {
    static let migrations = [
        Migration("2026-01 accounts", accounts),
        Migration("2026-02 applications", applications),
        Migration("2026-03 numbers and items", numbersAndItems),
        Migration("2026-04 history", history),
        Migration("2026-05 ledger", ledger),
        Migration("2026-06 heartbeat", ["CREATE TABLE platform_state (name TEXT PRIMARY KEY, value BIGINT NOT NULL)"]),
    ]

    private static let accounts = [
        """
        CREATE TABLE account (id AUTO_ID, parent_id BIGINT REFERENCES account (id), name TEXT NOT NULL UNIQUE,
            email TEXT NOT NULL UNIQUE, api_key_digest TEXT NOT NULL, currency TEXT NOT NULL,
            credit_limit BIGINT NOT NULL DEFAULT 0, active BIGINT NOT NULL, frozen BIGINT NOT NULL DEFAULT 0,
            created_at BIGINT NOT NULL, first_name TEXT, last_name TEXT, language_code TEXT NOT NULL, location TEXT,
            min_balance_to_notify BIGINT, notifications BIGINT NOT NULL DEFAULT 0, custom_data TEXT, callback_url TEXT,
            callback_salt TEXT)
        """,
        "CREATE INDEX account_by_parent ON account (parent_id)",
    ]

    private static let applications = [
        """
        CREATE TABLE application (id AUTO_ID, account_id BIGINT NOT NULL REFERENCES account (id), name TEXT NOT NULL,
            secure_record_storage BIGINT NOT NULL DEFAULT 0, modified_at BIGINT NOT NULL, UNIQUE (account_id, name))
        """,
        """
        CREATE TABLE app_user (id AUTO_ID, account_id BIGINT NOT NULL REFERENCES account (id),
            application_id BIGINT NOT NULL REFERENCES application (id) ON DELETE CASCADE, name TEXT NOT NULL,
            display_name TEXT NOT NULL, ha1_md5 TEXT NOT NULL, ha1_sha256 TEXT NOT NULL, active BIGINT NOT NULL,
            parent_accounting BIGINT NOT NULL, mobile_phone TEXT, custom_data TEXT, created_at BIGINT NOT NULL,
            modified_at BIGINT NOT NULL, UNIQUE (application_id, name))
        """,
        "CREATE INDEX app_user_by_account ON app_user (account_id)",
        """
        CREATE TABLE scenario (id AUTO_ID, account_id BIGINT NOT NULL REFERENCES account (id),
            application_id BIGINT REFERENCES application (id) ON DELETE CASCADE, name TEXT NOT NULL,
            script TEXT NOT NULL, modified_at BIGINT NOT NULL, UNIQUE (account_id, name))
        """,
        """
        CREATE TABLE call_rule (id AUTO_ID, account_id BIGINT NOT NULL REFERENCES account (id),
            application_id BIGINT NOT NULL REFERENCES application (id) ON DELETE CASCADE, name TEXT NOT NULL,
            pattern TEXT NOT NULL, pattern_exclude TEXT, position BIGINT NOT NULL,
            video_conference BIGINT NOT NULL DEFAULT 0, modified_at BIGINT NOT NULL, UNIQUE (application_id, name))
        """,
        "CREATE INDEX call_rule_in_order ON call_rule (application_id, position)",
        """
        CREATE TABLE rule_scenario (rule_id BIGINT NOT NULL REFERENCES call_rule (id) ON DELETE CASCADE,
            scenario_id BIGINT NOT NULL REFERENCES scenario (id) ON DELETE CASCADE, position BIGINT NOT NULL,
            PRIMARY KEY (rule_id, scenario_id))
        """,
        "CREATE INDEX rule_scenario_by_scenario ON rule_scenario (scenario_id)",
    ]

    private static let numbersAndItems = [
        """
        CREATE TABLE phone_number (id AUTO_ID, account_id BIGINT NOT NULL REFERENCES account (id), number TEXT NOT NULL,
            country_code TEXT NOT NULL, category_name TEXT NOT NULL, region_id BIGINT NOT NULL,
            region_name TEXT NOT NULL, price BIGINT NOT NULL, purchased_at BIGINT NOT NULL,
            renewal_at BIGINT NOT NULL, deactivated BIGINT NOT NULL DEFAULT 0,
            application_id BIGINT REFERENCES application (id) ON DELETE SET NULL,
            rule_id BIGINT REFERENCES call_rule (id) ON DELETE SET NULL, modified_at BIGINT NOT NULL)
        """,
        "CREATE UNIQUE INDEX phone_number_in_use ON phone_number (number) WHERE deactivated = 0",
        "CREATE INDEX phone_number_by_account ON phone_number (account_id)",
        "CREATE INDEX phone_number_by_application ON phone_number (application_id)",
        "CREATE INDEX phone_number_by_rule ON phone_number (rule_id)",
        """
        CREATE TABLE key_value (application_id BIGINT NOT NULL REFERENCES application (id) ON DELETE CASCADE,
            account_id BIGINT NOT NULL REFERENCES account (id), item_key TEXT NOT NULL, item_value TEXT NOT NULL,
            expires_at BIGINT, PRIMARY KEY (application_id, item_key))
        """,
        "CREATE INDEX key_value_by_expiry ON key_value (expires_at)",
    ]

    private static let history = [
        """
        CREATE TABLE call_session (id AUTO_ID, account_id BIGINT NOT NULL REFERENCES account (id),
            application_id BIGINT NOT NULL, application_name TEXT NOT NULL, user_id BIGINT, rule_id BIGINT,
            rule_name TEXT NOT NULL, start_ms BIGINT NOT NULL, duration_ms BIGINT, initiator_address TEXT NOT NULL,
            media_server_address TEXT NOT NULL, log_name TEXT NOT NULL UNIQUE, finish_reason TEXT, custom_data TEXT)
        """,
        "CREATE INDEX call_session_by_start ON call_session (account_id, start_ms)",
        "CREATE INDEX call_session_by_data ON call_session (account_id, custom_data)",
        "CREATE INDEX call_session_running ON call_session (id) WHERE finish_reason IS NULL",
        """
        CREATE TABLE call_leg (id AUTO_ID, session_id BIGINT NOT NULL REFERENCES call_session (id) ON DELETE CASCADE,
            call_id TEXT NOT NULL, start_ms BIGINT NOT NULL, connected_ms BIGINT, duration_s BIGINT, local_number TEXT NOT NULL,
            remote_number TEXT NOT NULL, remote_number_type TEXT NOT NULL, incoming BIGINT NOT NULL,
            successful BIGINT NOT NULL DEFAULT 0, end_code BIGINT, end_reason TEXT, cost BIGINT NOT NULL DEFAULT 0,
            direction TEXT NOT NULL DEFAULT '', custom_data TEXT, transaction_id BIGINT,
            UNIQUE (session_id, call_id))
        """,
        "CREATE INDEX call_leg_by_remote ON call_leg (remote_number)",
        """
        CREATE TABLE call_record (id AUTO_ID, session_id BIGINT NOT NULL REFERENCES call_session (id) ON DELETE CASCADE,
            call_id TEXT NOT NULL, name TEXT NOT NULL UNIQUE, start_ms BIGINT NOT NULL, duration_s BIGINT,
            file_size BIGINT, deleted BIGINT NOT NULL DEFAULT 0)
        """,
        "CREATE INDEX call_record_by_session ON call_record (session_id)",
    ]

    private static let ledger = [
        """
        CREATE TABLE ledger_entry (id AUTO_ID, account_id BIGINT NOT NULL REFERENCES account (id),
            entry_key TEXT NOT NULL, kind TEXT NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL,
            description TEXT NOT NULL, payment_reference TEXT, performed_at BIGINT NOT NULL,
            UNIQUE (account_id, entry_key))
        """,
        "CREATE INDEX ledger_entry_by_time ON ledger_entry (account_id, performed_at)",
        // Covers the sum that is the balance.
        "CREATE INDEX ledger_entry_amount ON ledger_entry (account_id, amount)",
    ]
}
