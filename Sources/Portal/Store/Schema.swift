import ReplayMemory
import Storage

/// The portal's tables. Instants are seconds since 1970.
enum Schema {
    static let migrations = [
        Migration("2026-01 company and employees", company + employees),
        Migration("2026-02 lines", lines),
        Migration("2026-03 cards", CardKind.allCases.flatMap(cards) + cardPhones),
        Migration("2026-04 calls", calls),
        Migration("2026-05 messages to the controller", outbox),
        ReplayMemory.migration("2026-12 nonces"),
        Migration("2026-12 licence key", licenceKey),
        Migration("2026-12 warnings of the balance", warnings),
        Migration("2026-12 news of numbers", numbers),
        Migration("2026-12 recordings by link", recordings),
        Migration("2026-12 news of payments", payments),
        Migration("2026-12 support", support),
        Migration(
            "2026-12 revisions of histories",
            ["ALTER TABLE call_history ADD COLUMN revision BIGINT NOT NULL DEFAULT 1"]),
        Migration("2026-12 steps of calls", ["ALTER TABLE call ADD COLUMN step BIGINT NOT NULL DEFAULT 0"]),
        Migration(
            "2026-12 changes of the licence key",
            [
                """
                CREATE TABLE key_change (
                    change_id TEXT PRIMARY KEY, person TEXT NOT NULL, at BIGINT NOT NULL, former_until BIGINT)
                """,
                "CREATE INDEX key_change_by_time ON key_change (at, change_id)",
            ]),
    ]

    private static let company = [
        "CREATE TABLE company (id BIGINT PRIMARY KEY, name TEXT NOT NULL, language TEXT NOT NULL)",
        "CREATE TABLE blacklist (number TEXT PRIMARY KEY)",
    ]

    private static let employees = [
        """
        CREATE TABLE employee (
            id AUTO_ID, name TEXT NOT NULL, login TEXT NOT NULL UNIQUE, password TEXT NOT NULL, extension TEXT UNIQUE,
            own_phone TEXT, have_phone BIGINT NOT NULL, workday_open BIGINT NOT NULL, is_admin BIGINT NOT NULL,
            is_active BIGINT NOT NULL, last_activity BIGINT)
        """,
        """
        CREATE TABLE phone_credentials (
            employee_id BIGINT PRIMARY KEY REFERENCES employee (id), answer TEXT NOT NULL, obtained_at BIGINT NOT NULL)
        """,
        """
        CREATE TABLE session (
            token_digest TEXT PRIMARY KEY, employee_id BIGINT NOT NULL REFERENCES employee (id),
            expires_at BIGINT NOT NULL)
        """,
    ]

    private static let lines = [
        "CREATE TABLE line (id AUTO_ID, search_id TEXT NOT NULL UNIQUE, settings TEXT NOT NULL)",
        """
        CREATE TABLE line_member (
            line_id BIGINT NOT NULL REFERENCES line (id) ON DELETE CASCADE, position BIGINT NOT NULL,
            employee_id BIGINT NOT NULL REFERENCES employee (id), PRIMARY KEY (line_id, position))
        """,
    ]

    private static func cards(_ kind: CardKind) -> [String] {
        [
            """
            CREATE TABLE \(kind.table) (
                id AUTO_ID, name TEXT NOT NULL, responsible_id BIGINT REFERENCES employee (id),
                call_manager_id BIGINT REFERENCES employee (id), temporary_manager_id BIGINT REFERENCES employee (id),
                temporary_until BIGINT, created_at BIGINT NOT NULL, created_by_call TEXT UNIQUE)
            """
        ]
    }

    private static let cardPhones = [
        """
        CREATE TABLE card_phone (
            kind TEXT NOT NULL, card_id BIGINT NOT NULL, number TEXT NOT NULL, PRIMARY KEY (kind, card_id, number))
        """,
        "CREATE INDEX card_phone_number ON card_phone (number)",
    ]

    private static let calls = [
        """
        CREATE TABLE call (
            call_id TEXT PRIMARY KEY, line TEXT NOT NULL, caller TEXT NOT NULL, status TEXT NOT NULL,
            employee_id BIGINT, type_connect TEXT NOT NULL, card TEXT NOT NULL, created_at BIGINT NOT NULL)
        """,
        """
        CREATE TABLE call_invite (
            call_id TEXT NOT NULL REFERENCES call (call_id) ON DELETE CASCADE, employee_id BIGINT NOT NULL,
            PRIMARY KEY (call_id, employee_id))
        """,
        """
        CREATE TABLE call_history (
            id AUTO_ID, call_id TEXT NOT NULL UNIQUE, line TEXT NOT NULL, caller TEXT NOT NULL, employee_id BIGINT,
            is_success BIGINT NOT NULL, failure_code TEXT, duration BIGINT NOT NULL, record_url TEXT NOT NULL,
            log_url TEXT NOT NULL, received_at BIGINT NOT NULL, fields TEXT NOT NULL)
        """,
    ]

    private static let licenceKey = [
        """
        CREATE TABLE licence_key (
            id BIGINT PRIMARY KEY, key TEXT NOT NULL, former_key TEXT NOT NULL, configured_key TEXT NOT NULL,
            former_until BIGINT NOT NULL)
        """
    ]

    private static let warnings = [
        """
        CREATE TABLE balance_warning (
            crossing BIGINT NOT NULL, kind TEXT NOT NULL, balance TEXT NOT NULL, threshold TEXT, currency TEXT NOT NULL,
            at BIGINT NOT NULL, explanation TEXT NOT NULL, PRIMARY KEY (crossing, kind))
        """,
        "CREATE INDEX balance_warning_by_time ON balance_warning (at)",
    ]

    private static let numbers = [
        """
        CREATE TABLE number_news (
            news_key TEXT PRIMARY KEY, number TEXT NOT NULL, state TEXT NOT NULL, version BIGINT, request_id TEXT,
            message TEXT, at BIGINT NOT NULL)
        """,
        "CREATE INDEX number_news_by_time ON number_news (at, news_key)",
    ]

    /// Where recordings and logs are is the controller's affair.
    private static let recordings = [
        "ALTER TABLE call_history ADD COLUMN has_recording BIGINT NOT NULL DEFAULT 0",
        "UPDATE call_history SET has_recording = 1 WHERE record_url <> ''",
        "ALTER TABLE call_history DROP COLUMN record_url",
        "ALTER TABLE call_history DROP COLUMN log_url",
    ]

    private static let payments = [
        """
        CREATE TABLE payment_news (
            reference TEXT PRIMARY KEY, amount TEXT NOT NULL, currency TEXT NOT NULL, balance TEXT, at BIGINT NOT NULL)
        """,
        "CREATE INDEX payment_news_by_time ON payment_news (at, reference)",
    ]

    private static let support = [
        """
        CREATE TABLE support_request (
            grant_id TEXT PRIMARY KEY, person TEXT NOT NULL, reason TEXT NOT NULL, scopes TEXT NOT NULL,
            seconds BIGINT NOT NULL, asked_at BIGINT NOT NULL, answer_until BIGINT NOT NULL, state TEXT NOT NULL,
            granted TEXT NOT NULL, until_at BIGINT, answered_by BIGINT)
        """,
        "CREATE INDEX support_request_by_time ON support_request (asked_at, grant_id)",
        """
        CREATE TABLE support_look (
            look_id TEXT PRIMARY KEY, grant_id TEXT NOT NULL, person TEXT NOT NULL, act TEXT NOT NULL,
            object TEXT NOT NULL, at BIGINT NOT NULL)
        """,
        "CREATE INDEX support_look_by_time ON support_look (at, look_id)",
    ]

    private static let outbox = [
        "CREATE TABLE outbox (id AUTO_ID, command TEXT NOT NULL, body TEXT NOT NULL)"
    ]
}

extension CardKind {
    /// The section's table; `company` is the portal's own.
    var table: String {
        switch self {
        case .contact: "contact"
        case .company: "client_company"
        case .lead: "lead"
        }
    }
}
