import Billing
import Storage

/// How far the platform's history has been gone through, and which of its sessions the controller knows.
struct SweepStore: Sendable {
    static let migration = Migration(
        "2026-12 sweeps",
        [
            "CREATE TABLE call_sweep (currency TEXT PRIMARY KEY, swept_until BIGINT NOT NULL)",
            "CREATE INDEX account_by_platform_id ON account (account_id)",
        ])

    /// Sessions of one look into the database.
    private static let batch = 100
    private static let day: Int64 = 86_400_000

    let database: Database

    /// A session of a portal's calls of which nobody has told.
    struct Stranger: Sendable, Equatable {
        var portal: PortalID
        var session: PlatformSession
    }

    /// What began before is taken over; nil before the first sweep.
    func swept(_ currency: Currency) async throws -> Moment? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT swept_until FROM call_sweep WHERE currency = ?", [.text(currency.code)]
            ).map { Moment(milliseconds: try $0.integer("swept_until")) }
        }
    }

    /// - Parameter since: What has been written before; a sweep that has got no further writes nothing.
    func note(_ currency: Currency, swept moment: Moment, since former: Moment) async throws {
        guard moment != former else { return }
        try await database.write(.soon) { transaction in
            try transaction.execute(
                """
                INSERT INTO call_sweep (currency, swept_until) VALUES (?, ?)
                ON CONFLICT (currency) DO UPDATE SET swept_until = excluded.swept_until
                """, [.text(currency.code), .integer(moment.milliseconds)])
        }
    }

    /// The sessions that are calls of portals, and in no history; without those that their portal would not keep any more.
    ///
    /// One whose call's name is not known is among them.
    func unheard(of sessions: [PlatformSession], at moment: Moment) async throws -> [Stranger] {
        var strangers: [Stranger] = []
        for first in stride(from: 0, to: sessions.count, by: Self.batch) {
            let part = sessions[first..<min(sessions.count, first + Self.batch)]
            strangers += try await database.read { transaction in
                try part.compactMap { session in
                    guard let portal = try Self.owner(of: session, in: transaction) else { return nil }
                    if let key = session.key, try Self.isKnown(key, portal, in: transaction) { return nil }
                    let days = try HistoryOptions.find(portal, in: transaction).keptDays
                    if let days, let start = session.startedAt,
                        start.milliseconds < moment.milliseconds - days * Self.day
                    {
                        return nil
                    }
                    return Stranger(portal: portal, session: session)
                }
            }
        }
        return strangers
    }

    private static func owner(of session: PlatformSession, in transaction: Transaction) throws -> PortalID? {
        guard let account = session.accountID, let application = session.applicationID else { return nil }
        return try transaction.queryOne(
            "SELECT portal_id FROM account WHERE account_id = ? AND application_id = ?",
            [.integer(account), .integer(application)]
        ).map { PortalID(rawValue: try $0.text("portal_id")) }
    }

    /// Whether the call has a history, or will have one.
    private static func isKnown(_ key: CallKey, _ portal: PortalID, in transaction: Transaction) throws -> Bool {
        let names: [SQLValue] = [.text(portal.rawValue), .text(key.rawValue)]
        return try transaction.queryOne(
            """
            SELECT call_id FROM call_history WHERE portal_id = ? AND call_id = ?
            UNION ALL
            SELECT call_id FROM call WHERE portal_id = ? AND call_id = ? AND state <> 'lost'
            """, names + names) != nil
    }
}
