import Foundation
import Storage
import TestPostgres
import Testing

@testable import Controller

/// Every statement in the controller's source, asked how it finds its rows.
@Suite struct StatementTests {
    @Test(
        "No statement of the controller goes through a whole table",
        .enabled(if: !TestDatabases.areOnPostgres, "the plans are SQLite's"))
    func plans() async throws {
        let statements = try Self.statements()
        try #require(statements.count > 30)
        try await HistoryArchive.run { archive in
            for statement in statements {
                let arguments = Array(repeating: SQLValue.null, count: statement.text.count { $0 == "?" })
                let plan = try await archive.database.write { transaction in
                    try transaction.query("EXPLAIN QUERY PLAN " + statement.text, arguments).map {
                        try $0.text("detail")
                    }
                }
                for step in plan where step.hasPrefix("SCAN") {
                    // In the order of an index and not to its end.
                    let isShort = step.contains("INDEX") && statement.text.contains("LIMIT")
                    #expect(isShort, "\(statement.file): \(statement.text): \(step)")
                }
            }
        }
    }

    /// Texts that begin like a statement about rows; those that are put together have tests of their own.
    static func statements() throws -> [(file: String, text: String)] {
        let root = URL(filePath: #filePath).pathComponents.dropLast(3).joined(separator: "/").dropFirst()
        let folder = "\(root)/Sources/Controller"
        let files = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
            .filter { $0.hasSuffix(".swift") && !$0.hasSuffix("Schema.swift") }
        return try files.flatMap { file in
            let source = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            let long = source.matches(of: /"""\s*((?:SELECT|UPDATE|DELETE)\b[^"]*?)\s*"""/).map { $0.output.1 }
            let short = source.matches(of: /[^"]"((?:SELECT|UPDATE|DELETE) [^"]*)"[^"]/).map { $0.output.1 }
            return (long + short).filter { !$0.contains("\\(") }.map { (file, String($0)) }
        }
    }
}
