import Foundation
import Storage

@testable import Controller

/// A controller's database with many portals: each has an account, a user, a line and a call; one of them has many calls.
struct FilledDatabase {
    /// The tables that are large; going through one of them is the mistake that is looked for.
    static let largeTables: Set<String> = [
        "portal", "account", "platform_user", "line_settings", "call_history", "outbox", "call",
    ]
    static let busyPortal = PortalID(rawValue: "portal-1")
    /// The first call's beginning; each later call begins a second later.
    static let firstCall: Int64 = 1_764_000_000_000
    /// Rows of one transaction.
    private static let share = 50_000

    let database: Database
    let portals: Int
    private let isOnServer: Bool
    var busyCalls: Int { portals / 10 }

    static func portal(_ number: Int) -> PortalID { PortalID(rawValue: "portal-\(number)") }
    static func user(_ number: Int) -> String { "user-\(number)" }

    /// - Parameter onStatement: Called with the text of every statement that runs, also of those that fill the tables.
    init(
        at location: DatabaseLocation, portals: Int, onStatement: @escaping @Sendable (String) -> Void
    ) async throws {
        database = try await Database.open(location, onStatement: onStatement)
        if case .postgres = location { isOnServer = true } else { isOnServer = false }
        self.portals = portals
        try await database.migrate(Schema.migrations)
        for first in stride(from: 1, through: portals, by: Self.share) {
            try await fill(first, min(portals, first + Self.share - 1))
        }
        for first in stride(from: 1, through: busyCalls, by: Self.share) {
            let last = min(busyCalls, first + Self.share - 1)
            try await database.write { try $0.execute(Self.calls("'\(Self.busyPortal)'", "busy-", first, last)) }
        }
        // What a server does by itself some minutes after so much has come.
        try await database.write { try $0.execute("ANALYZE") }
    }

    private func fill(_ first: Int, _ last: Int) async throws {
        let numbers = Self.numbers(first, last)
        let statements = [
            """
            INSERT INTO portal (portal_id, kind, base_url, currency, region, licence_key, is_key_used,
                needs_scenario_key, created_at)
            \(numbers) SELECT 'portal-' || n, 'cloud', 'https://portal-' || n || '.example', 'RUB', 'RU',
                'licence-key-of-portal-' || n, 1, 0, n FROM number
            """,
            """
            INSERT INTO account (portal_id, account_name, account_password, account_id, api_key, master_currency,
                application_id, application_name, scenario_id, scenario_version, scenario_digest, rule_id)
            \(numbers) SELECT 'portal-' || n, 'account-' || n, 'password', n, 'key-' || n, 'RUB', n, 'application-' || n,
                n, 1, 'digest', n FROM number
            """,
            """
            INSERT INTO platform_user (portal_id, user_name, password, is_ready)
            \(numbers) SELECT 'portal-' || n, 'user-' || n, 'password-' || n, 1 FROM number
            """,
            """
            INSERT INTO line_settings (portal_id, line, search_id, phone_number, settings, version, fetched_at, is_stale)
            \(numbers) SELECT 'portal-' || n, 'main', 'main', '7495' || (1000000 + n),
                '{"SEARCH_ID":"main","QUEUE_USERS":[' || n || ']}', 1, n, 0 FROM number
            """,
            """
            INSERT INTO outbox (portal_id, command, message_key, body, created_at, attempts, due_at, delivered_at)
            \(numbers) SELECT 'portal-' || n, 'AddCallHistory', 'call-' || n, '{}', n, 1, n, n FROM number
            """,
            """
            INSERT INTO call (portal_id, call_id, line, phone_number, caller_id, access_url, state, attempts, decisions,
                created_at, ended_at)
            \(numbers) SELECT 'portal-' || n, 'call-' || n, 'main', '74951234567', '79111234567', 'http://localhost/',
                CASE WHEN n % 100 = 0 THEN 'connected' ELSE 'closed' END, '[]', '[]', n, n FROM number
            """,
            Self.calls("'portal-' || n", "call-", first, last),
        ]
        try await database.write { transaction in for sql in statements { try transaction.execute(sql) } }
    }

    private static func calls(_ portal: String, _ prefix: String, _ first: Int, _ last: Int) -> String {
        """
        INSERT INTO call_history (portal_id, call_id, fields, source, recorded_at, cost_final, cost_currency, started_at,
            day, phone_number, employee_id, line, direction, outcome, talk_seconds, cost)
        \(numbers(first, last)) SELECT \(portal), '\(prefix)' || n, 'CALL_ID=' || n, 'scenario', n, '1.5', 'RUB',
            \(firstCall) + 1000 * n, '2026-11-28', '7911' || (1000000 + n % 5000), n % 40, 'main', 'incoming', 'answered',
            n % 300, 1500000 FROM number
        """
    }

    private static func numbers(_ first: Int, _ last: Int) -> String {
        """
        WITH RECURSIVE number (n) AS (SELECT CAST(\(first) AS BIGINT) UNION ALL SELECT n + 1 FROM number WHERE n < \(last))
        """
    }

    /// The steps of a statement's plan that go through a whole large table; the statement itself is not run.
    func scans(_ sql: String) async throws -> [String] {
        try await plan(sql).filter { step in
            // In the order of an index and not to its end.
            if step.hasPrefix("SCAN"), step.contains("INDEX"), sql.contains("LIMIT") { return false }
            return step.firstMatch(of: /(?:Seq Scan on|SCAN) (\w+)/).map {
                Self.largeTables.contains(String($0.output.1))
            } ?? false
        }
    }

    private func plan(_ sql: String) async throws -> [String] {
        guard isOnServer else {
            let arguments = Array(repeating: SQLValue.null, count: sql.count { $0 == "?" })
            return try await database.write { transaction in
                try transaction.query("EXPLAIN QUERY PLAN " + sql, arguments).map { try $0.text("detail") }
            }
        }
        // As the server plans a statement that it has prepared: for whatever arguments come.
        var placeholders = 0
        let numbered = sql.reduce(into: "") { text, character in
            if character == "?" { placeholders += 1 }
            text += character == "?" ? "$\(placeholders)" : String(character)
        }
        let nulls = Array(repeating: "NULL", count: placeholders).joined(separator: ", ")
        let call = "EXPLAIN EXECUTE planned" + (nulls.isEmpty ? "" : "(\(nulls))")
        return try await database.write { transaction in
            try transaction.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            try transaction.execute("PREPARE planned AS " + numbered)
            let steps = try transaction.query(call)
            try transaction.execute("DEALLOCATE planned")
            return try steps.map { try $0.text("QUERY PLAN") }
        }
    }
}
