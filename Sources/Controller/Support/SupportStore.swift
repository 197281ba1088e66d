import Digests
import Storage

/// Codes, grants and the journal of support, in the database.
struct SupportStore: Sendable {
    static let migration = Migration(
        "2026-12 support",
        [
            """
            CREATE TABLE support_code (
                portal_id TEXT PRIMARY KEY, digest TEXT NOT NULL, expires_at BIGINT NOT NULL, grant_id TEXT)
            """,
            """
            CREATE TABLE support_grant (
                grant_id TEXT PRIMARY KEY, portal_id TEXT NOT NULL, person TEXT NOT NULL, reason TEXT NOT NULL,
                asked_scopes TEXT NOT NULL, asked_seconds BIGINT NOT NULL, asked_at BIGINT NOT NULL,
                state TEXT NOT NULL, scopes TEXT NOT NULL, until_at BIGINT)
            """,
            "CREATE INDEX support_grant_by_person ON support_grant (person, asked_at, grant_id)",
            """
            CREATE TABLE support_journal (
                look_id TEXT PRIMARY KEY, grant_id TEXT NOT NULL, portal_id TEXT NOT NULL, who TEXT NOT NULL,
                act TEXT NOT NULL, object TEXT NOT NULL, at BIGINT NOT NULL)
            """,
            "CREATE INDEX support_journal_by_grant ON support_journal (grant_id, at, look_id)",
        ])
    private static let mostRows: Int64 = 500

    let database: Database

    /// The portal's code from now on; the one before is good for nothing.
    func save(_ code: SupportCode, _ portal: PortalID, until moment: Moment) async throws {
        let digest = code.digest(portal)
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO support_code (portal_id, digest, expires_at, grant_id) VALUES (?, ?, ?, NULL)
                ON CONFLICT (portal_id) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at,
                    grant_id = NULL
                """, [.text(portal.rawValue), .text(digest), .integer(moment.milliseconds)])
        }
    }

    /// Writes a request down and has the portal told of it; the same request with the same code again is the first one.
    ///
    /// - Throws: `ControllerError` with `supportCodeUnknown`, the same for a portal that does not exist.
    func ask(
        _ wish: SupportGrant.Wish, _ portal: PortalID, _ code: SupportCode, by person: String, at moment: Moment
    ) async throws -> SupportGrant {
        let digest = code.digest(portal)
        let fresh = SupportGrant(
            id: .fresh(), portal: portal, person: person, wish: wish, askedAt: moment, state: .asked, scopes: [],
            until: nil)
        let line = SupportLook(.asked, SupportScope.text(wish.scopes), by: person, at: moment)
        return try await database.write { transaction in
            let row = try transaction.queryOne(
                "SELECT * FROM support_code WHERE portal_id = ?", [.text(portal.rawValue)])
            guard let row, moment.milliseconds < (try row.integer("expires_at")),
                ConstantTime.equal(Array(try row.text("digest").utf8), Array(digest.utf8))
            else { throw Self.codeUnknown }
            if let used = try row.optionalText("grant_id") {
                guard let grant = try Self.find(GrantID(rawValue: used), transaction), grant.person == person,
                    grant.wish == wish
                else { throw Self.codeUnknown }
                return grant
            }
            try Self.insert(fresh, transaction)
            try transaction.execute(
                "UPDATE support_code SET grant_id = ? WHERE portal_id = ?",
                [.text(fresh.id.rawValue), .text(portal.rawValue)])
            try Self.write(line, fresh, transaction)
            try OutboxStore.add(
                "SupportRequested", key: fresh.id.rawValue, fresh.notice.encoded, portal, at: moment, to: transaction)
            return fresh
        }
    }

    /// Writes a look down, and has the portal told of it, if the grant allows it at that moment.
    ///
    /// - Throws: `ControllerError` with `grantUnknown`, the same whatever is missing.
    func look(_ look: SupportLook, _ id: GrantID) async throws -> SupportGrant {
        try await database.write { transaction in
            guard let grant = try Self.find(id, transaction), let scope = look.act.scope,
                grant.admits(look.who, to: scope, at: look.at)
            else { throw Self.grantUnknown }
            try Self.write(look, grant, transaction)
            try OutboxStore.add(
                "SupportLook", key: look.id, look.notice(id).encoded, grant.portal, at: look.at, to: transaction)
            return grant
        }
    }

    /// Changes a grant of the portal by its answer, and writes the answer down if it changes something.
    ///
    /// - Throws: What `change` throws; `ControllerError` with `grantUnknown` for another portal's grant.
    func answer(
        _ id: GrantID, _ portal: PortalID, by who: String, at moment: Moment,
        _ change: @escaping @Sendable (SupportGrant) throws -> SupportGrant
    ) async throws -> SupportGrant {
        let lines = [SupportLook.Act.granted, .refused, .ended].map { SupportLook($0, "", by: who, at: moment) }
        return try await database.write { transaction in
            guard let before = try Self.find(id, transaction), before.portal == portal else { throw Self.grantUnknown }
            let after = try change(before)
            guard after != before else { return before }
            try transaction.execute(
                "UPDATE support_grant SET state = ?, scopes = ?, until_at = ? WHERE grant_id = ?",
                [
                    .text(after.state.rawValue), .text(SupportScope.text(after.scopes)),
                    .optional(after.until?.milliseconds), .text(id.rawValue),
                ])
            if var line = lines.first(where: { $0.act.rawValue == after.state.rawValue }) {
                line.object = SupportScope.text(after.scopes)
                try Self.write(line, after, transaction)
            }
            return after
        }
    }

    /// What a person has asked for, the latest first.
    func grants(of person: String) async throws -> [SupportGrant] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT * FROM support_grant WHERE person = ? ORDER BY asked_at DESC, grant_id DESC LIMIT ?",
                [.text(person), .integer(Self.mostRows)]
            ).map { try SupportGrant($0) }
        }
    }

    /// One of the person's grants with what has happened under it, the latest first.
    func grant(_ id: GrantID, of person: String) async throws -> (SupportGrant, [SupportLook]) {
        try await database.read { transaction in
            guard let grant = try Self.find(id, transaction), grant.person == person else { throw Self.grantUnknown }
            let rows = try transaction.query(
                "SELECT * FROM support_journal WHERE grant_id = ? ORDER BY at DESC, look_id DESC LIMIT ?",
                [.text(id.rawValue), .integer(Self.mostRows)])
            return (grant, try rows.map { try SupportLook($0) })
        }
    }

    /// Ends all that a portal has granted or was asked for, as it has moved.
    static func endAll(of portal: PortalID, at moment: Moment, in transaction: Transaction) throws {
        let rows = try transaction.query(
            "SELECT * FROM support_grant WHERE portal_id = ? AND state IN ('asked', 'granted') LIMIT ?",
            [.text(portal.rawValue), .integer(mostRows)])
        for grant in try rows.map({ try SupportGrant($0) }) {
            let ended = grant.ended(at: moment)
            try transaction.execute(
                "UPDATE support_grant SET state = ?, until_at = ? WHERE grant_id = ?",
                [.text(ended.state.rawValue), .optional(ended.until?.milliseconds), .text(grant.id.rawValue)])
            let act: SupportLook.Act = ended.state == .refused ? .refused : .ended
            try write(SupportLook(act, "the portal has moved", by: "controller", at: moment), ended, transaction)
        }
    }

    private static func find(_ id: GrantID, _ transaction: Transaction) throws -> SupportGrant? {
        try transaction.queryOne("SELECT * FROM support_grant WHERE grant_id = ?", [.text(id.rawValue)])
            .map { try SupportGrant($0) }
    }

    private static func insert(_ grant: SupportGrant, _ transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO support_grant (grant_id, portal_id, person, reason, asked_scopes, asked_seconds, asked_at, state,
                scopes, until_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', NULL)
            """,
            [
                .text(grant.id.rawValue), .text(grant.portal.rawValue), .text(grant.person), .text(grant.wish.reason),
                .text(SupportScope.text(grant.wish.scopes)), .integer(grant.wish.seconds),
                .integer(grant.askedAt.milliseconds), .text(grant.state.rawValue),
            ])
    }

    private static func write(_ line: SupportLook, _ grant: SupportGrant, _ transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO support_journal (look_id, grant_id, portal_id, who, act, object, at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(line.id), .text(grant.id.rawValue), .text(grant.portal.rawValue), .text(line.who),
                .text(line.act.rawValue), .text(line.object), .integer(line.at.milliseconds),
            ])
    }

    private static let codeUnknown = ControllerError(
        .supportCodeUnknown,
        "there is no portal with this code now; have its administrator read out a fresh one, it is good for half an hour"
    )
    private static let grantUnknown = ControllerError(
        .grantUnknown, "no grant allows this now; look at your grants, or ask the portal for another")
}
