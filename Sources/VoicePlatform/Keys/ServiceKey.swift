import CallControl
import Digests
import Storage

/// Names a key of a service account: a UUID in lower case.
struct ServiceKeyID: RawRepresentable, Hashable, Sendable {
    let rawValue: String
}

/// A key of a service account as it is stored: its public half and what its holder may do.
struct ServiceKey: Sendable, Equatable {
    let id: ServiceKeyID
    let accountID: AccountID
    let name: String?
    let description: String?
    let publicKey: RSAPublicKey
    let roles: Set<AccountRole>
}

/// The stored keys; the private halves are told once and never kept.
struct ServiceKeyStore {
    let transaction: Transaction

    func find(_ id: ServiceKeyID) throws -> ServiceKey? {
        try transaction.queryOne("SELECT * FROM service_key WHERE id = ?", [.text(id.rawValue)]).flatMap(key)
    }

    func find(_ id: ServiceKeyID, of account: AccountID) throws -> ServiceKey? {
        try find(id).flatMap { $0.accountID == account ? $0 : nil }
    }

    func insert(_ key: ServiceKey, at now: UnixTime) throws {
        try transaction.execute(
            """
            INSERT INTO service_key (id, account_id, name, description, public_key, created_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .text(key.id.rawValue), .integer(key.accountID.rawValue), .optional(key.name),
                .optional(key.description), .text(key.publicKey.pem), .integer(now.seconds),
            ])
        try add(key.roles, to: key.id)
    }

    func add(_ roles: Set<AccountRole>, to id: ServiceKeyID) throws {
        for role in roles {
            try transaction.execute(
                "INSERT INTO service_key_role (key_id, role_id) VALUES (?, ?) ON CONFLICT (key_id, role_id) DO NOTHING",
                [.text(id.rawValue), .integer(role.id)])
        }
    }

    func remove(_ roles: Set<AccountRole>, from id: ServiceKeyID) throws {
        for role in roles {
            try transaction.execute(
                "DELETE FROM service_key_role WHERE key_id = ? AND role_id = ?",
                [.text(id.rawValue), .integer(role.id)])
        }
    }

    func delete(_ id: ServiceKeyID) throws {
        try transaction.execute("DELETE FROM service_key WHERE id = ?", [.text(id.rawValue)])
    }

    func key(_ row: Row) throws -> ServiceKey? {
        guard let publicKey = RSAPublicKey(pem: try row.text("public_key")) else { return nil }
        let id = try row.text("id")
        let roles = try transaction.query("SELECT role_id FROM service_key_role WHERE key_id = ?", [.text(id)])
        return ServiceKey(
            id: ServiceKeyID(rawValue: id), accountID: AccountID(rawValue: try row.integer("account_id")),
            name: try row.optionalText("name"), description: try row.optionalText("description"),
            publicKey: publicKey, roles: Set(try roles.compactMap { AccountRole(id: try $0.integer("role_id")) }))
    }
}
