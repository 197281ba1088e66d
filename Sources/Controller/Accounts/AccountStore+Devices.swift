import Storage

/// Users of accounts, and which of them the platform still has to hear of.
extension AccountStore {
    /// A user's password and admission, and whether the platform knows of them.
    struct User: Sendable, Equatable {
        var password: Secret
        var isEnabled: Bool
        var isReady: Bool
        /// Whether the platform is to have him no more.
        var isLeaving = false
    }

    /// A user that the platform has not as he is to be.
    struct Unready: Sendable, Equatable {
        var portal: PortalID
        var login: String
        /// How often the platform did not take him.
        var tries: Int64
    }

    /// How long whoever changes a user is left to tell the platform himself.
    private static let ownTime = Duration.seconds(60)

    static let leaving = Migration(
        "2026-12 users who have left",
        ["ALTER TABLE platform_user ADD COLUMN is_leaving BIGINT NOT NULL DEFAULT 0"])

    /// The user, made with `password` when there is none or he is leaving; the password of the first time stays.
    func user(_ name: String, _ portal: PortalID, password: Secret, at moment: Moment) async throws -> User {
        let place = Self.passwordPlace(name, portal)
        return try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO platform_user (portal_id, user_name, password, is_ready, due_at) VALUES (?, ?, ?, 0, ?)
                ON CONFLICT (portal_id, user_name) DO UPDATE SET password = excluded.password, is_enabled = 1,
                    is_leaving = 0, is_ready = 0, due_at = excluded.due_at, tries = 0
                WHERE platform_user.is_leaving = 1
                """,
                [
                    .text(portal.rawValue), .text(name), .text(secrets.sealed(password, place)),
                    .integer(moment.adding(Self.ownTime).milliseconds),
                ])
            return try find(name, portal, in: transaction)
                ?? User(password: password, isEnabled: true, isReady: false)
        }
    }

    /// The user; nil when there is none.
    func user(_ name: String, _ portal: PortalID) async throws -> User? {
        try await database.read { try find(name, portal, in: $0) }
    }

    private func find(_ name: String, _ portal: PortalID, in transaction: Transaction) throws -> User? {
        try transaction.queryOne(
            """
            SELECT password, is_enabled, is_ready, is_leaving FROM platform_user WHERE portal_id = ? AND user_name = ?
            """,
            [.text(portal.rawValue), .text(name)]
        ).map { row in
            User(
                password: try secrets.opened(try row.text("password"), Self.passwordPlace(name, portal)),
                isEnabled: try row.flag("is_enabled"), isReady: try row.flag("is_ready"),
                isLeaving: try row.flag("is_leaving"))
        }
    }

    /// The platform has the user as it was then; a change since stays to be brought.
    func markReady(_ name: String, _ portal: PortalID, as user: User) async throws {
        try await database.write { transaction in
            guard let present = try find(name, portal, in: transaction), present.password == user.password,
                present.isEnabled == user.isEnabled, present.isLeaving == user.isLeaving
            else { return }
            try transaction.execute(
                "UPDATE platform_user SET is_ready = 1 WHERE portal_id = ? AND user_name = ?",
                [.text(portal.rawValue), .text(name)])
        }
    }

    func replacePassword(ofUser name: String, _ portal: PortalID, by password: Secret, at moment: Moment) async throws {
        let sealed = secrets.sealed(password, Self.passwordPlace(name, portal))
        try await database.write { transaction in
            try transaction.execute(
                """
                UPDATE platform_user SET password = ?, is_ready = 0, due_at = ?, tries = 0
                WHERE portal_id = ? AND user_name = ?
                """,
                [
                    .text(sealed), .integer(moment.adding(Self.ownTime).milliseconds), .text(portal.rawValue),
                    .text(name),
                ])
        }
    }

    func setEnabled(_ isEnabled: Bool, user name: String, _ portal: PortalID, at moment: Moment) async throws {
        try await database.write { transaction in
            try transaction.execute(
                """
                UPDATE platform_user SET is_enabled = ?, is_ready = 0, due_at = ?, tries = 0
                WHERE portal_id = ? AND user_name = ?
                """,
                [
                    .flag(isEnabled), .integer(moment.adding(Self.ownTime).milliseconds), .text(portal.rawValue),
                    .text(name),
                ])
        }
    }

    /// The platform is to have these users no more; those that there are not stay so.
    func beginRemoval(of names: [String], _ portal: PortalID, at moment: Moment) async throws {
        try await database.write { transaction in
            for name in names {
                try transaction.execute(
                    """
                    UPDATE platform_user SET is_leaving = 1, is_enabled = 0, is_ready = 0, due_at = ?, tries = 0
                    WHERE portal_id = ? AND user_name = ?
                    """,
                    [.integer(moment.adding(Self.ownTime).milliseconds), .text(portal.rawValue), .text(name)])
            }
        }
    }

    /// The platform has the user no more.
    func completeRemoval(of name: String, _ portal: PortalID) async throws {
        try await database.write { transaction in
            try transaction.execute(
                "DELETE FROM platform_user WHERE portal_id = ? AND user_name = ? AND is_leaving = 1",
                [.text(portal.rawValue), .text(name)])
        }
    }

    /// Users whose turn it is to be brought to the platform, those that have waited longest first.
    func unready(at moment: Moment, limit: Int) async throws -> [Unready] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT portal_id, user_name, tries FROM platform_user WHERE is_ready = 0 AND due_at <= ?
                ORDER BY due_at LIMIT ?
                """, [.integer(moment.milliseconds), .integer(limit)]
            ).map { row in
                Unready(
                    portal: PortalID(rawValue: try row.text("portal_id")), login: try row.text("user_name"),
                    tries: try row.integer("tries"))
            }
        }
    }

    /// When the next turn is; nil for none.
    func nextUnready() async throws -> Moment? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT due_at FROM platform_user WHERE is_ready = 0 ORDER BY due_at LIMIT 1"
            ).map { Moment(milliseconds: try $0.integer("due_at")) }
        }
    }

    /// The platform did not take the user: his next turn is at `moment`.
    func putOff(user name: String, _ portal: PortalID, until moment: Moment) async throws {
        try await database.write(.soon) { transaction in
            try transaction.execute(
                """
                UPDATE platform_user SET due_at = ?, tries = tries + 1
                WHERE portal_id = ? AND user_name = ? AND is_ready = 0
                """, [.integer(moment.milliseconds), .text(portal.rawValue), .text(name)])
            try transaction.notify(.devices, "")
        }
    }

    private static func passwordPlace(_ name: String, _ portal: PortalID) -> String {
        "platform_user.password/\(portal)/\(name)"
    }
}
