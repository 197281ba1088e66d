import Billing
import Storage

/// Final costs: which calls wait for theirs, and since when.
extension HistoryStore {
    /// A call whose final cost is not known yet.
    struct Unpriced: Sendable, Equatable {
        var portal: PortalID
        var key: CallKey
        var recordedAt: Moment
        /// How often the platform was asked in vain.
        var looks: Int64
    }

    /// Calls whose turn it is to have their cost asked for, those that have waited longest first.
    func unpriced(at moment: Moment, limit: Int) async throws -> [Unpriced] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT portal_id, call_id, recorded_at, cost_looks FROM call_history WHERE cost_at <= ?
                ORDER BY cost_at LIMIT ?
                """, [.integer(moment.milliseconds), .integer(limit)]
            ).map(Unpriced.init)
        }
    }

    /// When the next call's turn is; nil when none waits for its cost.
    func nextUnpriced() async throws -> Moment? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT cost_at FROM call_history WHERE cost_at IS NOT NULL ORDER BY cost_at LIMIT 1"
            ).map { Moment(milliseconds: try $0.integer("cost_at")) }
        }
    }

    /// How many calls wait for their cost, and since when the oldest has its history.
    func backlog() async throws -> (calls: Int64, oldest: Moment?) {
        try await database.read { transaction in
            let row = try transaction.queryOne(
                "SELECT COUNT(*) AS calls, MIN(recorded_at) AS oldest FROM call_history WHERE cost_at > 0")
            let oldest = try row?.optionalInteger("oldest").map { Moment(milliseconds: $0) }
            return (try row?.integer("calls") ?? 0, oldest)
        }
    }

    /// The platform did not tell the cost: the call has its next turn at `moment`, or with nil none any more.
    func putOff(_ call: Unpriced, until moment: Moment?) async throws {
        try await database.write(.soon) { transaction in
            try transaction.execute(
                """
                UPDATE call_history SET cost_at = ?, cost_looks = cost_looks + 1
                WHERE portal_id = ? AND call_id = ? AND cost_at IS NOT NULL
                """, [.optional(moment?.milliseconds), .text(call.portal.rawValue), .text(call.key.rawValue)])
        }
    }

    /// Writes the final cost, adds it to the totals, counts a failure after the report, and has the account's balance looked
    /// at; the first time counts.
    ///
    /// One that a power cut takes away is asked for again.
    func setCost(
        _ cost: Money, _ key: CallKey, _ portal: PortalID, failure: SessionOutcome.Failure? = nil, at moment: Moment
    ) async throws {
        try await database.write(.soon) { transaction in
            try setCost(cost, key, portal, failure: failure, at: moment, in: transaction)
        }
    }

    /// The same in the transaction of the call's row.
    func setCost(
        _ cost: Money, _ key: CallKey, _ portal: PortalID, failure: SessionOutcome.Failure? = nil, at moment: Moment,
        in transaction: Transaction
    ) throws {
        let isFirst =
            try transaction.execute(
                """
                UPDATE call_history SET cost_final = ?, cost_currency = ?, cost = ?, cost_at = NULL
                WHERE portal_id = ? AND call_id = ? AND cost_final IS NULL
                """,
                [
                    .text(cost.decimalText), .text(cost.currency.code), .integer(cost.millionths),
                    .text(portal.rawValue), .text(key.rawValue),
                ]) == 1
        guard isFirst else { return }
        try BalanceStore.awake(portal, common: thresholds[cost.currency], at: moment, in: transaction)
        if let failure { try Self.countLate(failure, key, portal, at: moment, in: transaction) }
        guard
            let row = try transaction.queryOne(
                "SELECT day, employee_id, line FROM call_history WHERE portal_id = ? AND call_id = ?",
                [.text(portal.rawValue), .text(key.rawValue)]),
            // A call that is not in the totals yet brings its cost with it.
            let day = Day(rawValue: try row.text("day"))
        else { return }
        try CallTotals.add(
            cost: cost.millionths, on: day, employee: try row.optionalInteger("employee_id"),
            line: try row.text("line"), portal, in: transaction)
    }

    /// A session's failure that its report did not tell.
    private static func countLate(
        _ failure: SessionOutcome.Failure, _ key: CallKey, _ portal: PortalID, at moment: Moment,
        in transaction: Transaction
    ) throws {
        let row = try transaction.queryOne(
            "SELECT * FROM call_history WHERE portal_id = ? AND call_id = ?",
            [.text(portal.rawValue), .text(key.rawValue)])
        guard let entry = try row.map(Entry.init), entry.source == Source.scenario.rawValue else { return }
        let reported = SessionOutcome(entry.fields)
        guard let version = reported.version, reported.failure == nil else { return }
        try HealthStore.add(
            SessionCounts(failure: failure), to: version, portal, session: key.rawValue, at: moment, in: transaction)
    }
}

extension HistoryStore.Unpriced {
    init(_ row: Row) throws {
        guard let key = CallKey(rawValue: try row.text("call_id")) else {
            throw ControllerError(.internalFailure, "a history row is damaged; restore a backup")
        }
        self.key = key
        portal = PortalID(rawValue: try row.text("portal_id"))
        recordedAt = Moment(milliseconds: try row.integer("recorded_at"))
        looks = try row.integer("cost_looks")
    }
}
