import Digests
import Storage

/// The operator's staff in the database: names, roles, and what their tokens digest to.
struct StaffStore: Sendable {
    static let migration = Migration(
        "2026-12 staff",
        [
            """
            CREATE TABLE staff (
                name TEXT PRIMARY KEY, role TEXT NOT NULL, token_digest TEXT NOT NULL UNIQUE,
                is_enabled BIGINT NOT NULL, created_at BIGINT NOT NULL)
            """
        ])

    let database: Database

    /// By name.
    func list() async throws -> [StaffMember] {
        try await database.read {
            try $0.query("SELECT * FROM staff ORDER BY name LIMIT 10000").map { try StaffMember($0) }
        }
    }

    /// Who has this token, enabled or not.
    ///
    /// Tokens are 256 random bits: neither guessing nor the time that a look takes leads to one.
    func find(token: Secret) async throws -> StaffMember? {
        let digest = Self.digest(token)
        return try await database.read { transaction in
            try transaction.queryOne("SELECT * FROM staff WHERE token_digest = ?", [.text(digest)])
                .map { try StaffMember($0) }
        }
    }

    func add(_ member: StaffMember, token: Secret, _ act: StaffAct) async throws {
        let digest = Self.digest(token)
        let isNew = try await database.write { transaction in
            let isNew =
                try transaction.execute(
                    """
                    INSERT INTO staff (name, role, token_digest, is_enabled, created_at) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (name) DO NOTHING
                    """,
                    [
                        .text(member.name), .text(member.role.rawValue), .text(digest),
                        .integer(member.isEnabled ? 1 : 0),
                        .integer(member.createdAt.milliseconds),
                    ]) == 1
            if isNew { try StaffJournal.write(act, to: transaction) }
            return isNew
        }
        guard isNew else {
            throw ControllerError(
                .exists, "the staff has a person of this name; give a new token, or choose another name")
        }
    }

    /// The former token is good for nothing from now on.
    func renew(_ name: String, token: Secret, _ act: StaffAct) async throws -> StaffMember {
        let digest = Self.digest(token)
        return try await change(name, "UPDATE staff SET token_digest = ? WHERE name = ?", .text(digest), act)
    }

    func setEnabled(_ isEnabled: Bool, _ name: String, _ act: StaffAct) async throws -> StaffMember {
        try await change(name, "UPDATE staff SET is_enabled = ? WHERE name = ?", .integer(isEnabled ? 1 : 0), act)
    }

    private func change(
        _ name: String, _ statement: String, _ value: SQLValue, _ act: StaffAct
    ) async throws -> StaffMember {
        let changed = try await database.write { transaction in
            if try transaction.execute(statement, [value, .text(name)]) == 1 {
                try StaffJournal.write(act, to: transaction)
            }
            return try transaction.queryOne("SELECT * FROM staff WHERE name = ?", [.text(name)])
        }
        guard let changed else {
            throw ControllerError(.staffUnknown, "the staff has nobody of this name; list it, or add the person")
        }
        return try StaffMember(changed)
    }

    private static func digest(_ token: Secret) -> String {
        Hexadecimal.encode(HashFunction.sha256.digest(token.revealed.utf8))
    }
}
