import Billing
import Foundation
import Storage

/// Balances, spending by the hour and what was told, a row for each account and hour.
struct BalanceStore: Sendable {
    struct Spending: Sendable, Equatable {
        /// UTC, in hours since 1970.
        var hour: Int64
        var millionths: Int64
    }

    let database: Database

    func find(_ portal: PortalID) async throws -> BalanceAccount? {
        try await database.read { try Self.find(portal, in: $0) }
    }

    static func find(_ portal: PortalID, in transaction: Transaction) throws -> BalanceAccount? {
        try transaction.queryOne("SELECT * FROM balance_account WHERE portal_id = ?", [.text(portal.rawValue)])
            .map(BalanceAccount.init)
    }

    /// The hours in which the account spent money since one, oldest first.
    func spending(_ portal: PortalID, since hour: Int64) async throws -> [Spending] {
        try await database.read { try Self.spending(portal, since: hour, in: $0) }
    }

    static func spending(_ portal: PortalID, since hour: Int64, in transaction: Transaction) throws -> [Spending] {
        try transaction.query(
            "SELECT hour, amount FROM balance_spending WHERE portal_id = ? AND hour >= ? ORDER BY hour",
            [.text(portal.rawValue), .integer(hour)]
        ).map { Spending(hour: try $0.integer("hour"), millionths: try $0.integer("amount")) }
    }

    /// Adds to an hour; the caller sees to it that no movement is added twice.
    static func add(_ spending: Spending, _ portal: PortalID, to transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO balance_spending (portal_id, hour, amount) VALUES (?, ?, ?)
            ON CONFLICT (portal_id, hour) DO UPDATE SET amount = balance_spending.amount + excluded.amount
            """, [.text(portal.rawValue), .integer(spending.hour), .integer(spending.millionths)])
    }

    static func forget(_ portal: PortalID, before hour: Int64, in transaction: Transaction) throws {
        try transaction.execute(
            "DELETE FROM balance_spending WHERE portal_id = ? AND hour < ?", [.text(portal.rawValue), .integer(hour)])
    }

    /// Accounts whose balance is to be looked at, those that have waited longest first.
    func due(at moment: Moment, limit: Int) async throws -> [PortalID] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT portal_id FROM balance_account WHERE next_check_at <= ? ORDER BY next_check_at LIMIT ?
                """, [.integer(moment.milliseconds), .integer(limit)]
            ).map { PortalID(rawValue: try $0.text("portal_id")) }
        }
    }

    /// Has an account looked at soon, because money moved; also one that sleeps or was never seen.
    ///
    /// - Parameter common: The threshold of the account's currency, for one that was never seen.
    static func awake(_ portal: PortalID, common: Money, at moment: Moment, in transaction: Transaction) throws {
        if try find(portal, in: transaction) == nil {
            try save(BalanceAccount(portal, common: common, at: moment), in: transaction)
        }
        // Also of one that is being looked at: whoever looks sees that the moment has changed, and lets it stand.
        try transaction.execute(
            "UPDATE balance_account SET next_check_at = ? WHERE portal_id = ?",
            [.integer(moment.milliseconds), .text(portal.rawValue)])
    }

    static func save(_ account: BalanceAccount, in transaction: Transaction) throws {
        let columns = account.columns
        let names = columns.map(\.name)
        let updates = names.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        let places = names.map { _ in "?" }.joined(separator: ", ")
        try transaction.execute(
            """
            INSERT INTO balance_account (\(names.joined(separator: ", "))) VALUES (\(places))
            ON CONFLICT (portal_id) DO UPDATE SET \(updates)
            """, columns.map(\.value))
    }
}

extension BalanceAccount {
    /// The row; the key first.
    fileprivate var columns: [(name: String, value: SQLValue)] {
        func moment(_ moment: Moment?) -> SQLValue { moment.map { .integer($0.milliseconds) } ?? .null }
        let fees = planned.map { "\($0.hour):\($0.millionths)" }.joined(separator: " ")
        return [
            ("portal_id", .text(portal.rawValue)), ("currency", .text(settings.currency.code)),
            ("settings", .text(settings.json.encoded)), ("funds", funds.map { .integer($0.millionths) } ?? .null),
            ("funds_at", moment(fundsAt)), ("phase", .text(state.phase.rawValue)),
            ("crossing", .integer(state.crossing)), ("lowest", .integer(state.lowest)),
            ("warned_at", moment(warnedAt)), ("waits", .text(habit.waits.map(String.init).joined(separator: " "))),
            ("last_movement_at", moment(lastMovement)), ("last_movement_id", .integer(lastMovementID)),
            ("reading_second", reading.map { .integer($0.cursor.second) } ?? .null),
            ("reading_shown", reading.map { .integer(Int64($0.cursor.shown)) } ?? .null),
            ("reading_ceiling", reading.map { .integer($0.ceiling) } ?? .null),
            ("first_hour", .integer(firstHour)), ("planned", .text(fees)), ("planned_at", moment(plannedAt)),
            ("next_check_at", moment(nextCheck)), ("failures", .integer(failures)),
        ]
    }

    init(_ row: Row) throws {
        guard let currency = Currency(rawValue: try row.text("currency")),
            let json = JSONValue(Data(try row.text("settings").utf8)),
            // A row names every setting.
            let settings = try? BalanceSettings(common: CommonThresholds.standard[currency]).changed(by: json),
            let phase = WarningState.Phase(rawValue: try row.text("phase"))
        else { throw ControllerError(.internalFailure, "a row of balance_account is damaged; restore a backup") }
        func moment(_ column: String) throws -> Moment? {
            try row.optionalInteger(column).map { Moment(milliseconds: $0) }
        }
        portal = PortalID(rawValue: try row.text("portal_id"))
        self.settings = settings
        funds = try row.optionalInteger("funds").map { Money(millionths: $0, currency) }
        fundsAt = try moment("funds_at")
        state = WarningState(
            phase: phase, crossing: try row.integer("crossing"), lowest: try row.integer("lowest"))
        warnedAt = try moment("warned_at")
        habit = PaymentHabit(waits: try row.text("waits").split(separator: " ").compactMap { Int($0) })
        lastMovement = try moment("last_movement_at")
        lastMovementID = try row.integer("last_movement_id")
        reading = try LedgerReading(row)
        firstHour = try row.integer("first_hour")
        planned = try row.text("planned").split(separator: " ").compactMap { fee in
            let parts = fee.split(separator: ":").compactMap { Int64($0) }
            return parts.count == 2 ? PlannedFee(hour: parts[0], millionths: parts[1]) : nil
        }
        plannedAt = try moment("planned_at")
        nextCheck = try moment("next_check_at")
        failures = try row.integer("failures")
    }
}
