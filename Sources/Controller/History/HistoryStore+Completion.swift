import Storage

/// Reports of scenarios that come after the platform's history was asked.
extension HistoryStore {
    /// Puts the scenario's report in the place of what reconciliation has written: row, totals, message and the counts of the
    /// version.
    ///
    /// - Returns: False when the row is a scenario's already.
    static func complete(
        _ fields: FormFields, _ key: CallKey, _ portal: PortalID, _ outcome: SessionOutcome, at moment: Moment,
        in transaction: Transaction
    ) throws -> Bool {
        guard
            let row = try transaction.queryOne(
                "SELECT * FROM call_history WHERE portal_id = ? AND call_id = ? AND source = 'reconciliation'",
                [.text(portal.rawValue), .text(key.rawValue)])
        else { return false }
        let former = try Entry(row)
        let counted = SessionOutcome(former.fields)
        var complete = former
        complete.fields = SessionOutcome(version: outcome.version, failure: outcome.failure ?? counted.failure)
            .noted(in: fields)
        // The platform has the recording, whatever the scenario knows of it.
        if fields["URL"].isEmpty { complete.fields = complete.fields.with("URL", former.fields["URL"]) }
        if let (facts, day) = try CallFacts.indexed(row) {
            try CallTotals.takeBack(facts, on: day, cost: complete.cost ?? 0, portal, in: transaction)
        }
        try transaction.execute(
            "UPDATE call_history SET fields = ?, source = 'scenario' WHERE portal_id = ? AND call_id = ?",
            [.text(complete.fields.encoded), .text(portal.rawValue), .text(key.rawValue)])
        try index(complete, in: transaction)
        try OutboxStore.replace(
            "AddCallHistory", key: key.rawValue, message(complete.fields, .completed), portal, at: moment,
            in: transaction)
        if let version = outcome.version {
            try HealthStore.add(
                SessionCounts(outcome, after: counted), to: version, portal, session: key.rawValue, at: moment,
                in: transaction)
        }
        return true
    }
}

extension CallFacts {
    /// What a row says in its columns, and the day for which it is counted; nil when it is in no totals yet.
    fileprivate static func indexed(_ row: Row) throws -> (CallFacts, Day)? {
        guard let day = Day(rawValue: try row.text("day")), let outcome = Outcome(rawValue: try row.text("outcome")),
            let direction = Direction(rawValue: try row.text("direction"))
        else { return nil }
        let facts = CallFacts(
            startedAt: Moment(milliseconds: try row.integer("started_at")), number: try row.text("phone_number"),
            employee: try row.optionalInteger("employee_id"), line: try row.text("line"), direction: direction,
            outcome: outcome, talkSeconds: try row.integer("talk_seconds"),
            recordURL: try row.optionalText("record_url"))
        return (facts, day)
    }
}
