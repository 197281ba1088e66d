import Foundation
import Storage

/// Live calls and their history in an open transaction.
struct CallStore {
    let transaction: Transaction

    func find(_ id: CallID) throws -> Call? {
        try transaction.queryOne("SELECT * FROM call WHERE call_id = ?", [.text(id.rawValue)]).map(Self.call)
    }

    /// Adds the call, or changes everything but its first moment.
    func put(_ call: Call) throws {
        try transaction.execute(
            """
            INSERT INTO call (call_id, line, caller, status, employee_id, type_connect, card, created_at, step)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (call_id) DO UPDATE SET line = excluded.line, caller = excluded.caller,
                status = excluded.status, employee_id = excluded.employee_id, type_connect = excluded.type_connect,
                card = excluded.card, step = excluded.step
            """,
            [
                .text(call.id.rawValue), .text(call.line), .text(call.caller), .text(call.status.rawValue),
                .optional(call.employee?.rawValue), .text(call.typeConnect),
                .text(String(decoding: try call.card.encoded(), as: UTF8.self)), .integer(call.createdAt),
                .integer(call.step),
            ])
    }

    /// Whether the call has ended, also one of which nothing but its history has come.
    func isOver(_ id: CallID) throws -> Bool {
        if try find(id)?.status == .finished { return true }
        return try transaction.queryOne("SELECT id FROM call_history WHERE call_id = ?", [.text(id.rawValue)]) != nil
    }

    func invite(_ employee: EmployeeID, to call: CallID) throws {
        try transaction.execute(
            "INSERT INTO call_invite (call_id, employee_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [.text(call.rawValue), .integer(employee.rawValue)])
    }

    /// Everybody for whom the call has rung.
    func invited(to call: CallID) throws -> [EmployeeID] {
        try transaction.query(
            "SELECT employee_id FROM call_invite WHERE call_id = ? ORDER BY employee_id", [.text(call.rawValue)]
        ).map { EmployeeID(rawValue: try $0.integer("employee_id")) }
    }

    /// Calls that ring for the employee now.
    func waiting(for employee: EmployeeID) throws -> [Call] {
        try transaction.query(
            "SELECT * FROM call WHERE status = 'waiting' AND employee_id = ? ORDER BY created_at",
            [.integer(employee.rawValue)]
        ).map(Self.call)
    }

    /// Writes the history row; false when the call has one that is as late.
    func record(_ record: CallRecord, now: Int64) throws -> Bool {
        try transaction.execute(
            """
            INSERT INTO call_history (call_id, line, caller, employee_id, is_success, failure_code, duration,
                has_recording, received_at, fields, revision)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (call_id) DO UPDATE SET line = excluded.line, caller = excluded.caller,
                employee_id = excluded.employee_id, is_success = excluded.is_success,
                failure_code = excluded.failure_code, duration = excluded.duration,
                has_recording = excluded.has_recording, fields = excluded.fields, revision = excluded.revision
            WHERE excluded.revision > call_history.revision
            """,
            [
                .text(record.id.rawValue), .text(record.line), .text(record.caller),
                .optional(record.employee?.rawValue), .flag(record.isSuccess), .optional(record.failureCode),
                .integer(record.duration), .flag(record.hasRecording), .integer(now),
                .text(record.fields), .integer(record.revision),
            ]) == 1
    }

    /// History rows, the newest first, those before row `before`.
    func history(before: Int64?, limit: Int) throws -> [JSONValue] {
        try transaction.query(
            "SELECT * FROM call_history WHERE id < ? ORDER BY id DESC LIMIT ?",
            [.integer(before ?? .max), .integer(limit)]
        ).map { row in
            [
                "id": .integer(try row.integer("id")), "call_id": .text(try row.text("call_id")),
                "line": .text(try row.text("line")), "caller": .text(try row.text("caller")),
                "employee_id": .optional(try row.optionalInteger("employee_id")),
                "success": .flag(try row.flag("is_success")),
                "failure_code": .optional(try row.optionalText("failure_code")),
                "duration": .integer(try row.integer("duration")),
                "has_recording": .flag(try row.flag("has_recording")),
                "received_at": .integer(try row.integer("received_at")),
            ]
        }
    }

    /// Whether the history has the call, and with a recording.
    func hasRecording(_ id: CallID) throws -> Bool {
        try transaction.queryOne("SELECT has_recording FROM call_history WHERE call_id = ?", [.text(id.rawValue)])?
            .flag("has_recording") ?? false
    }

    private static func call(_ row: Row) throws -> Call {
        guard let id = CallID(rawValue: try row.text("call_id")) else {
            throw StorageError(code: .columnType, message: "the call's name is damaged", column: "call_id")
        }
        return Call(
            id: id, line: try row.text("line"), caller: try row.text("caller"),
            status: Call.Status(rawValue: try row.text("status")) ?? .finished,
            employee: try row.optionalInteger("employee_id").map(EmployeeID.init),
            typeConnect: try row.text("type_connect"),
            card: try JSONValue(parsing: Data(try row.text("card").utf8)), createdAt: try row.integer("created_at"),
            step: try row.integer("step"))
    }
}
