import Storage
import Synchronization

@testable import Controller

/// What is there when a day is over: at the platform, at the portal, in the database.
struct Aftermath: Equatable {
    var platform: [String] = []
    var database: [String] = []
    /// Calls that the portal was told of.
    var told: Set<String> = []
    /// What is wrong whatever else is there.
    var contradictions: [String] = []

    /// Columns that do not depend on the time or on what was drawn by lot.
    private static let tables: [(query: String, columns: [String])] = [
        ("SELECT * FROM account ORDER BY portal_id", ["portal_id", "account_name", "scenario_version"]),
        ("SELECT * FROM platform_user ORDER BY portal_id, user_name", ["user_name", "is_ready", "is_enabled"]),
        ("SELECT * FROM platform_number ORDER BY portal_id, phone_number", ["phone_number", "is_bound"]),
        ("SELECT * FROM line_settings ORDER BY portal_id, line", ["line", "settings", "is_stale"]),
        ("SELECT * FROM call ORDER BY portal_id, call_id", ["call_id", "state", "user_id", "device"]),
        (
            "SELECT * FROM call_history ORDER BY portal_id, call_id",
            ["call_id", "source", "outcome", "talk_seconds", "cost_final", "cost"]
        ),
        (
            "SELECT scope, SUM(calls) AS calls, SUM(answered) AS answered, SUM(cost) AS cost FROM call_total GROUP BY scope ORDER BY scope",
            ["scope", "calls", "answered", "cost"]
        ),
        ("SELECT CAST(SUM(amount) AS BIGINT) AS spent FROM balance_spending", ["spent"]),
        // Payments, support and keys are told under what was drawn by lot.
        (
            """
            SELECT * FROM outbox WHERE command <> 'PaymentReceived' AND command NOT LIKE 'Support%'
                AND command <> 'LicenceKeyChanged'
            ORDER BY portal_id, command, message_key
            """,
            ["command", "message_key"]
        ),
        (
            "SELECT COUNT(*) AS told FROM outbox WHERE command = 'PaymentReceived' AND delivered_at IS NOT NULL",
            ["told"]
        ),
        ("SELECT * FROM support_grant ORDER BY portal_id", ["person", "asked_scopes", "state", "scopes"]),
        (
            "SELECT act, COUNT(*) AS lines FROM support_journal WHERE act IN ('asked', 'ended') GROUP BY act ORDER BY act",
            ["act", "lines"]
        ),
        ("SELECT * FROM history_options ORDER BY portal_id", ["portal_id", "time_zone", "kept_days"]),
        ("SELECT * FROM portal ORDER BY portal_id", ["portal_id", "currency"]),
        ("SELECT * FROM staff ORDER BY name", ["name", "role", "is_enabled"]),
        // Keys, tokens and moves may be asked for twice.
        (
            """
            SELECT act, object, COUNT(*) AS lines FROM staff_journal WHERE act IN ('portal_added', 'staff_added')
            GROUP BY act, object ORDER BY act, object
            """, ["act", "object", "lines"]
        ),
        ("SELECT COUNT(*) AS keys FROM link_key", ["keys"]),
        ("SELECT * FROM warning_channel ORDER BY portal_id", ["portal_id", "emails"]),
        (
            "SELECT * FROM payment_order ORDER BY portal_id, request_id",
            ["request_id", "amount", "payment_system", "payment_id"]
        ),
    ]

    init(_ world: World, _ database: Database) async throws {
        platform = world.platform.state.withLock { state in
            [
                "accounts \(state.accounts.keys.sorted())", "applications \(state.applications.count)",
                "rules \(state.rules.count)", "users \(state.users.keys.sorted())",
                "shut out \(state.shutOut.sorted())",
                "numbers \(state.numbers.keys.sorted())", "bound \(state.bound.sorted())",
                "sales \(state.sales)", "not renewed \(state.notRenewed.sorted())",
                "paid \(state.transfers.count) times, \(state.balance)",
                "items \(state.items.keys.sorted())",
                "scenarios \(state.scenarios.values.map { $0.contains("SCENARIO_VERSION = 10;") })",
            ]
        }
        told = Set(world.portal.told("AddCallHistory").compactMap { $0["CALL_ID"]?.string })
        for table in Self.tables {
            self.database += try await database.read { transaction in
                try transaction.query(table.query).map { row in
                    let fields = try table.columns.map { "\($0)=\(try row.shown($0))" }
                    return "\(table.query.split(separator: " FROM ").last ?? ""): \(fields.joined(separator: " "))"
                }
            }
        }
        contradictions = try await Self.passwords(world)
    }

    /// What the portal would be told is what the platform lets in.
    private static func passwords(_ world: World) async throws -> [String] {
        var wrong: [String] = []
        for employee: Int64 in [67, 68] {
            let answer = try await world.command("GetUser", ["USER_ID": .integer(employee)]).json
            for device in ["user", "phone"] {
                let login = answer?["\(device)_login"]?.string ?? "nobody"
                let known = world.platform.state.withLock { $0.users[login] }
                if known == nil || known != answer?["\(device)_password"]?.string {
                    wrong.append("\(login) has another password at the platform")
                }
            }
        }
        return wrong
    }
}

extension Row {
    fileprivate func shown(_ column: String) throws -> String {
        if let text = try? optionalText(column) { return text }
        if let number = try? optionalInteger(column) { return "\(number)" }
        return "-"
    }
}
