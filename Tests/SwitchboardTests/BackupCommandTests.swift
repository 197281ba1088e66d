import Foundation
import Storage
import Testing

@testable import Switchboard

/// `switchboard backup` and `restore` as a shell calls them.
@Suite(.serialized) struct BackupCommandTests {
    private static let migrations = [Migration("first", ["CREATE TABLE note (id AUTO_ID, text TEXT NOT NULL)"])]

    /// A data directory with databases of portal and controller, which are open.
    private static func run(_ body: (_ folder: String, _ databases: [Database]) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "backup-command-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var databases: [Database] = []
        for name in ["portal", "controller"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
            let database = try Database.open(path: "\(folder)/\(name)/\(name).sqlite")
            try await database.migrate(migrations)
            try await add("before", to: database)
            databases.append(database)
        }
        try await body(folder, databases)
    }

    private static func add(_ text: String, to database: Database) async throws {
        try await database.write { try $0.execute("INSERT INTO note (text) VALUES (?)", [.text(text)]) }
    }

    private static func notes(_ path: String) async throws -> [String] {
        let database = try Database.open(path: path)
        defer { try? database.close() }
        return try await database.read { try $0.query("SELECT text FROM note ORDER BY id").map { try $0.text("text") } }
    }

    @Test func aBackupOfRunningSystemsIsPutBackWhenTheyAreStopped() async throws {
        try await Self.run { folder, databases in
            let backup = try CommandTests.run(["backup", "\(folder)/copies", "--json", "--data-directory", folder])
            #expect(backup.status == 0, "\(backup.errors)")
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(backup.output.utf8)) as? [String: Any])
            let copied = try #require(report["databases"] as? [[String: Any]])
            #expect(copied.compactMap { $0["system"] as? String } == ["portal", "controller"])
            #expect(copied.first?["migration"] as? String == "first")
            #expect((report["passed_over"] as? [[String: Any]])?.count == 1)
            #expect((report["warnings"] as? [String])?.first?.contains("secrets.json") == true)
            for database in databases { try await Self.add("after", to: database) }
            let restore = ["restore", "\(folder)/copies", "--data-directory", folder]
            let refused = try CommandTests.run(restore)
            #expect(refused.status == 1 && refused.errors.contains("is in use"), "\(refused.errors)")
            for database in databases { try database.close() }
            #expect(try await Self.notes("\(folder)/portal/portal.sqlite") == ["before", "after"])
            let done = try CommandTests.run(restore)
            #expect(done.status == 0, "\(done.errors)")
            #expect(done.output.contains("portal: put back") && done.output.contains("secrets.json is missing"))
            for name in ["portal", "controller"] {
                #expect(try await Self.notes("\(folder)/\(name)/\(name).sqlite") == ["before"])
            }
        }
    }

    @Test func nothingIsWrittenOverAndNothingIsNoSuccess() async throws {
        try await Self.run { folder, databases in
            let arguments = ["backup", "\(folder)/copies", "--role", "portal", "--data-directory", folder]
            #expect(try CommandTests.run(arguments).status == 0)
            let again = try CommandTests.run(arguments)
            #expect(again.status == 1 && again.errors.contains("exists already"), "\(again.errors)")
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/copies/controller.sqlite"))
            for database in databases { try database.close() }
            let nothing = try CommandTests.run(["restore", "\(folder)/nowhere", "--data-directory", folder])
            #expect(nothing.status == 1 && nothing.errors.contains("nothing to do"), "\(nothing.errors)")
            // Half of a copy: nothing is changed, not even the other system's.
            try Data("half".utf8).write(to: URL(filePath: "\(folder)/copies/controller.sqlite"))
            let broken = try CommandTests.run(["restore", "\(folder)/copies", "--data-directory", folder])
            #expect(broken.status == 1 && broken.errors.contains("controller.sqlite"), "\(broken.errors)")
            #expect(try await Self.notes("\(folder)/portal/portal.sqlite") == ["before"])
            #expect(try CommandTests.run(["backup"]).status == 64)
            #expect(try CommandTests.run(["backup", "x", "--role", "cook"]).status == 64)
        }
    }
}
