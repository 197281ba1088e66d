import Storage

/// When the platform is asked how an unreported call goes on.
extension CallStore {
    /// A call without a history whose turn it is.
    struct Unreported: Sendable {
        var call: CallRecord
        /// How often in a row the platform knew nothing of it.
        var looks: Int64
    }

    /// Calls whose turn it is, those that have waited longest first.
    func unreported(at moment: Moment, limit: Int) async throws -> [Unreported] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT * FROM call WHERE look_at <= ? ORDER BY look_at LIMIT ?",
                [.integer(moment.milliseconds), .integer(limit)]
            ).map { Unreported(call: try CallRecord($0), looks: try $0.integer("looks")) }
        }
    }

    /// How many calls have no history, those that go on among them, and when the oldest began.
    func backlog() async throws -> (calls: Int64, oldest: Moment?) {
        try await database.read { transaction in
            let row = try transaction.queryOne(
                "SELECT COUNT(*) AS calls, MIN(created_at) AS oldest FROM call WHERE look_at > 0")
            let oldest = try row?.optionalInteger("oldest").map { Moment(milliseconds: $0) }
            return (try row?.integer("calls") ?? 0, oldest)
        }
    }

    /// The call's next turn, if it is still without a history.
    func lookAgain(_ key: CallKey, _ portal: PortalID, at moment: Moment, looks: Int64) async throws {
        try await database.write(.soon) { transaction in
            try transaction.execute(
                """
                UPDATE call SET look_at = ?, looks = ? WHERE portal_id = ? AND call_id = ? AND look_at IS NOT NULL
                """,
                [.integer(moment.milliseconds), .integer(looks), .text(portal.rawValue), .text(key.rawValue)])
        }
    }

    /// The call has a history: one that was reported before it began.
    func close(_ key: CallKey, _ portal: PortalID, at moment: Moment) async throws {
        defer { forget(key, portal) }
        try await database.write(.soon) { transaction in
            try transaction.execute(
                """
                UPDATE call SET state = 'closed', ended_at = COALESCE(ended_at, ?), look_at = NULL
                WHERE portal_id = ? AND call_id = ?
                """, [.integer(moment.milliseconds), .text(portal.rawValue), .text(key.rawValue)])
            try transaction.notify(.calls, portal.joined(to: key.rawValue))
        }
    }
}
