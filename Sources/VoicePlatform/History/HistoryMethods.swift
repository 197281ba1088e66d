import Billing
import CallControl
import Foundation
import Storage

/// GetCallHistory, DeleteRecord.
enum HistoryMethods {
    static let all: [APIMethod] = [
        .read("GetCallHistory", for: .observers, getCallHistory),
        .write("DeleteRecord", for: .developers, deleteRecord),
    ]

    private static func getCallHistory(_ call: MethodCall) throws -> JSONValue {
        let query = try HistoryQuery(call, childrenOnlyField: "children_calls_only")
        let filter = try filter(query, call)
        let rows = try call.transaction.query(
            "SELECT * FROM call_session WHERE \(filter.sql) ORDER BY start_ms \(query.order), id \(query.order) "
                + "LIMIT ? OFFSET ?",
            filter.arguments + [.integer(query.page.count), .integer(query.page.offset)])
        let withCalls = try call.parameters.flag("with_calls")
        let withRecords = try call.parameters.flag("with_records")
        let reader = HistoryReader(call: call, zone: query.zone)
        let items = try rows.map { row in
            let id = SessionID(rawValue: try row.integer("id"))
            return try reader.session(
                row, calls: withCalls ? try reader.calls(of: id, in: row) : nil,
                records: withRecords ? try reader.records(of: id, in: row) : nil)
        }
        return try query.answer(items, filter: filter, table: "call_session", call)
    }

    static func filter(_ query: HistoryQuery, _ call: MethodCall) throws -> QueryFilter {
        let parameters = call.parameters
        var filter = query.ownerFilter(of: "call_session", inOrder: true)
        filter.add("start_ms >= ?", .integer(query.from.milliseconds))
        filter.add("start_ms < ?", .integer(query.until.milliseconds + 1000))
        filter.add("id", in: try parameters.optionalIDs("call_session_history_id")?.map { .integer($0) })
        if let application = try call.optionalApplication() {
            filter.add("application_id = ?", .integer(application.id.rawValue))
        }
        filter.add("user_id", in: try parameters.optionalIDs("user_id")?.map { .integer($0) })
        filter.add("rule_name = ?", optional: try parameters.optionalText("rule_name").map(SQLValue.text))
        let customData = try parameters.optionalText("call_session_history_custom_data", maximumLength: 4096)
        filter.add("custom_data = ?", optional: customData.map(SQLValue.text))
        if let listed = try numberList(parameters, "remote_number_list") {
            add(listed, column: "remote_number", to: &filter)
        }
        for (field, column) in [("remote_number", "remote_number"), ("local_number", "local_number")] {
            guard case .listed(let numbers)? = try parameters.optionalSelection(field) else { continue }
            add(numbers, column: column, to: &filter)
        }
        return filter
    }

    private static func add(_ numbers: [String], column: String, to filter: inout QueryFilter) {
        let places = Array(repeating: "?", count: numbers.count).joined(separator: ", ")
        filter.add(
            "EXISTS (SELECT 1 FROM call_leg l WHERE l.session_id = call_session.id AND l.\(column) IN (\(places)))",
            arguments: numbers.map(SQLValue.text))
    }

    /// A JSON array of numbers; nil when it is missing.
    private static func numberList(_ parameters: MethodParameters, _ name: String) throws -> [String]? {
        guard let text = try parameters.optionalText(name, maximumLength: 65_536) else { return nil }
        guard let numbers = try? JSONDecoder().decode([String].self, from: Data(text.utf8)),
            (1...1000).contains(numbers.count)
        else { throw APIError.invalid(name, "is no JSON array of 1 to 1000 texts") }
        return numbers
    }

    private static func deleteRecord(_ call: MethodCall) throws -> MethodResult {
        var filter = QueryFilter("s.account_id = ?", call.owner)
        let wanted = try call.parameters.either("record_id", "record_url")
        guard case .listed(let items) = wanted.value, items.count == 1 else {
            throw APIError.invalid(wanted.name, "must name one record")
        }
        if wanted.name == "record_id" {
            filter.add("r.id = ?", .integer(Int64(items[0]) ?? -1))
        } else {
            let path = items[0].split(separator: "?").first ?? ""
            filter.add("r.name = ?", .text(String(path.split(separator: "/").last ?? "")))
        }
        let row = try call.transaction.queryOne(
            "SELECT r.id, r.name, r.file_size FROM call_record r JOIN call_session s ON s.id = r.session_id "
                + "WHERE r.deleted = 0 AND \(filter.sql)", filter.arguments)
        guard let row else { throw APIError.invalid(wanted.name, "names no record") }
        try call.transaction.execute(
            "UPDATE call_record SET deleted = 1 WHERE id = ?", [.integer(try row.integer("id"))])
        let bytes = try row.optionalInteger("file_size") ?? 0
        try AccountStorage.note(-bytes, of: call.account.id, in: call.transaction)
        return .done(effects: [.recordDeleted(name: try row.text("name"), of: call.account.id, bytes: bytes)])
    }
}

/// Turns history rows into the documents of the API.
struct HistoryReader {
    let call: MethodCall
    let zone: DateText

    /// The addresses of files that anybody may open who has them, and those that carry their proof.
    private struct FileURLs {
        let usual: PublicURLs
        let secure: PublicURLs

        func record(_ name: String, isSecure: Bool) -> String { (isSecure ? secure : usual).record(name) }
    }

    /// The addresses of the session's log and recordings, signed when they need proof.
    private func urls(_ row: Row) throws -> FileURLs {
        let urls = PublicURLs(call.configuration)
        let application = try call.transaction.queryOne(
            "SELECT secure_record_storage FROM application WHERE id = ?", [.integer(try row.integer("application_id"))])
        let signed = urls.signed(
            for: AccountID(rawValue: try row.integer("account_id")), by: call.configuration.urlSigning,
            until: UnixTime(seconds: call.now.seconds + call.configuration.limits.signedURLSeconds))
        let isSecure = try application?.flag("secure_record_storage") ?? true
        return FileURLs(usual: isSecure ? signed : urls, secure: signed)
    }

    func session(_ row: Row, calls: [JSONValue]?, records: [JSONValue]?) throws -> JSONValue {
        let urls = try urls(row)
        return .members([
            "call_session_history_id": .integer(try row.integer("id")),
            "account_id": .integer(try row.integer("account_id")),
            "application_id": .integer(try row.integer("application_id")),
            "application_name": .string(try row.text("application_name")),
            "user_id": .optional(try row.optionalInteger("user_id")), "rule_name": .string(try row.text("rule_name")),
            "start_date": .string(zone.dateTime(UnixTime(milliseconds: try row.integer("start_ms")))),
            "duration": .optional(try row.optionalInteger("duration_ms").map { $0 / 1000 }),
            "initiator_address": .string(try row.text("initiator_address")),
            "media_server_address": .string(try row.text("media_server_address")),
            "log_file_url": try row.flag("log_deleted") ? nil : .string(urls.secure.log(try row.text("log_name"))),
            "finish_reason": .optional(try row.optionalText("finish_reason")),
            "custom_data": .optional(try row.optionalText("custom_data")),
            "audio_quality": .string(try row.flag("is_wideband") ? "HD" : "Standard"),
            "calls": calls.map(JSONValue.array), "records": records.map(JSONValue.array),
            "other_resource_usage": try call.parameters.flag("with_other_resources") ? .array([]) : nil,
        ])
    }

    /// - Parameter row: The session's.
    func calls(of session: SessionID, in row: Row) throws -> [JSONValue] {
        let rows = try call.transaction.query(
            """
            SELECT l.*, s.media_server_address, s.account_id, r.name AS record_name, r.secure AS record_secure
            FROM call_leg l JOIN call_session s ON s.id = l.session_id
            LEFT JOIN call_record r ON r.id = (SELECT MAX(newest.id) FROM call_record newest
                WHERE newest.session_id = l.session_id AND newest.call_id = l.call_id AND newest.deleted = 0)
            WHERE l.session_id = ? ORDER BY l.id
            """, [.integer(session.rawValue)])
        let urls = try urls(row)
        return try rows.map { row in
            let cost = Money(millionths: try row.integer("cost"), call.account.currency)
            return .members([
                "call_id": .string(try row.text("call_id")),
                "start_time": .string(zone.dateTime(UnixTime(milliseconds: try row.integer("start_ms")))),
                "duration": .optional(try row.optionalInteger("duration_s")),
                "local_number": .string(try row.text("local_number")),
                "remote_number": .string(try row.text("remote_number")),
                "remote_number_type": .string(try row.text("remote_number_type")),
                "incoming": .bool(try row.flag("incoming")), "successful": .bool(try row.flag("successful")),
                "transaction_id": .optional(try row.optionalInteger("transaction_id")),
                "cost": .decimal(cost.decimalText),
                "record_url": .optional(
                    try row.optionalText("record_name").map { name in
                        urls.record(name, isSecure: try row.flag("record_secure"))
                    }),
                "custom_data": .optional(try row.optionalText("custom_data")),
                "diversion_number": .optional(try row.optionalText("diversion_number")),
                "end_reason": .optional(try row.optionalText("end_reason")),
                "media_server_address": .string(try row.text("media_server_address")),
                "direction": .string(try row.text("direction")),
            ])
        }
    }

    /// - Parameter row: The session's.
    func records(of session: SessionID, in row: Row) throws -> [JSONValue] {
        let rows = try call.transaction.query(
            "SELECT * FROM call_record WHERE session_id = ? AND deleted = 0 ORDER BY id",
            [.integer(session.rawValue)])
        let urls = try urls(row)
        return try rows.map { row in
            .members([
                "record_id": .integer(try row.integer("id")),
                "record_name": .string(try row.optionalText("title") ?? row.text("name")),
                "start_time": .string(zone.dateTime(UnixTime(milliseconds: try row.integer("start_ms")))),
                "duration": .optional(try row.optionalInteger("duration_s")), "cost": .decimal("0.00"),
                "record_url": .string(urls.record(try row.text("name"), isSecure: try row.flag("secure"))),
                "file_size": .optional(try row.optionalInteger("file_size")),
            ])
        }
    }
}
