import Storage

/// Sessions of each version, counted by day, in the database.
///
/// A count is spread over some rows, so that calls that end at once do not wait for each other's row.
struct HealthStore: Sendable {
    /// Accounts of a version whose sessions are looked up at the platform, too.
    static let mostWatched: Int64 = 50
    private static let shards: UInt64 = 16
    private static let answerColumns = (0...SessionCounts.answerBounds.count).map { "answers_\($0)" }
    private static let columns = ["sessions", "failed", "script_errors", "answer_ms"] + answerColumns

    let database: Database

    /// Days since 1970, UTC.
    static func day(_ moment: Moment) -> Int64 { moment.seconds / 86_400 }

    /// Adds to a version's counts, in the transaction of what is counted.
    static func add(
        _ counts: SessionCounts, to version: ScenarioNumber, _ portal: PortalID, session: String, at moment: Moment,
        in transaction: Transaction
    ) throws {
        let names = columns.joined(separator: ", ")
        let places = columns.map { _ in "?" }.joined(separator: ", ")
        let sums = columns.map { "\($0) = scenario_health.\($0) + excluded.\($0)" }.joined(separator: ", ")
        try transaction.execute(
            """
            INSERT INTO scenario_health (version, day, shard, \(names)) VALUES (?, ?, ?, \(places))
            ON CONFLICT (version, day, shard) DO UPDATE SET \(sums)
            """,
            [.integer(version.rawValue), .integer(day(moment)), .integer(shard(session))]
                + ([counts.sessions, counts.failed, counts.scriptErrors, counts.answerMilliseconds] + counts.answers)
                .map(SQLValue.integer))
        guard counts.failed > 0 else { return }
        try transaction.execute(
            """
            INSERT INTO scenario_failure (version, portal_id, failed) VALUES (?, ?, ?)
            ON CONFLICT (version, portal_id) DO UPDATE SET failed = scenario_failure.failed + excluded.failed
            """, [.integer(version.rawValue), .text(portal.rawValue), .integer(counts.failed)])
    }

    /// Counts that the platform did not take the version's text for an account.
    func note(refusalOf version: ScenarioNumber, _ portal: PortalID, at moment: Moment) async throws {
        let counts = SessionCounts(SessionOutcome(version: version, failure: .other))
        try await database.write { transaction in
            try Self.add(counts, to: version, portal, session: portal.rawValue, at: moment, in: transaction)
        }
    }

    private static func shard(_ session: String) -> Int64 {
        let hash = session.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return Int64((hash ^ hash >> 32) % shards)
    }

    /// The version's counts since a day.
    func counts(_ version: ScenarioNumber, since day: Int64) async throws -> SessionCounts {
        try await days(version, since: day).values.reduce(into: SessionCounts()) { $0.add($1) }
    }

    /// The version's counts by day.
    func days(_ version: ScenarioNumber, since day: Int64) async throws -> [Int64: SessionCounts] {
        let sums = Self.columns.map { "CAST(SUM(\($0)) AS BIGINT) AS \($0)" }.joined(separator: ", ")
        return try await database.read { transaction in
            let rows = try transaction.query(
                "SELECT day, \(sums) FROM scenario_health WHERE version = ? AND day >= ? GROUP BY day ORDER BY day",
                [.integer(version.rawValue), .integer(day)])
            return try Dictionary(
                rows.map { (try $0.integer("day"), try SessionCounts($0)) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// How many accounts' sessions have failed, counted up to a thousand, and those where most have.
    func failures(_ version: ScenarioNumber) async throws -> (accounts: Int64, worst: [(PortalID, Int64)]) {
        try await database.read { transaction in
            let rows = try transaction.query(
                "SELECT portal_id, failed FROM scenario_failure WHERE version = ? LIMIT 1000",
                [.integer(version.rawValue)])
            let failures = try rows.map { (PortalID(rawValue: try $0.text("portal_id")), try $0.integer("failed")) }
            return (Int64(failures.count), Array(failures.sorted { $0.1 > $1.1 }.prefix(10)))
        }
    }

    // MARK: Accounts that are looked at closely

    /// An account whose sessions are looked up at the platform.
    struct Watched: Sendable, Equatable {
        var portal: PortalID
        /// Sessions that begin before this are of no interest.
        var since: Moment
        /// The platform's number of the last session that was looked at.
        var lastSession: Int64
    }

    /// Looks at the account from now on, if it is among the first.
    func watch(_ portal: PortalID, _ version: ScenarioNumber, since moment: Moment) async throws {
        try await database.write { transaction in
            let watched = try transaction.queryOne(
                "SELECT COUNT(*) AS number FROM scenario_watch WHERE version = ?", [.integer(version.rawValue)])
            guard try watched?.integer("number") ?? 0 < Self.mostWatched else { return }
            try transaction.execute(
                """
                INSERT INTO scenario_watch (version, portal_id, since, last_session) VALUES (?, ?, ?, 0)
                ON CONFLICT (version, portal_id) DO UPDATE SET since = excluded.since
                """, [.integer(version.rawValue), .text(portal.rawValue), .integer(moment.milliseconds)])
        }
    }

    func watched(_ version: ScenarioNumber) async throws -> [Watched] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT portal_id, since, last_session FROM scenario_watch WHERE version = ? ORDER BY portal_id",
                [.integer(version.rawValue)]
            ).map {
                Watched(
                    portal: PortalID(rawValue: try $0.text("portal_id")),
                    since: Moment(milliseconds: try $0.integer("since")), lastSession: try $0.integer("last_session"))
            }
        }
    }

    /// Counts what a look has found, unless another controller has looked meanwhile.
    func note(
        _ counts: SessionCounts, _ version: ScenarioNumber, _ watched: Watched, next: Watched, at moment: Moment
    ) async throws {
        try await database.write { transaction in
            let isMine =
                try transaction.execute(
                    """
                    UPDATE scenario_watch SET since = ?, last_session = ?
                    WHERE version = ? AND portal_id = ? AND last_session = ? AND since = ?
                    """,
                    [
                        .integer(next.since.milliseconds), .integer(next.lastSession), .integer(version.rawValue),
                        .text(watched.portal.rawValue), .integer(watched.lastSession),
                        .integer(watched.since.milliseconds),
                    ]) == 1
            guard isMine, counts.sessions > 0 else { return }
            try Self.add(
                counts, to: version, watched.portal, session: watched.portal.rawValue, at: moment, in: transaction)
        }
    }
}

extension SessionCounts {
    init(_ row: Row) throws {
        self.init()
        sessions = try row.integer("sessions")
        failed = try row.integer("failed")
        scriptErrors = try row.integer("script_errors")
        answerMilliseconds = try row.integer("answer_ms")
        for index in answers.indices { answers[index] = try row.integer("answers_\(index)") }
    }
}
