import Billing
import Foundation
import Storage

/// The history of calls, a row each, and the messages that carry it to the portals.
struct HistoryStore: Sendable {
    /// Who said how the call went.
    enum Source: String, Sendable {
        /// The scenario, at its end.
        case scenario
        /// The voice platform's history, because the scenario died.
        case reconciliation
    }

    /// What a report has become.
    enum Reception: Sendable, Equatable {
        /// A row and a message.
        case first
        /// The call's row instead of what the platform's history had told.
        case completed
        /// Nothing: the call is known.
        case repeated
    }

    /// One row.
    struct Entry: Sendable, Equatable {
        var portal: PortalID
        var key: CallKey
        var fields: FormFields
        var source: String
        var recordedAt: Moment
        var costFinal: String?
        var costCurrency: String?

        /// The final cost in millionths.
        var cost: Int64? {
            guard let costFinal, let currency = costCurrency.flatMap(Currency.init) else { return nil }
            return try? Money(costFinal, currency).millionths
        }
    }

    let database: Database
    /// Of accounts that a cost makes known.
    var thresholds = CommonThresholds.standard

    /// What scenarios tell for the controller's own work.
    private static let ownFields: Set<String> = SessionOutcome.fieldNames.union(["COMMAND"])
    /// The voice platform's identifiers and addresses, which portals never see.
    private static let platformFields: Set<String> = ["ACCESS_URL", "ACCOUNT_ID", "APPLICATION_ID", "CALL_LOG", "URL"]

    /// Records the call, puts the message for the portal beside it and counts the session for its version: all or
    /// nothing; the first report counts, and the scenario's after one of the platform.
    ///
    /// - Parameter cost: The final cost, where it is known with the report.
    func record(
        _ fields: FormFields, _ key: CallKey, _ portal: PortalID, source: Source,
        outcome: SessionOutcome = SessionOutcome(), cost: Money? = nil, at moment: Moment
    ) async throws -> Reception {
        try await database.write { transaction in
            if try Self.insert(fields, key, portal, source, at: moment, in: transaction) {
                try Self.note(fields, key, portal, source, outcome, at: moment, in: transaction)
                if let cost { try setCost(cost, key, portal, at: moment, in: transaction) }
                return .first
            }
            let isNews =
                try source == .scenario && Self.complete(fields, key, portal, outcome, at: moment, in: transaction)
            return isNews ? .completed : .repeated
        }
    }

    /// Adds the call's row and counts it; false when there is one.
    private static func insert(
        _ fields: FormFields, _ key: CallKey, _ portal: PortalID, _ source: Source, at moment: Moment,
        in transaction: Transaction
    ) throws -> Bool {
        let facts = CallFacts(fields, recordedAt: moment, isOld: source == .reconciliation)
        let day = try day(of: facts, portal, in: transaction)
        let isFirst =
            try transaction.execute(
                """
                INSERT INTO call_history (portal_id, call_id, fields, source, recorded_at, started_at, day,
                    phone_number, employee_id, line, direction, outcome, talk_seconds, record_url,
                    cost_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (portal_id, call_id) DO NOTHING
                """,
                [
                    .text(portal.rawValue), .text(key.rawValue), .text(fields.encoded), .text(source.rawValue),
                    .integer(moment.milliseconds),
                ] + columns(facts, day) + [.integer(moment.milliseconds)]) == 1
        if isFirst { try CallTotals.count(facts, on: day, cost: 0, portal, in: transaction) }
        return isFirst
    }

    /// What follows from a call's first report.
    private static func note(
        _ fields: FormFields, _ key: CallKey, _ portal: PortalID, _ source: Source, _ outcome: SessionOutcome,
        at moment: Moment, in transaction: Transaction
    ) throws {
        if source == .scenario { try transaction.notify(.reports, "") }
        try OutboxStore.add(
            "AddCallHistory", key: key.rawValue, message(fields, .first), portal, at: moment, to: transaction)
        try transaction.execute(
            """
            UPDATE call SET state = 'closed', ended_at = COALESCE(ended_at, ?), look_at = NULL
            WHERE portal_id = ? AND call_id = ?
            """, [.integer(moment.milliseconds), .text(portal.rawValue), .text(key.rawValue)])
        if let version = outcome.version {
            try HealthStore.add(
                SessionCounts(outcome), to: version, portal, session: key.rawValue, at: moment, in: transaction)
        }
    }

    func find(_ key: CallKey, _ portal: PortalID) async throws -> Entry? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT * FROM call_history WHERE portal_id = ? AND call_id = ?",
                [.text(portal.rawValue), .text(key.rawValue)]
            ).map(Entry.init)
        }
    }

    /// Where the call's recording is; nil when it has none, or there is no such call.
    func recording(_ key: CallKey, _ portal: PortalID) async throws -> String? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT record_url FROM call_history WHERE portal_id = ? AND call_id = ?",
                [.text(portal.rawValue), .text(key.rawValue)])?.optionalText("record_url")
        }
    }

    /// A portal's history, newest first.
    func list(_ portal: PortalID, limit: Int64, offset: Int64) async throws -> [Entry] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT * FROM call_history WHERE portal_id = ? ORDER BY started_at DESC, call_id DESC LIMIT ? OFFSET ?
                """, [.text(portal.rawValue), .integer(limit), .integer(offset)]
            ).map(Entry.init)
        }
    }

    /// The portal's day of the call's beginning.
    static func day(of facts: CallFacts, _ portal: PortalID, in transaction: Transaction) throws -> Day {
        CivilTime(facts.startedAt, in: try HistoryOptions.find(portal, in: transaction).timeZone).day
    }

    /// From `started_at` to `record_url`.
    static func columns(_ facts: CallFacts, _ day: Day) -> [SQLValue] {
        [
            .integer(facts.startedAt.milliseconds), .text(day.rawValue), .text(facts.number),
            .optional(facts.employee), .text(facts.line), .text(facts.direction.rawValue),
            .text(facts.outcome.rawValue), .integer(facts.talkSeconds), .optional(facts.recordURL),
        ]
    }

    /// Puts a call that was recorded without them into the columns of searches and into the totals, once.
    static func index(_ entry: Entry, in transaction: Transaction) throws {
        let facts = CallFacts(
            entry.fields, recordedAt: entry.recordedAt, isOld: entry.source == Source.reconciliation.rawValue)
        let day = try day(of: facts, entry.portal, in: transaction)
        let cost = entry.cost
        try transaction.execute(
            """
            UPDATE call_history SET started_at = ?, day = ?, phone_number = ?, employee_id = ?, line = ?,
                direction = ?, outcome = ?, talk_seconds = ?, record_url = ?, cost = ?
            WHERE portal_id = ? AND call_id = ?
            """, columns(facts, day) + [.optional(cost), .text(entry.portal.rawValue), .text(entry.key.rawValue)])
        try CallTotals.count(facts, on: day, cost: cost ?? 0, entry.portal, in: transaction)
    }

    /// The fields in their order, as texts, without those that are the controller's.
    fileprivate static func texts(_ fields: FormFields) -> [JSONValue.Field] {
        fields.fields.filter { !ownFields.contains($0.name) }.map {
            JSONValue.Field(name: $0.name, value: .text($0.value))
        }
    }

    /// A message about a call as the portal gets it: nothing of the voice platform.
    static func told(_ fields: FormFields) -> JSONValue { .object(toldFields(fields)) }

    private static func toldFields(_ fields: FormFields) -> [JSONValue.Field] {
        texts(fields).filter { !platformFields.contains($0.name) }
    }

    /// The report of a call as the portal gets it: the recording is asked for by `GetRecordingLink`.
    fileprivate static func report(_ fields: FormFields) -> [JSONValue.Field] {
        toldFields(fields) + [.init(name: "HAS_RECORDING", value: fields["URL"].isEmpty ? "N" : "Y")]
    }

    /// Which message of a call it is: a portal takes a later one in the place of an earlier one.
    enum Revision: Int64 { case first = 1, completed }

    static func message(_ fields: FormFields, _ revision: Revision) -> String {
        JSONValue.object(report(fields) + [.init(name: "REVISION", value: .text(String(revision.rawValue)))]).encoded
    }
}

extension HistoryStore.Entry {
    init(_ row: Row) throws {
        guard let key = CallKey(rawValue: try row.text("call_id")),
            let fields = FormFields(Array(try row.text("fields").utf8))
        else { throw ControllerError(.internalFailure, "a history row is damaged; restore a backup") }
        self.key = key
        self.fields = fields
        portal = PortalID(rawValue: try row.text("portal_id"))
        source = try row.text("source")
        recordedAt = Moment(milliseconds: try row.integer("recorded_at"))
        costFinal = try row.optionalText("cost_final")
        costCurrency = try row.optionalText("cost_currency")
    }

    /// As the portal sees it: the report's fields, then the final cost once it is known.
    var told: JSONValue { .object(HistoryStore.report(fields) + finalCost) }

    private var finalCost: [JSONValue.Field] {
        [.init(name: "COST_FINAL", value: costFinal.json), .init(name: "COST_CURRENCY", value: costCurrency.json)]
    }
}
