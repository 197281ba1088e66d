import Storage

/// Counts and sums of calls for each day, employee and line of a portal; they change with the calls' rows, in the same
/// transaction, and outlive them.
struct CallTotals: Sendable {
    /// What is counted apart.
    enum Scope: String, Sendable, CaseIterable {
        case day, employee, line
    }

    /// The calls of one day, or of an employee or line on that day or in a time.
    struct Total: Sendable, Equatable {
        /// The day, the employee's identifier, or the line.
        var subject: String
        var calls: Int64
        var answered: Int64
        var missed: Int64
        var talkSeconds: Int64
        /// Millionths of the account's currency.
        var cost: Int64
    }

    /// More subjects than these are not given at once.
    static let mostSubjects = 5000
    static let longestSubject = 255

    /// A part of the sums.
    struct Page: Sendable, Equatable {
        var totals: [Total]
        /// The last subject, where more follow.
        var next: String?
    }

    let database: Database

    /// Where a call is counted.
    static func subjects(_ day: Day, employee: Int64?, line: String) -> [(Scope, String)] {
        [(.day, ""), (.line, line)] + (employee.map { [(.employee, String($0))] } ?? [])
    }

    /// Counts a call in the transaction of its row.
    static func count(
        _ facts: CallFacts, on day: Day, cost: Int64, _ portal: PortalID, in transaction: Transaction
    ) throws {
        let (answered, missed) = (facts.outcome == .answered, facts.outcome == .missed)
        for (scope, subject) in subjects(day, employee: facts.employee, line: facts.line) {
            try add(
                scope, subject, day, portal, [1, answered ? 1 : 0, missed ? 1 : 0, facts.talkSeconds, cost],
                in: transaction)
        }
    }

    /// Takes a call out again, as it was counted; a subject that it leaves without calls is not shown any more.
    static func takeBack(
        _ facts: CallFacts, on day: Day, cost: Int64, _ portal: PortalID, in transaction: Transaction
    ) throws {
        let (answered, missed) = (facts.outcome == .answered, facts.outcome == .missed)
        for (scope, subject) in subjects(day, employee: facts.employee, line: facts.line) {
            try add(
                scope, subject, day, portal, [-1, answered ? -1 : 0, missed ? -1 : 0, -facts.talkSeconds, -cost],
                in: transaction)
            try transaction.execute(
                "DELETE FROM call_total WHERE portal_id = ? AND scope = ? AND day = ? AND subject = ? AND calls = 0",
                [.text(portal.rawValue), .text(scope.rawValue), .text(day.rawValue), .text(subject)])
        }
    }

    /// Adds what a call has cost, once that is known.
    static func add(
        cost: Int64, on day: Day, employee: Int64?, line: String, _ portal: PortalID, in transaction: Transaction
    ) throws {
        for (scope, subject) in subjects(day, employee: employee, line: line) {
            try add(scope, subject, day, portal, [0, 0, 0, 0, cost], in: transaction)
        }
    }

    private static func add(
        _ scope: Scope, _ subject: String, _ day: Day, _ portal: PortalID, _ amounts: [Int64],
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO call_total (portal_id, scope, day, subject, calls, answered, missed, talk_seconds, cost)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (portal_id, scope, day, subject) DO UPDATE SET calls = call_total.calls + excluded.calls,
                answered = call_total.answered + excluded.answered, missed = call_total.missed + excluded.missed,
                talk_seconds = call_total.talk_seconds + excluded.talk_seconds, cost = call_total.cost + excluded.cost
            """,
            [.text(portal.rawValue), .text(scope.rawValue), .text(day.rawValue), .text(subject)]
                + amounts.map(SQLValue.integer))
    }

    /// The sums of each day, or of each employee or line over the days, in the order of their names.
    ///
    /// - Parameters:
    ///   - last: Only subjects behind this one.
    ///   - limit: Of subjects.
    func read(
        _ scope: Scope, _ portal: PortalID, from: Day, to: Day, after last: String? = nil, limit: Int = mostSubjects
    ) async throws -> Page {
        let (sql, arguments) = Self.query(scope, portal, from: from, to: to, after: last, limit: limit + 1)
        var totals = try await database.read { transaction in
            try transaction.query(sql, arguments).map(Total.init)
        }
        guard totals.count > limit else { return Page(totals: totals) }
        totals.removeLast(totals.count - limit)
        return Page(totals: totals, next: totals.last?.subject)
    }

    static func query(
        _ scope: Scope, _ portal: PortalID, from: Day, to: Day, after last: String? = nil, limit: Int = mostSubjects
    ) -> (String, [SQLValue]) {
        let subject = scope == .day ? "day" : "subject"
        let sql = """
            SELECT \(subject) AS subject, CAST(SUM(calls) AS BIGINT) AS calls, CAST(SUM(answered) AS BIGINT) AS answered,
                CAST(SUM(missed) AS BIGINT) AS missed, CAST(SUM(talk_seconds) AS BIGINT) AS talk_seconds,
                CAST(SUM(cost) AS BIGINT) AS cost
            FROM call_total WHERE portal_id = ? AND scope = ? AND day >= ? AND day <= ? \(last == nil ? "" : "AND \(subject) > ?")
            GROUP BY \(subject) ORDER BY \(subject) LIMIT ?
            """
        let bounds: [SQLValue] = [
            .text(portal.rawValue), .text(scope.rawValue), .text(from.rawValue), .text(to.rawValue),
        ]
        return (sql, bounds + (last.map { [.text($0)] } ?? []) + [.integer(limit)])
    }
}

extension CallTotals.Total {
    init(_ row: Row) throws {
        subject = try row.text("subject")
        calls = try row.integer("calls")
        answered = try row.integer("answered")
        missed = try row.integer("missed")
        talkSeconds = try row.integer("talk_seconds")
        cost = try row.integer("cost")
    }
}
