import Storage

/// The portals in the database, a row each.
struct PortalStore: Sendable {
    private static let columns = [
        "portal_id", "kind", "base_url", "currency", "region", "licence_key", "previous_key", "previous_until",
        "is_key_used", "listed_key", "licensed_until", "licence_checked_at", "needs_scenario_key", "created_at",
        "moved_key", "moved_until", "move_id", "moved_at",
    ]
    static let moves = Migration(
        "2026-12 moves",
        [
            "ALTER TABLE portal ADD COLUMN moved_key TEXT", "ALTER TABLE portal ADD COLUMN moved_until BIGINT",
            "ALTER TABLE portal ADD COLUMN move_id TEXT", "ALTER TABLE portal ADD COLUMN moved_at BIGINT",
            "CREATE INDEX support_grant_by_portal ON support_grant (portal_id, state)",
        ])
    private static let upsert =
        "INSERT INTO portal (\(columns.joined(separator: ", "))) VALUES "
        + "(\(columns.map { _ in "?" }.joined(separator: ", "))) ON CONFLICT (portal_id) DO UPDATE SET "
        + columns.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", ")

    let database: Database
    let secrets: StoredSecrets

    func find(_ id: PortalID) async throws -> PortalRecord? {
        try await database.read { try find(id, $0) }
    }

    /// Changes a portal, or makes it, in one transaction.
    ///
    /// - Parameters:
    ///   - act: What is to stand in the staff's journal, if a person changes it; also when the change is there already,
    ///     as the answer to it may hold the key.
    ///   - change: Gets what is there, nil for nothing, and gives what is to be there; nil changes nothing.
    /// - Returns: What is there now.
    @discardableResult
    func update(
        _ id: PortalID, _ act: StaffAct? = nil,
        _ change: @escaping @Sendable (PortalRecord?) throws -> PortalRecord?
    ) async throws -> PortalRecord? {
        try await database.write { transaction in
            let found = try find(id, transaction)
            guard let changed = try change(found) else { return found }
            if let act { try StaffJournal.write(act, to: transaction) }
            guard changed != found else { return changed }
            try transaction.execute(Self.upsert, changed.values(secrets))
            try transaction.notify(.portals, id.rawValue)
            if let move = changed.move, move != found?.move { try Self.follow(move, of: id, in: transaction) }
            if let act, act.kind == .keyRotated {
                try KeyNotice.add(act, of: id, formerUntil: changed.keys.previous?.until, to: transaction)
            }
            if changed.needsScenarioKey, changed.keys.current != found?.keys.current {
                try transaction.execute(
                    "UPDATE portal SET scenario_key_at = 0, scenario_key_tries = 0 WHERE portal_id = ?",
                    [.text(id.rawValue)])
                try transaction.notify(.scenarioKeys, "")
            }
            return changed
        }
    }

    /// What a move brings with it: the new place is told what the former one may have heard last, and what the former
    /// place has granted to the support ends.
    private static func follow(_ move: PortalRecord.Move, of id: PortalID, in transaction: Transaction) throws {
        try OutboxStore.sendAgain(id, at: move.at, in: transaction)
        try SupportStore.endAll(of: id, at: move.at, in: transaction)
    }

    /// Portals in the order of their identifiers, beginning behind `last`.
    func page(after last: PortalID?, limit: Int) async throws -> [PortalRecord] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT * FROM portal WHERE portal_id > ? ORDER BY portal_id LIMIT ?",
                [.text(last?.rawValue ?? ""), .integer(limit)]
            ).map { try PortalRecord($0, secrets) }
        }
    }

    /// Portals whose scenario signs with an older key and whose turn it is, with how often it was tried in vain.
    func waitingForScenarioKey(at moment: Moment, limit: Int) async throws -> [(id: PortalID, tries: Int64)] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT portal_id, scenario_key_tries FROM portal WHERE needs_scenario_key = 1 AND scenario_key_at <= ?
                ORDER BY scenario_key_at LIMIT ?
                """, [.integer(moment.milliseconds), .integer(limit)]
            ).map { (PortalID(rawValue: try $0.text("portal_id")), try $0.integer("scenario_key_tries")) }
        }
    }

    /// When the next such portal's turn is; nil for none.
    func nextScenarioKey() async throws -> Moment? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT scenario_key_at FROM portal WHERE needs_scenario_key = 1 ORDER BY scenario_key_at LIMIT 1"
            ).map { Moment(milliseconds: try $0.integer("scenario_key_at")) }
        }
    }

    /// The platform did not take the key.
    func putOffScenarioKey(_ id: PortalID, until moment: Moment) async throws {
        try await database.write(.soon) { transaction in
            try transaction.execute(
                """
                UPDATE portal SET scenario_key_at = ?, scenario_key_tries = scenario_key_tries + 1 WHERE portal_id = ?
                """, [.integer(moment.milliseconds), .text(id.rawValue)])
        }
    }

    private func find(_ id: PortalID, _ transaction: Transaction) throws -> PortalRecord? {
        try transaction.queryOne("SELECT * FROM portal WHERE portal_id = ?", [.text(id.rawValue)])
            .map { try PortalRecord($0, secrets) }
    }
}
