import Billing
import Storage

/// Finds calls in the history, newest first, a page at a time.
///
/// Pages begin after a call, not after a number of calls, so the thousandth costs what the first does, and calls that end
/// meanwhile shift nothing.
struct HistorySearch: Sendable {
    /// One call as it is shown.
    struct Found: Sendable, Equatable {
        var key: CallKey
        var startedAt: Moment
        var number: String
        var employee: Int64?
        var line: String
        var direction: String
        var outcome: String
        var talkSeconds: Int64
        /// Nil until it is final.
        var cost: Money?
        var hasRecording: Bool
    }

    struct Page: Sendable, Equatable {
        var calls: [Found]
        /// Nil on the last page.
        var next: HistoryCursor?
    }

    static let mostCalls = 500

    let database: Database

    func page(
        _ filter: HistoryFilter, _ portal: PortalID, after cursor: HistoryCursor?, limit: Int
    ) async throws -> Page {
        let (sql, arguments) = Self.query(filter, portal, after: cursor, limit: limit)
        return try await database.read { transaction in
            var calls = try transaction.query(sql, arguments).map(Found.init)
            guard calls.count > limit else { return Page(calls: calls, next: nil) }
            calls.removeLast(calls.count - limit)
            return Page(
                calls: calls, next: calls.last.map { HistoryCursor(startedAt: $0.startedAt, key: $0.key) })
        }
    }

    /// One call more than the page has, to know whether there is another page.
    static func query(
        _ filter: HistoryFilter, _ portal: PortalID, after cursor: HistoryCursor?, limit: Int
    ) -> (sql: String, arguments: [SQLValue]) {
        let order = "ORDER BY started_at DESC, call_id DESC LIMIT ?"
        // A statement for each spelling, as each has its own place in the index and its own order there.
        let parts = (filter.numbers.isEmpty ? [nil] : filter.numbers.map(Optional.some)).map { number in
            let condition = filter.condition(portal, number: number, after: cursor)
            let sql = """
                SELECT call_id, started_at, phone_number, employee_id, line, direction, outcome, talk_seconds, cost,
                    cost_currency, record_url
                FROM call_history WHERE \(condition.sql) \(order)
                """
            return (sql: sql, arguments: condition.arguments + [.integer(limit + 1)])
        }
        guard parts.count > 1 else { return parts[0] }
        let union = parts.enumerated().map { "SELECT * FROM (\($1.sql)) AS spelling\($0)" }
        return (
            "SELECT * FROM (\(union.joined(separator: " UNION ALL "))) AS calls \(order)",
            parts.flatMap(\.arguments) + [.integer(limit + 1)]
        )
    }
}

extension HistorySearch.Found {
    init(_ row: Row) throws {
        guard let key = CallKey(rawValue: try row.text("call_id")) else {
            throw ControllerError(.internalFailure, "a history row is damaged; restore a backup")
        }
        self.key = key
        startedAt = Moment(milliseconds: try row.integer("started_at"))
        number = try row.text("phone_number")
        employee = try row.optionalInteger("employee_id")
        line = try row.text("line")
        direction = try row.text("direction")
        outcome = try row.text("outcome")
        talkSeconds = try row.integer("talk_seconds")
        let currency = try row.optionalText("cost_currency").flatMap(Currency.init)
        cost = try row.optionalInteger("cost").flatMap { cost in currency.map { Money(millionths: cost, $0) } }
        hasRecording = try row.optionalText("record_url") != nil
    }
}
