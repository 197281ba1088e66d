import Digests
import Foundation
import Storage

/// A portal's whole content as a text, so that another installation of the portal goes on with it.
///
/// One JSON object a line (NDJSON): a head, a line for each row, and an end with the number of rows, without which the copy
/// is not whole. Telephone credentials stand in it open, because their next place seals them with another key; passwords of
/// employees are digests as in the database. Licence keys, sessions and used nonces stay where they are.
public enum PortalCopy {
    static let format = "switchboard-portal"
    static let version: Int64 = 1
    /// In an order in which rows find what they refer to.
    static let tables =
        [
            "company", "blacklist", "employee", "phone_credentials", "line", "line_member",
        ] + CardKind.allCases.map(\.table) + [
            "card_phone", "call", "call_invite", "call_history", "balance_warning", "number_news", "payment_news",
            "support_request",
            "support_look", "key_change", "outbox",
        ]

    /// The copy's text; of one moment, also while the portal runs.
    ///
    /// - Throws: `StorageError`; ``InputError`` for a portal without a company.
    public static func write(_ configuration: PortalConfiguration) async throws -> Data {
        try await open(configuration) { database, seal in
            try await database.read { transaction in
                guard try transaction.queryOne("SELECT id FROM company") != nil else {
                    throw InputError(path: "portal", expected: "one that has a company", found: "an empty one")
                }
                var lines = [
                    JSONValue.object([
                        "format": .text(format), "version": .integer(version),
                        "portal": .text(configuration.portalID),
                    ])
                ]
                for table in tables {
                    for row in try transaction.query("SELECT * FROM \(table)") {
                        lines.append(["table": .text(table), "row": try fields(of: row, table, seal)])
                    }
                }
                lines.append(["rows": .integer(Int64(lines.count - 1))])
                return Data(try lines.map { try $0.encoded() }.joined(separator: Data("\n".utf8))) + Data("\n".utf8)
            }
        }
    }

    /// Fills an empty portal from a copy, all or nothing, and has it tell the controller where its lines' sounds are now.
    ///
    /// - Returns: How many rows there were.
    /// - Throws: ``InputError`` that says what is wrong with the copy, or that the portal is not empty; `StorageError`.
    public static func read(_ copy: Data, into configuration: PortalConfiguration) async throws -> Int {
        let lines = copy.split(separator: UInt8(ascii: "\n"))
        let rows = try rows(lines, of: configuration.portalID)
        return try await open(configuration) { database, seal in
            try await database.write { transaction in
                guard try transaction.queryOne("SELECT id FROM company") == nil else {
                    throw InputError(path: "portal", expected: "an empty one", found: "one that has a company")
                }
                for row in rows { try insert(row, seal, transaction) }
                try LineDesk.changed(try LineStore(transaction: transaction).all(), in: transaction)
                return rows.count
            }
        }
    }

    // MARK: Rows

    private struct CopiedRow: Sendable {
        var table: String
        var fields: [(name: String, value: SQLValue)]
    }

    private static let credentials = "phone_credentials"

    private static func fields(of row: Row, _ table: String, _ seal: SecretSeal) throws -> JSONValue {
        var fields: [String: JSONValue] = [:]
        for name in row.columns {
            switch try row.value(name) {
            case .null: fields[name] = .null
            case .integer(let integer): fields[name] = .integer(integer)
            case .text(let text): fields[name] = .text(text)
            case .real, .bytes:
                throw InputError(path: "\(table).\(name)", expected: "a text or integer", found: "another")
            }
        }
        if table == credentials, case .text(let answer)? = fields["answer"], SecretSeal.isSealed(answer) {
            let employee = EmployeeID(rawValue: try row.integer("employee_id"))
            fields["answer"] = .text(try seal.open(answer, for: CredentialDesk.place(employee)))
        }
        return .object(fields)
    }

    private static func rows(_ lines: [Data], of portal: String) throws -> [CopiedRow] {
        let whole = "a whole copy of the portal \(portal), as 'switchboard portal export' makes it"
        guard lines.count >= 2, let first = lines.first, let last = lines.last else {
            throw InputError(path: "", expected: whole, found: "another text")
        }
        let head = try InputReader(JSONValue(parsing: first), path: "line 1")
        guard try head.text("format", 1...64) == format, try head.integer("version", 1...1000) == version else {
            throw InputError(path: "line 1", expected: whole, found: "another format or version")
        }
        guard try head.text("portal", 1...64) == portal else {
            throw InputError(path: "line 1.portal", expected: portal, found: "another portal; set portal.id to it")
        }
        let end = try InputReader(JSONValue(parsing: last), path: "the last line")
        guard try end.optionalInteger("rows", 0...Int64.max) == Int64(lines.count - 2) else {
            throw InputError(path: "the last line", expected: whole, found: "a copy that is not whole")
        }
        return try lines.dropFirst().dropLast().enumerated().map { index, line in
            try row(InputReader(JSONValue(parsing: line), path: "line \(index + 2)"))
        }
    }

    private static func row(_ input: InputReader) throws(InputError) -> CopiedRow {
        let table = try input.text("table", 1...64)
        guard tables.contains(table) else {
            throw input.wrong("table", "one of \(tables.joined(separator: ", "))", "another name")
        }
        guard case .object(let object)? = input["row"], !object.isEmpty else {
            throw input.wrong("row", "an object with the row's columns", "something else")
        }
        var fields: [(name: String, value: SQLValue)] = []
        for (name, value) in object.sorted(by: { $0.key < $1.key }) {
            // Names stand in the statement's text.
            guard name.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 })
            else {
                throw input.wrong("row", "names of columns", "another text")
            }
            switch value {
            case .null: fields.append((name, .null))
            case .integer(let integer): fields.append((name, .integer(integer)))
            case .text(let text): fields.append((name, .text(text)))
            default: throw input.wrong("row.\(name)", "a text, an integer or null", value.typeName)
            }
        }
        return CopiedRow(table: table, fields: fields)
    }

    private static func insert(_ row: CopiedRow, _ seal: SecretSeal, _ transaction: Transaction) throws {
        var fields = row.fields
        if row.table == credentials, let employee = fields.first(where: { $0.name == "employee_id" }),
            case .integer(let id) = employee.value, let index = fields.firstIndex(where: { $0.name == "answer" }),
            case .text(let answer) = fields[index].value
        {
            fields[index].value = .text(seal.seal(answer, for: CredentialDesk.place(EmployeeID(rawValue: id))))
        }
        let names = fields.map(\.name).joined(separator: ", ")
        let marks = fields.map { _ in "?" }.joined(separator: ", ")
        try transaction.execute("INSERT INTO \(row.table) (\(names)) VALUES (\(marks))", fields.map(\.value))
    }

    private static func open<Result>(
        _ configuration: PortalConfiguration, _ work: (Database, SecretSeal) async throws -> Result
    ) async throws -> Result {
        let seal = try Portal.seal(configuration)
        let database = try await Database.open(configuration.database)
        do {
            try await database.migrate(Schema.migrations)
            let result = try await work(database, seal)
            try database.close()
            return result
        } catch {
            try? database.close()
            throw error
        }
    }
}
