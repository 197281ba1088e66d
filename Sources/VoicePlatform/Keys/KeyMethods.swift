import CallControl
import Digests
import Storage

/// CreateKey, GetKeys, UpdateKey, DeleteKey, SetKeyRoles, GetKeyRoles, RemoveKeyRoles, GetRoles.
enum KeyMethods {
    static let all: [APIMethod] = [
        .newKey("CreateKey", for: .administrators, createKey),
        .read("GetKeys", for: .administrators, getKeys),
        .write("UpdateKey", for: .administrators, updateKey),
        .write("DeleteKey", for: .administrators) { call in
            let key = try key(call)
            _ = try checked(key.roles, call)
            try ServiceKeyStore(transaction: call.transaction).delete(key.id)
            return .done()
        },
        .write("SetKeyRoles", for: .administrators) { call in
            let key = try key(call)
            let roles = try requiredRoles(call)
            try ServiceKeyStore(transaction: call.transaction).add(roles, to: key.id)
            return .done()
        },
        .read("GetKeyRoles", for: .administrators) { call in
            .members(["result": .array(json(try key(call).roles))])
        },
        .write("RemoveKeyRoles", for: .administrators) { call in
            let key = try key(call)
            let roles = try requiredRoles(call)
            try ServiceKeyStore(transaction: call.transaction).remove(roles, from: key.id)
            return .done()
        },
        .read("GetRoles") { _ in .members(["result": .array(json(Set(AccountRole.allCases)))]) },
    ]

    private static func json(_ roles: Set<AccountRole>) -> [JSONValue] {
        roles.sorted { $0.id < $1.id }.map(\.json)
    }

    private static func createKey(_ call: MethodCall, _ pair: RSAKeyPair) throws -> MethodResult {
        let count = try QueryFilter("account_id = ?", call.owner).total(in: call.transaction, from: "service_key")
        guard count < call.configuration.limits.keysPerAccount else {
            throw APIError(code: 101, message: "The account has too many keys; delete one first.")
        }
        let roles = try roles(call)
        let key = ServiceKey(
            id: ServiceKeyID(rawValue: RandomToken.uuid()), accountID: call.account.id,
            name: try call.parameters.optionalText("key_name", maximumLength: 255),
            description: try call.parameters.optionalText("description", maximumLength: 1024),
            publicKey: pair.publicKey, roles: try checked(roles ?? [.owner], call))
        try ServiceKeyStore(transaction: call.transaction).insert(key, at: call.now)
        return MethodResult(
            body: .members([
                "result": .members([
                    "account_email": .string(call.account.email), "account_id": .integer(call.account.id.rawValue),
                    "key_id": .string(key.id.rawValue), "private_key": .string(pair.privatePEM),
                ])
            ]))
    }

    private static func getKeys(_ call: MethodCall) throws -> JSONValue {
        var filter = QueryFilter("account_id = ?", call.owner)
        if case .listed(let ids)? = try call.parameters.optionalSelection("key_id") {
            filter.add("id", in: ids.map(SQLValue.text))
        }
        filter.add("name", containing: try call.parameters.optionalText("key_name", maximumLength: 255))
        let found = try filter.rows(
            of: call.transaction, select: "*", from: "service_key", order: "created_at, id",
            page: try call.parameters.page())
        let withRoles = try call.parameters.flag("with_roles")
        let store = ServiceKeyStore(transaction: call.transaction)
        let items = try found.rows.compactMap { row in
            try store.key(row).map { key in
                JSONValue.members([
                    "key_id": .string(key.id.rawValue), "key_name": .optional(key.name),
                    "description": .optional(key.description),
                    "roles": withRoles ? .array(json(key.roles)) : nil,
                ])
            }
        }
        return .list(items, total: found.total)
    }

    private static func updateKey(_ call: MethodCall) throws -> MethodResult {
        let key = try key(call)
        var change = RowChange()
        change.set("name", clearable: try call.parameters.present("key_name", maximumLength: 255))
        change.set("description", clearable: try call.parameters.present("description", maximumLength: 1024))
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("id = ?", .text(key.id.rawValue))
        try change.apply(to: "service_key", where: filter, in: call.transaction)
        return .done()
    }

    private static func key(_ call: MethodCall) throws -> ServiceKey {
        let id = ServiceKeyID(rawValue: try call.parameters.text("key_id", maximumLength: 64))
        guard let key = try ServiceKeyStore(transaction: call.transaction).find(id, of: call.account.id) else {
            throw APIError.invalid("key_id", "names no key")
        }
        return key
    }

    private static func requiredRoles(_ call: MethodCall) throws -> Set<AccountRole> {
        guard let roles = try roles(call) else { throw APIError.required("role_id", "or role_name is required") }
        return try checked(roles, call)
    }

    /// The roles that `role_id` or `role_name` list; nil when neither is there.
    private static func roles(_ call: MethodCall) throws -> Set<AccountRole>? {
        guard let wanted = try call.parameters.optionalEither("role_id", "role_name") else { return nil }
        guard case .listed(let items) = wanted.value else { return Set(AccountRole.allCases) }
        return Set(
            try items.map { item in
                let role =
                    wanted.name == "role_id" ? Int64(item).flatMap(AccountRole.init(id:)) : AccountRole(name: item)
                guard let role else { throw APIError.invalid(wanted.name, "names a role that does not exist") }
                return role
            })
    }

    /// Nobody gives away, or takes away, what only an owner has, but an owner.
    private static func checked(_ roles: Set<AccountRole>, _ call: MethodCall) throws -> Set<AccountRole> {
        guard !roles.contains(.owner) || call.roles.contains(.owner) else { throw APIError.forbidden }
        return roles
    }
}
