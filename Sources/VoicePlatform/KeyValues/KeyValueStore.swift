import CallControl
import ScenarioRuntime
import Storage

/// An entry of an application's storage, which scripts and the management API share.
struct KeyValueItem: Sendable, Equatable {
    let key: String
    let value: String
    /// Nil for an entry that does not expire.
    let expiresAt: UnixTime?

    init(key: String, value: String, expiresAt: UnixTime?) {
        self.key = key
        self.value = value
        self.expiresAt = expiresAt
    }

    init(row: Row) throws {
        self.init(
            key: try row.text("item_key"), value: try row.text("item_value"),
            expiresAt: try row.optionalInteger("expires_at").map(UnixTime.init(seconds:)))
    }
}

/// The entries of one application; what has expired is as if it were not there.
struct KeyValueStore {
    let transaction: Transaction
    let application: ApplicationID
    let now: UnixTime

    static let maximumKeyLength = 200
    static let maximumValueLength = 2000
    /// 90 days.
    static let maximumTTL: Int64 = 7_776_000

    func get(_ key: String) throws -> KeyValueItem? {
        try transaction.queryOne(
            "SELECT * FROM key_value WHERE application_id = ? AND item_key = ? AND "
                + "(expires_at IS NULL OR expires_at > ?)",
            [.integer(application.rawValue), .text(key), .integer(now.seconds)]
        ).map(KeyValueItem.init(row:))
    }

    /// - Parameter pattern: A text with `*` for anything; nil for all.
    func items(pattern: String?, page: Page) throws -> [KeyValueItem] {
        var filter = QueryFilter("application_id = ?", .integer(application.rawValue))
        filter.add("(expires_at IS NULL OR expires_at > ?)", .integer(now.seconds))
        if let pattern {
            let escaped = pattern.replacing("\\", with: "\\\\").replacing("%", with: "\\%")
                .replacing("_", with: "\\_").replacing("*", with: "%")
            filter.add("item_key LIKE ? ESCAPE '\\'", .text(escaped))
        }
        return try transaction.query(
            "SELECT * FROM key_value WHERE \(filter.sql) ORDER BY item_key LIMIT ? OFFSET ?",
            filter.arguments + [.integer(page.count), .integer(page.offset)]
        ).map(KeyValueItem.init(row:))
    }

    /// Adds or replaces an entry; what has expired goes, whoever it belonged to.
    ///
    /// - Throws: ``LimitReached`` when the entry would be one more than `limit`, in all storages of the owner together.
    func put(_ item: KeyValueItem, owner: AccountID, limit: Int) throws {
        try transaction.execute("DELETE FROM key_value WHERE expires_at <= ?", [.integer(now.seconds)])
        guard try get(item.key) != nil || count(of: owner) < limit else {
            throw LimitReached(.storageItems, allowed: limit)
        }
        try transaction.execute(
            """
            INSERT INTO key_value (application_id, account_id, item_key, item_value, expires_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (application_id, item_key)
            DO UPDATE SET item_value = excluded.item_value, expires_at = excluded.expires_at
            """,
            [
                .integer(application.rawValue), .integer(owner.rawValue), .text(item.key), .text(item.value),
                .optional(item.expiresAt?.seconds),
            ])
    }

    private func count(of owner: AccountID) throws -> Int {
        let count = try QueryFilter("account_id = ?", .integer(owner.rawValue)).total(
            in: transaction, from: "key_value")
        return Int(clamping: count)
    }

    /// - Returns: What the entry held, nil when there was none.
    func remove(_ key: String) throws -> KeyValueItem? {
        let item = try get(key)
        try transaction.execute(
            "DELETE FROM key_value WHERE application_id = ? AND item_key = ?",
            [.integer(application.rawValue), .text(key)])
        return item
    }
}
