import CallControl
import Storage

/// Who has changed what over the management API; written in the transaction of the change.
struct AuditLog {
    let transaction: Transaction

    /// How long entries are kept.
    static let keptDays: Int64 = 180

    /// Parameters whose values are secrets or long texts; only that they were sent is kept.
    private static let hidden = [
        "api_key", "password", "scenario_script", "session_id", "salt", "value", "script_custom_data",
        "verification_code", "file_content",
    ]
    private static let maximumValue = 200

    func add(_ command: String, _ call: MethodCall, address: String) throws {
        try transaction.execute(
            """
            INSERT INTO audit_log (account_id, requested_at, command, arguments, address, key_id)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                call.owner, .integer(call.now.seconds), .text(command), .text(Self.arguments(call.parameters).encoded),
                .text(address), .optional(call.caller.keyID?.rawValue),
            ])
    }

    static func arguments(_ parameters: MethodParameters) -> JSONValue {
        .object(
            parameters.sorted.map { name, value in
                let isHidden = hidden.contains { name.contains($0) }
                return .init(name, .string(isHidden ? "***" : String(value.prefix(maximumValue))))
            })
    }

    /// Deletes entries that are too old.
    func prune(now: UnixTime) throws {
        try transaction.execute(
            "DELETE FROM audit_log WHERE requested_at < ?", [.integer(now.seconds - Self.keptDays * 86_400)])
    }
}

/// GetAuditLog.
enum AuditMethods {
    static let all: [APIMethod] = [.read("GetAuditLog", for: .administrators, getAuditLog)]

    private static func getAuditLog(_ call: MethodCall) throws -> JSONValue {
        let query = try HistoryQuery(call, childrenOnlyField: "children_only")
        var filter = query.ownerFilter(of: "audit_log")
        filter.add("requested_at >= ?", .integer(query.from.seconds))
        filter.add("requested_at <= ?", .integer(query.until.seconds))
        filter.add("id", in: try call.parameters.optionalIDs("audit_log_id")?.map { .integer($0) })
        if case .listed(let commands)? = try call.parameters.optionalSelection("filtered_cmd") {
            filter.add("command", in: commands.map(SQLValue.text))
        }
        if case .listed(let addresses)? = try call.parameters.optionalSelection("filtered_ip") {
            filter.add("address", in: addresses.map(SQLValue.text))
        }
        let rows = try call.transaction.query(
            "SELECT * FROM audit_log WHERE \(filter.sql) ORDER BY requested_at \(query.order), id \(query.order) "
                + "LIMIT ? OFFSET ?",
            filter.arguments + [.integer(query.page.count), .integer(query.page.offset)])
        let items = try rows.map { row in
            JSONValue.members([
                "audit_log_id": .integer(try row.integer("id")), "account_id": .integer(try row.integer("account_id")),
                "requested": .string(query.zone.dateTime(UnixTime(seconds: try row.integer("requested_at")))),
                "ip": .string(try row.text("address")), "cmd_name": .string(try row.text("command")),
                "cmd_args": .string(try row.text("arguments")), "key_id": .optional(try row.optionalText("key_id")),
            ])
        }
        return try query.answer(items, filter: filter, table: "audit_log", call)
    }
}
