import Foundation
import Routing
import Storage

/// Calls and whose turn it is, in the database; what routing asks for again is in memory, too.
///
/// A call's steps are written for ``Durability/soon``: how it went is in its history, which waits for the disk.
struct CallStore: Sendable {
    private struct Key: Hashable {
        var portal: PortalID
        var call: CallKey
    }

    /// The number of a call's last step; news of it carries the number, as news of two controllers has no order.
    static let steps = Migration(
        "2026-12 steps of calls", ["ALTER TABLE call ADD COLUMN step BIGINT NOT NULL DEFAULT 0"])

    let database: Database
    /// Calls that look for somebody who answers.
    private let routed: RowMemory<Key, CallRecord>
    private let turns: RowMemory<PortalID, [EmployeeID: Moment]>

    init(database: Database) {
        self.database = database
        routed = RowMemory(of: database, changes: .calls) { text in
            PortalID.split(text).flatMap { name in
                CallKey(rawValue: name.name).map { Key(portal: name.portal, call: $0) }
            }
        }
        turns = RowMemory(of: database, changes: .turns) { PortalID(rawValue: $0) }
    }

    func find(_ key: CallKey, _ portal: PortalID) async throws -> CallRecord? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT * FROM call WHERE portal_id = ? AND call_id = ?",
                [.text(portal.rawValue), .text(key.rawValue)]
            ).map(CallRecord.init)
        }
    }

    /// Registers the call and gives what is known of it; one that is known learns only its control address.
    @discardableResult
    func register(_ call: CallRecord) async throws -> CallRecord {
        let key = Key(portal: call.portal, call: call.key)
        if let known = routed.known(key), call.accessURL.isEmpty || call.accessURL == known.accessURL { return known }
        routed.forget(key)
        let known = try await routed.value(key) { try await registered(call) }
        guard let known else { throw ControllerError(.internalFailure, "the call's row has gone") }
        return known
    }

    private func registered(_ call: CallRecord) async throws -> CallRecord? {
        try await database.write(.soon) { transaction in
            try transaction.execute(
                """
                INSERT INTO call (portal_id, call_id, line, phone_number, caller_id, access_url, state, attempts,
                    decisions, created_at, look_at, scenario_version)
                VALUES (?, ?, ?, ?, ?, ?, ?, '', '[]', ?, ?, ?)
                ON CONFLICT (portal_id, call_id) DO UPDATE SET access_url =
                    CASE WHEN excluded.access_url = '' THEN call.access_url ELSE excluded.access_url END
                """,
                [
                    .text(call.portal.rawValue), .text(call.key.rawValue), .text(call.line.rawValue),
                    .text(call.phoneNumber), .text(call.callerID), .text(call.accessURL),
                    .text(call.state.rawValue), .integer(call.createdAt.milliseconds),
                    .integer(call.createdAt.milliseconds), .optional(call.scenarioVersion?.rawValue),
                ])
            return try transaction.queryOne(
                "SELECT * FROM call WHERE portal_id = ? AND call_id = ?",
                [.text(call.portal.rawValue), .text(call.key.rawValue)]
            ).map(CallRecord.init)
        }
    }

    /// Writes a decision, and that its employee has had his turn.
    ///
    /// - Returns: The number of this step of the call, 0 for a call without a row.
    func saveRoute(_ call: CallRecord, offeredTo employee: EmployeeID?, at moment: Moment) async throws -> Int64 {
        let lookup = try call.lookup.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        let step = try await database.write(.soon) { transaction in
            let row = try transaction.queryOne(
                """
                UPDATE call SET state = CASE WHEN state = 'alerting' THEN 'routed' ELSE state END, dialled_code = ?,
                    lookup = ?, attempts = ?, last_answer = ?, decisions = ?, step = step + 1
                WHERE portal_id = ? AND call_id = ? RETURNING step
                """,
                [
                    .optional(call.dialledCode), .optional(lookup), .text(call.attemptsText),
                    .optional(call.lastAnswer), .text(JSONValue.list(call.decisions).encoded),
                    .text(call.portal.rawValue), .text(call.key.rawValue),
                ])
            try transaction.notify(.calls, call.portal.joined(to: call.key.rawValue))
            let step = try row?.integer("step") ?? 0
            guard let employee else { return step }
            try transaction.notify(.turns, call.portal.rawValue)
            try transaction.execute(
                """
                INSERT INTO employee_turn (portal_id, employee_id, offered_at) VALUES (?, ?, ?)
                ON CONFLICT (portal_id, employee_id) DO UPDATE SET offered_at = excluded.offered_at
                """,
                [.text(call.portal.rawValue), .integer(employee.rawValue), .integer(moment.milliseconds)])
            return step
        }
        routed.change(Key(portal: call.portal, call: call.key)) { known in
            let state = known.state
            known = call
            known.state = state == .alerting ? .routed : state
        }
        if let employee { turns.change(call.portal) { $0[employee] = moment } }
        return step
    }

    /// Somebody has answered.
    ///
    /// - Returns: The number of this step of the call, 0 for a call without a row; nil when the call is over.
    func connect(
        _ key: CallKey, _ portal: PortalID, user: Int64?, device: String, at moment: Moment
    ) async throws -> Int64? {
        defer { forget(key, portal) }
        return try await database.write(.soon) { transaction in
            let row = try transaction.queryOne(
                """
                UPDATE call SET state = 'connected', user_id = ?, device = ?, connected_at = COALESCE(connected_at, ?),
                    step = step + 1
                WHERE portal_id = ? AND call_id = ? AND state IN ('alerting', 'routed', 'connected') RETURNING step
                """,
                [
                    .optional(user), .text(device), .integer(moment.milliseconds), .text(portal.rawValue),
                    .text(key.rawValue),
                ])
            try transaction.notify(.calls, portal.joined(to: key.rawValue))
            if let row { return try row.integer("step") }
            let known = try transaction.queryOne(
                "SELECT state FROM call WHERE portal_id = ? AND call_id = ?",
                [.text(portal.rawValue), .text(key.rawValue)])
            return known == nil ? 0 : nil
        }
    }

    /// The caller has gone.
    func end(_ key: CallKey, _ portal: PortalID, at moment: Moment) async throws {
        defer { forget(key, portal) }
        try await database.write(.soon) { transaction in
            try transaction.execute(
                """
                UPDATE call SET state = 'ended', ended_at = ?
                WHERE portal_id = ? AND call_id = ? AND state IN ('alerting', 'routed', 'connected')
                """, [.integer(moment.milliseconds), .text(portal.rawValue), .text(key.rawValue)])
            try transaction.notify(.calls, portal.joined(to: key.rawValue))
        }
    }

    /// Gives a call up that nobody knows any more.
    func lose(_ key: CallKey, _ portal: PortalID, at moment: Moment) async throws {
        defer { forget(key, portal) }
        try await database.write(.soon) { transaction in
            try transaction.execute(
                """
                UPDATE call SET state = 'lost', ended_at = COALESCE(ended_at, ?), look_at = NULL
                WHERE portal_id = ? AND call_id = ? AND state <> 'closed'
                """, [.integer(moment.milliseconds), .text(portal.rawValue), .text(key.rawValue)])
            try transaction.notify(.calls, portal.joined(to: key.rawValue))
        }
    }

    /// The call looks for nobody any more; its row says what has become of it.
    func forget(_ key: CallKey, _ portal: PortalID) { routed.forget(Key(portal: portal, call: key)) }

    /// A portal's calls without a history, oldest first.
    func open(_ portal: PortalID, limit: Int) async throws -> [CallRecord] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT * FROM call WHERE portal_id = ? AND state IN ('alerting', 'routed', 'connected', 'ended')
                ORDER BY created_at LIMIT ?
                """, [.text(portal.rawValue), .integer(limit)]
            ).map(CallRecord.init)
        }
    }

    /// The latest calls, newest first.
    func latest(limit: Int) async throws -> [CallRecord] {
        try await database.read { transaction in
            try transaction.query("SELECT * FROM call ORDER BY created_at DESC LIMIT ?", [.integer(limit)])
                .map(CallRecord.init)
        }
    }

    /// All calls of that identifier; more than one only when portals share a platform account's identifiers.
    func findAll(_ key: CallKey) async throws -> [CallRecord] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT * FROM call WHERE call_id = ? ORDER BY portal_id", [.text(key.rawValue)]
            ).map(CallRecord.init)
        }
    }

    /// When each employee was last offered a call.
    func turns(_ portal: PortalID) async throws -> [EmployeeID: Moment] {
        try await turns.value(portal) { try await storedTurns(portal) } ?? [:]
    }

    private func storedTurns(_ portal: PortalID) async throws -> [EmployeeID: Moment] {
        try await database.read { transaction in
            let rows = try transaction.query(
                "SELECT employee_id, offered_at FROM employee_turn WHERE portal_id = ?", [.text(portal.rawValue)])
            return try Dictionary(
                rows.map {
                    (
                        EmployeeID(rawValue: try $0.integer("employee_id")),
                        Moment(milliseconds: try $0.integer("offered_at"))
                    )
                }, uniquingKeysWith: { first, _ in first })
        }
    }
}
