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
        Migration("2026-07 service keys", serviceKeys),
        Migration("2026-08 subscriptions", subscriptions),
        Migration("2026-09 lists and caller ids", lists),
        Migration("2026-10 callbacks, reports, audit log", outgoing),
        Migration(
            "2026-11 contacts of registrations",
            [
                "ALTER TABLE sip_registration ADD COLUMN contact_user TEXT",
                "SQLITE_ONLY UPDATE sip_registration SET contact_user = lower(hex(randomblob(16)))",
                "POSTGRES_ONLY UPDATE sip_registration SET contact_user = replace(gen_random_uuid()::text, '-', '')",
            ]),
        Migration("2026-12 balances and holds", balancesAndHolds),
        Migration("2026-13 a ledger that only grows", ["APPEND_ONLY ledger_entry"]),
        Migration("2026-14 what accounts keep", storage),
        Migration(
            "2026-15 forwarded legs, quality of sound",
            [
                "ALTER TABLE call_leg ADD COLUMN diversion_number TEXT",
                "ALTER TABLE call_session ADD COLUMN is_wideband BIGINT NOT NULL DEFAULT 0",
            ]),
        Migration("2026-16-01 days of renewal", renewalDays),
        Migration(
            "2026-16-02 users pay from their account", ["UPDATE app_user SET parent_accounting = 1 WHERE id > 0"]),
        Migration(
            "2026-16-03 registrations beside users",
            [
                """
                CREATE INDEX sip_registration_attendant ON sip_registration (id)
                    WHERE deactivated = 0 AND frozen_at IS NULL AND is_persistent = 0
                """
            ]),
        Migration("2026-17 how long files are kept", lives),
        Migration("2026-18 sessions by time", ["CREATE INDEX call_session_by_time ON call_session (start_ms)"]),
    ]

    /// Months are counted from `anchor_at`; NULL stands for the purchase. A row whose last renewal fell into a short month
    /// keeps to the day of its purchase, every other one to the day on which it is renewed now.
    private static let renewalDays = SubscriptionKind.allCases.flatMap { kind in
        [
            "ALTER TABLE \(kind.table) ADD COLUMN anchor_at BIGINT",
            """
            SQLITE_ONLY UPDATE \(kind.table) SET anchor_at = renewal_at
                WHERE strftime('%d', renewal_at, 'unixepoch') < '28'
                OR strftime('%d', renewal_at, 'unixepoch') >= strftime('%d', purchased_at, 'unixepoch')
            """,
            """
            POSTGRES_ONLY UPDATE \(kind.table) SET anchor_at = renewal_at
                WHERE extract(day FROM to_timestamp(renewal_at) AT TIME ZONE 'UTC') < 28
                OR extract(day FROM to_timestamp(renewal_at) AT TIME ZONE 'UTC')
                    >= extract(day FROM to_timestamp(purchased_at) AT TIME ZONE 'UTC')
            """,
        ]
    }

    private static let subscriptions = [
        "ALTER TABLE phone_number ADD COLUMN auto_charge BIGINT NOT NULL DEFAULT 1",
        "ALTER TABLE phone_number ADD COLUMN frozen_at BIGINT",
        "ALTER TABLE phone_number ADD COLUMN due_at BIGINT",
        "UPDATE phone_number SET due_at = renewal_at",
        "CREATE INDEX phone_number_due ON phone_number (due_at) WHERE deactivated = 0",
        """
        CREATE TABLE sip_registration (id AUTO_ID, account_id BIGINT NOT NULL REFERENCES account (id),
            username TEXT NOT NULL, proxy TEXT NOT NULL, auth_user TEXT, outbound_proxy TEXT, password TEXT,
            is_persistent BIGINT NOT NULL, application_id BIGINT REFERENCES application (id) ON DELETE SET NULL,
            rule_id BIGINT REFERENCES call_rule (id) ON DELETE SET NULL,
            user_id BIGINT REFERENCES app_user (id) ON DELETE SET NULL, price BIGINT NOT NULL,
            purchased_at BIGINT NOT NULL, renewal_at BIGINT NOT NULL, due_at BIGINT NOT NULL, frozen_at BIGINT,
            auto_charge BIGINT NOT NULL DEFAULT 1, deactivated BIGINT NOT NULL DEFAULT 0, successful BIGINT,
            status_code BIGINT, error_message TEXT, updated_at BIGINT NOT NULL, modified_at BIGINT NOT NULL)
        """,
        "CREATE INDEX sip_registration_by_account ON sip_registration (account_id)",
        "CREATE INDEX sip_registration_by_application ON sip_registration (application_id)",
        "CREATE INDEX sip_registration_by_rule ON sip_registration (rule_id)",
        "CREATE INDEX sip_registration_by_user ON sip_registration (user_id)",
        """
        CREATE INDEX sip_registration_wanted ON sip_registration (id)
            WHERE deactivated = 0 AND frozen_at IS NULL AND is_persistent = 1
        """,
        // Rows that refer to an account or application are looked for whenever one is made or removed.
        "CREATE INDEX scenario_by_application ON scenario (application_id)",
        "CREATE INDEX call_rule_by_account ON call_rule (account_id)",
        "CREATE INDEX key_value_by_account ON key_value (account_id)",
        "CREATE INDEX sip_registration_due ON sip_registration (due_at) WHERE deactivated = 0",
        """
        CREATE TABLE account_setting (account_id BIGINT NOT NULL REFERENCES account (id), name TEXT NOT NULL,
            value TEXT NOT NULL, PRIMARY KEY (account_id, name))
        """,
        """
        CREATE TABLE account_watch (account_id BIGINT PRIMARY KEY REFERENCES account (id), low_since BIGINT,
            is_credit_low BIGINT NOT NULL DEFAULT 0, warned_for BIGINT)
        """,
    ]

    private static let lists = [
        """
        CREATE TABLE caller_id (id AUTO_ID, account_id BIGINT NOT NULL REFERENCES account (id), number TEXT NOT NULL,
            active BIGINT NOT NULL, verified_until BIGINT, warned BIGINT NOT NULL DEFAULT 0, code_digest TEXT,
            code_until BIGINT, attempts_left BIGINT NOT NULL, calls_left BIGINT NOT NULL, UNIQUE (account_id, number))
        """,
        "CREATE INDEX caller_id_by_expiry ON caller_id (verified_until) WHERE verified_until IS NOT NULL",
        """
        CREATE TABLE pstn_black_list (id AUTO_ID, account_id BIGINT NOT NULL REFERENCES account (id),
            phone TEXT NOT NULL, UNIQUE (account_id, phone))
        """,
        """
        CREATE TABLE sip_white_list (id AUTO_ID, account_id BIGINT NOT NULL REFERENCES account (id),
            network TEXT NOT NULL, description TEXT, UNIQUE (account_id, network))
        """,
    ]

    private static let outgoing = [
        """
        CREATE TABLE callback_outbox (id AUTO_ID, account_id BIGINT NOT NULL REFERENCES account (id),
            type TEXT NOT NULL, payload TEXT NOT NULL, created_at BIGINT NOT NULL, attempts BIGINT NOT NULL,
            due_at BIGINT NOT NULL)
        """,
        "CREATE INDEX callback_outbox_due ON callback_outbox (due_at)",
        "CREATE INDEX callback_outbox_by_account ON callback_outbox (account_id, due_at)",
        """
        CREATE TABLE history_report (id AUTO_ID, account_id BIGINT NOT NULL REFERENCES account (id),
            kind TEXT NOT NULL, parameters TEXT NOT NULL, created_at BIGINT NOT NULL, completed_at BIGINT,
            success BIGINT, file_name TEXT, file_size BIGINT, stored_until BIGINT, download_count BIGINT NOT NULL)
        """,
        "CREATE INDEX history_report_by_account ON history_report (account_id)",
        "CREATE INDEX history_report_open ON history_report (id) WHERE completed_at IS NULL",
        "CREATE INDEX history_report_by_end ON history_report (stored_until) WHERE stored_until IS NOT NULL",
        """
        CREATE TABLE audit_log (id AUTO_ID, account_id BIGINT NOT NULL REFERENCES account (id),
            requested_at BIGINT NOT NULL, command TEXT NOT NULL, arguments TEXT NOT NULL, address TEXT NOT NULL,
            key_id TEXT)
        """,
        "CREATE INDEX audit_log_by_account ON audit_log (account_id, requested_at)",
        "CREATE INDEX audit_log_by_time ON audit_log (requested_at)",
    ]

    private static let serviceKeys = [
        """
        CREATE TABLE service_key (id TEXT PRIMARY KEY, account_id BIGINT NOT NULL REFERENCES account (id), name TEXT,
            description TEXT, public_key TEXT NOT NULL, created_at BIGINT NOT NULL)
        """,
        "CREATE INDEX service_key_by_account ON service_key (account_id, created_at)",
        """
        CREATE TABLE service_key_role (key_id TEXT NOT NULL REFERENCES service_key (id) ON DELETE CASCADE,
            role_id BIGINT NOT NULL, PRIMARY KEY (key_id, role_id))
        """,
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

    private static let storage = [
        "CREATE TABLE account_storage (account_id BIGINT PRIMARY KEY REFERENCES account (id), bytes BIGINT NOT NULL)",
        """
        INSERT INTO account_storage (account_id, bytes)
            SELECT s.account_id, COALESCE(SUM(r.file_size), 0) FROM call_record r
            JOIN call_session s ON s.id = r.session_id WHERE r.deleted = 0 GROUP BY s.account_id
        """,
        // Recovery looks for the recordings that a crash has left open.
        "CREATE INDEX call_record_open ON call_record (id) WHERE duration_s IS NULL",
    ]

    private static let lives = [
        "ALTER TABLE call_record ADD COLUMN title TEXT",
        "ALTER TABLE call_record ADD COLUMN secure BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE call_record ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0",
        // Three months, as for a recording without a wish.
        "UPDATE call_record SET expires_at = start_ms / 1000 + 7948800",
        "CREATE INDEX call_record_by_expiry ON call_record (expires_at) WHERE deleted = 0",
        "ALTER TABLE call_session ADD COLUMN log_deleted BIGINT NOT NULL DEFAULT 0",
        "CREATE INDEX call_session_with_log ON call_session (start_ms) WHERE log_deleted = 0",
    ]

    private static let balancesAndHolds = [
        """
        CREATE TABLE account_balance (account_id BIGINT PRIMARY KEY REFERENCES account (id), balance BIGINT NOT NULL,
            spent_hour BIGINT NOT NULL, spent BIGINT NOT NULL)
        """,
        """
        INSERT INTO account_balance (account_id, balance, spent_hour, spent)
            SELECT account_id, SUM(amount), 0, 0 FROM ledger_entry GROUP BY account_id
        """,
        """
        CREATE TABLE money_hold (session_id BIGINT NOT NULL, call_id TEXT NOT NULL,
            account_id BIGINT NOT NULL REFERENCES account (id), amount BIGINT NOT NULL, through_s BIGINT NOT NULL,
            expires_ms BIGINT NOT NULL, price_group TEXT NOT NULL, per_minute BIGINT NOT NULL,
            setup_fee BIGINT NOT NULL, first_step_s BIGINT NOT NULL, next_step_s BIGINT NOT NULL,
            free_s BIGINT NOT NULL, PRIMARY KEY (session_id, call_id))
        """,
        // Covers the sum of what is held.
        "CREATE INDEX money_hold_of_account ON money_hold (account_id, expires_ms, amount, session_id, call_id)",
        // Recovery looks for the legs that a crash has left open.
        "CREATE INDEX call_leg_open ON call_leg (session_id) WHERE duration_s IS NULL",
    ]
}
