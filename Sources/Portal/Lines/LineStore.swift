import Foundation
import Storage

/// Lines in an open transaction.
struct LineStore {
    let transaction: Transaction

    func all() throws -> [Line] { try transaction.query("SELECT * FROM line ORDER BY id").map(line) }

    func find(id: Int64) throws -> Line? {
        try transaction.queryOne("SELECT * FROM line WHERE id = ?", [.integer(id)]).map(line)
    }

    func find(_ searchID: SearchID) throws -> Line? {
        try transaction.queryOne("SELECT * FROM line WHERE search_id = ?", [.text(searchID.rawValue)]).map(line)
    }

    /// The line with one of these names; an unknown or malformed name finds nothing.
    func find(anyOf names: [String?]) throws -> Line? {
        for name in names {
            guard let name, let id = SearchID(rawValue: name), let line = try find(id) else { continue }
            return line
        }
        return nil
    }

    func add(_ searchID: SearchID, _ input: LineInput) throws -> Line {
        let row = try transaction.queryOne(
            "INSERT INTO line (search_id, settings) VALUES (?, ?) RETURNING id",
            [.text(searchID.rawValue), .text(try Self.text(input.settings))])
        guard let row else { throw StorageError(code: .statementFailed, message: "the new line has no id") }
        let id = try row.integer("id")
        try replaceMembers(of: id, input.members ?? [])
        return Line(id: id, searchID: searchID, settings: input.settings, members: input.members ?? [])
    }

    func change(_ line: Line, _ input: LineInput) throws {
        let settings = line.settings.merging(input.settings) { _, new in new }
        try transaction.execute(
            "UPDATE line SET settings = ? WHERE id = ?", [.text(try Self.text(settings)), .integer(line.id)])
        if let members = input.members { try replaceMembers(of: line.id, members) }
    }

    func delete(_ line: Line) throws { try transaction.execute("DELETE FROM line WHERE id = ?", [.integer(line.id)]) }

    func blacklist() throws -> [String] {
        try transaction.query("SELECT number FROM blacklist ORDER BY number").map { try $0.text("number") }
    }

    private func replaceMembers(of line: Int64, _ members: [EmployeeID]) throws {
        try transaction.execute("DELETE FROM line_member WHERE line_id = ?", [.integer(line)])
        for (position, member) in members.enumerated() {
            try transaction.execute(
                "INSERT INTO line_member (line_id, position, employee_id) VALUES (?, ?, ?)",
                [.integer(line), .integer(position), .integer(member.rawValue)])
        }
    }

    private func line(_ row: Row) throws -> Line {
        let id = try row.integer("id")
        guard let searchID = SearchID(rawValue: try row.text("search_id")) else {
            throw StorageError(code: .columnType, message: "the line's name is damaged", column: "search_id")
        }
        let members = try transaction.query(
            "SELECT employee_id FROM line_member WHERE line_id = ? ORDER BY position", [.integer(id)])
        guard case .object(let settings) = try JSONValue(parsing: Data(try row.text("settings").utf8)) else {
            throw StorageError(code: .columnType, message: "the line's settings are damaged", column: "settings")
        }
        return Line(
            id: id, searchID: searchID, settings: settings,
            members: try members.map { EmployeeID(rawValue: try $0.integer("employee_id")) })
    }

    private static func text(_ settings: [String: JSONValue]) throws -> String {
        String(decoding: try JSONValue.object(settings).encoded(), as: UTF8.self)
    }
}
