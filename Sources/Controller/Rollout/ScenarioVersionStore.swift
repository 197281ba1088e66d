import Storage

/// The versions of the call scenario in the database.
///
/// Publishing and every change of a rollout write a row or two; the accounts' rows are never touched from here.
struct ScenarioVersionStore: Sendable {
    private static let columns =
        "number, digest, program_number, created_at, created_by, note, state, share, started_at, ended_at, reason, accounts"

    let database: Database

    /// What is to be published.
    struct Draft: Sendable {
        var source: String
        var digest: String
        var programNumber: ScenarioNumber?
        var createdBy: String
        var note: String
        var state: ScenarioVersion.State
        var audience: Audience
    }

    /// Writes a version under the next number, or a higher one that is wished for.
    ///
    /// - Parameter act: What is to stand in the staff's journal behind the number, if a person publishes it.
    func publish(
        _ draft: Draft, atLeast wished: ScenarioNumber?, at moment: Moment, _ act: StaffAct? = nil
    ) async throws -> ScenarioNumber {
        try await database.write { transaction in
            let last = try transaction.queryOne(
                "SELECT number FROM scenario_version ORDER BY number DESC LIMIT 1")?.integer("number")
            let number = max((last ?? 0) + 1, wished?.rawValue ?? 1)
            let isDraft = draft.state == .draft
            try transaction.execute(
                """
                INSERT INTO scenario_version (number, source, digest, program_number, created_at, created_by, note, state,
                    share, started_at, ended_at, accounts)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT COUNT(*) FROM account WHERE scenario_version = ?))
                """,
                [
                    .integer(number), .text(draft.source), .text(draft.digest),
                    .optional(draft.programNumber?.rawValue), .integer(moment.milliseconds), .text(draft.createdBy),
                    .text(draft.note), .text(draft.state.rawValue), .integer(draft.audience.share.rawValue),
                    .optional(isDraft ? nil : moment.milliseconds),
                    .optional(draft.state == .complete ? moment.milliseconds : nil), .integer(number),
                ])
            let published = ScenarioNumber(rawValue: number)
            try Self.writePortals(draft.audience, of: published, in: transaction)
            if let act { try StaffJournal.write(act.to("\(number)"), to: transaction) }
            try transaction.notify(.scenarioVersions, "")
            return published
        }
    }

    /// The versions from the newest complete one on, and those after it.
    func current() async throws -> [ScenarioVersion] {
        try await database.read { transaction in
            try Self.versions(
                transaction,
                "number >= COALESCE((SELECT MAX(number) FROM scenario_version WHERE state = 'complete'), 0)", [])
        }
    }

    /// The newest versions, newest first.
    func newest(limit: Int) async throws -> [ScenarioVersion] {
        try await database.read { try Self.versions($0, "number > 0", [], limit: limit) }
    }

    func find(_ number: ScenarioNumber) async throws -> ScenarioVersion? {
        try await database.read { try Self.versions($0, "number = ?", [.integer(number.rawValue)]).first }
    }

    func source(of number: ScenarioNumber) async throws -> String? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT source FROM scenario_version WHERE number = ?", [.integer(number.rawValue)])?.text("source")
        }
    }

    /// The newest text that came with the program.
    func lastOfProgram() async throws -> ScenarioVersion? {
        try await database.read {
            try Self.versions($0, "program_number IS NOT NULL", [], limit: 1).first
        }
    }

    /// Takes a version from one of some states to another.
    ///
    /// - Returns: False when it was in none of these states, so that of two who do the same one has done it.
    func change(
        _ number: ScenarioNumber, from states: [ScenarioVersion.State], to state: ScenarioVersion.State,
        audience: Audience? = nil, reason: String? = nil, at moment: Moment, _ act: StaffAct? = nil
    ) async throws -> Bool {
        let isOver = [.complete, .stopped, .withdrawn].contains(state)
        return try await database.write { transaction in
            let places = Array(repeating: "?", count: states.count).joined(separator: ", ")
            let changed = try transaction.execute(
                """
                UPDATE scenario_version SET state = ?, share = COALESCE(?, share), reason = ?,
                    started_at = COALESCE(started_at, ?), ended_at = ? WHERE number = ? AND state IN (\(places))
                """,
                [
                    .text(state.rawValue), .optional(audience?.share.rawValue), .optional(reason),
                    .optional(state == .withdrawn ? nil : moment.milliseconds),
                    .optional(isOver ? moment.milliseconds : nil), .integer(number.rawValue),
                ] + states.map { .text($0.rawValue) })
            guard changed == 1 else { return false }
            if let act { try StaffJournal.write(act, to: transaction) }
            try transaction.notify(.scenarioVersions, "")
            if let audience { try Self.writePortals(audience, of: number, in: transaction) }
            if isOver {
                try transaction.execute(
                    "DELETE FROM scenario_watch WHERE version = ?", [.integer(number.rawValue)])
            }
            return true
        }
    }

    /// Keeps the versions' numbers of accounts, in the transaction that changes an account's row.
    static func count(from old: Int64?, to new: Int64?, in transaction: Transaction) throws {
        guard old != new else { return }
        for (version, change) in [(old, -1), (new, 1)] {
            guard let version else { continue }
            try transaction.execute(
                "UPDATE scenario_version SET accounts = accounts + ? WHERE number = ?",
                [.integer(change), .integer(version)])
        }
    }

    /// How many accounts have which version: a row for each version, and an index for those that have none, however many
    /// accounts there are.
    func spread() async throws -> AccountSpread {
        try await database.read { transaction in
            let rows = try transaction.query(
                "SELECT number, accounts FROM scenario_version WHERE number > 0 AND accounts > 0 ORDER BY number DESC")
            let without = try transaction.queryOne(
                "SELECT COUNT(*) AS accounts FROM account WHERE scenario_version IS NULL")
            return AccountSpread(
                versions: try rows.map {
                    (ScenarioNumber(rawValue: try $0.integer("number")), try $0.integer("accounts"))
                },
                withoutVersion: try without?.integer("accounts") ?? 0)
        }
    }

    /// Accounts that have the version, by their portals, from after `last`.
    func portals(with version: ScenarioNumber, after last: PortalID?, limit: Int) async throws -> [PortalID] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT portal_id FROM account WHERE scenario_version = ? AND portal_id > ? ORDER BY portal_id LIMIT ?
                """, [.integer(version.rawValue), .text(last?.rawValue ?? ""), .integer(limit)]
            ).map { PortalID(rawValue: try $0.text("portal_id")) }
        }
    }

    /// The newest version before this one that was everybody's.
    func completed(before number: ScenarioNumber) async throws -> ScenarioNumber? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT MAX(number) AS number FROM scenario_version WHERE state = 'complete' AND number < ?",
                [.integer(number.rawValue)])?.optionalInteger("number").map(ScenarioNumber.init)
        }
    }

    /// Versions that were stopped and still are somewhere.
    func leftOver() async throws -> [ScenarioNumber] {
        try await database.read { transaction in
            try transaction.query("SELECT number FROM scenario_version WHERE state = 'stopped' AND accounts > 0")
                .map { ScenarioNumber(rawValue: try $0.integer("number")) }
        }
    }

    private static func versions(
        _ transaction: Transaction, _ condition: String, _ arguments: [SQLValue], limit: Int = 1000
    ) throws -> [ScenarioVersion] {
        try transaction.query(
            "SELECT \(columns) FROM scenario_version WHERE \(condition) ORDER BY number DESC LIMIT ?",
            arguments + [.integer(limit)]
        ).map { try ScenarioVersion($0, audience: try audience(of: try $0.integer("number"), in: transaction)) }
    }

    private static func audience(of number: Int64, in transaction: Transaction) throws -> Audience {
        var audience = Audience()
        let rows = try transaction.query(
            "SELECT portal_id, is_included FROM scenario_portal WHERE version = ?", [.integer(number)])
        for row in rows {
            let portal = PortalID(rawValue: try row.text("portal_id"))
            if try row.flag("is_included") {
                audience.included.insert(portal)
            } else {
                audience.excluded.insert(portal)
            }
        }
        return audience
    }

    private static func writePortals(
        _ audience: Audience, of number: ScenarioNumber, in transaction: Transaction
    ) throws {
        try transaction.execute("DELETE FROM scenario_portal WHERE version = ?", [.integer(number.rawValue)])
        let named = audience.included.map { ($0, true) } + audience.excluded.map { ($0, false) }
        for (portal, isIncluded) in named {
            try transaction.execute(
                """
                INSERT INTO scenario_portal (version, portal_id, is_included) VALUES (?, ?, ?)
                ON CONFLICT (version, portal_id) DO UPDATE SET is_included = excluded.is_included
                """, [.integer(number.rawValue), .text(portal.rawValue), .flag(isIncluded)])
        }
    }
}
