import CallControl
import ScenarioRuntime
import Storage

/// SetKeyValueItem, GetKeyValueItem, GetKeyValueItems, GetKeyValueKeys, DelKeyValueItem.
enum KeyValueMethods {
    static let all: [APIMethod] = [
        .write("SetKeyValueItem", for: .developers, setItem),
        .read("GetKeyValueItem", for: .developers) { call in
            guard let item = try store(call).get(try key(call)) else { throw notFound }
            return .members(["result": json(item)])
        },
        .read("GetKeyValueItems", for: .developers) { call in
            .members(["result": .array(try items(call).map(json))])
        },
        .read("GetKeyValueKeys", for: .developers) { call in
            .members([
                "result": .array(
                    try items(call).map {
                        .members(["key": .string($0.key), "expires_at": .optional($0.expiresAt?.seconds)])
                    })
            ])
        },
        .write("DelKeyValueItem", for: .developers) { call in
            guard try store(call).remove(try key(call)) != nil else { throw notFound }
            return .done()
        },
    ]

    private static let notFound = APIError(code: 101, message: "Invalid argument: key has no value.", field: "key")

    private static func store(_ call: MethodCall) throws -> KeyValueStore {
        KeyValueStore(transaction: call.transaction, application: try call.application().id, now: call.now)
    }

    private static func key(_ call: MethodCall) throws -> String {
        let key = try call.parameters.text("key", maximumLength: 800)
        guard key.count <= KeyValueStore.maximumKeyLength else {
            throw APIError.invalid("key", "is longer than \(KeyValueStore.maximumKeyLength)")
        }
        return key
    }

    private static func items(_ call: MethodCall) throws -> [KeyValueItem] {
        try store(call).items(
            pattern: try call.parameters.optionalText("key", maximumLength: 800), page: try call.parameters.page())
    }

    private static func setItem(_ call: MethodCall) throws -> MethodResult {
        let key = try key(call)
        guard let value = try call.parameters.present("value", maximumLength: 8000) else {
            throw APIError.required("value")
        }
        guard value.count <= KeyValueStore.maximumValueLength else {
            throw APIError.invalid("value", "is longer than \(KeyValueStore.maximumValueLength)")
        }
        let item = KeyValueItem(key: key, value: value, expiresAt: UnixTime(seconds: try expiry(call)))
        let limit = call.configuration.scripts.limits(of: call.account.name).storageItems
        do {
            try store(call).put(item, owner: call.account.id, limit: limit)
        } catch let error as LimitReached {
            throw APIError.invalid("key", "is one too many: \(error)")
        }
        return MethodResult(body: .members(["result": json(item)]))
    }

    /// Without `ttl` and `expires_at` an entry lives as long as one may.
    private static func expiry(_ call: MethodCall) throws -> Int64 {
        let limit = KeyValueStore.maximumTTL
        if let moment = try call.parameters.optionalInteger("expires_at") {
            guard try call.parameters.optionalInteger("ttl") == nil else {
                throw APIError.invalid("expires_at", "and ttl exclude each other, pass one")
            }
            guard (call.now.seconds...call.now.seconds + limit).contains(moment) else {
                throw APIError.invalid("expires_at", "is past or more than \(limit) seconds from now")
            }
            return moment
        }
        return call.now.seconds + (try call.parameters.integer("ttl", default: limit, in: 0...limit))
    }

    private static func json(_ item: KeyValueItem) -> JSONValue {
        .members([
            "key": .string(item.key), "value": .string(item.value), "expires_at": .optional(item.expiresAt?.seconds),
        ])
    }
}
