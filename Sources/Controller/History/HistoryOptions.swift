import Foundation
import Storage

/// How a portal's history is kept.
struct HistoryOptions: Sendable, Equatable {
    /// Ten years.
    static let mostDays: Int64 = 3660

    /// Of the portal's days; a change counts for calls that come after it.
    var timeZone: TimeZone
    /// Calls and recordings older than these are deleted; nil keeps them.
    var keptDays: Int64?

    static let usual = HistoryOptions(timeZone: .gmt, keptDays: nil)

    static func find(_ portal: PortalID, in transaction: Transaction) throws -> HistoryOptions {
        let row = try transaction.queryOne(
            "SELECT time_zone, kept_days FROM history_options WHERE portal_id = ?", [.text(portal.rawValue)])
        return try row.map(HistoryOptions.init) ?? usual
    }

    func save(_ portal: PortalID, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO history_options (portal_id, time_zone, kept_days) VALUES (?, ?, ?)
            ON CONFLICT (portal_id) DO UPDATE SET time_zone = excluded.time_zone, kept_days = excluded.kept_days
            """, [.text(portal.rawValue), .text(timeZone.identifier), .optional(keptDays)])
    }
}

extension HistoryOptions {
    init(_ row: Row) throws {
        timeZone = TimeZone(identifier: try row.text("time_zone")) ?? .gmt
        keptDays = try row.optionalInteger("kept_days")
    }
}
