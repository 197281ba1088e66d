import Foundation
import Storage
import TestPostgres
import Testing

@testable import Controller

@Suite(.enabled(if: !TestDatabases.areOnPostgres, "servers have tools of their own"))
struct BackupTests {
    @Test("The backup of a running controller has everything: accounts, passwords, settings, history, messages")
    func running() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "backup-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (copy, restored) = (DatabaseFile(path: folder + "/copy"), DatabaseFile(path: folder + "/controller.sqlite"))
        var setting = World.Setting()
        let told = Collected()
        try await World.run(setting) { world async throws in
            told.add(try await world.command("GetUser", ["USER_ID": 67]).text)
            #expect(try await world.invite().status == 200)
            #expect(try await world.history().status == 200)
            let portal = world.portal
            try await within(.seconds(120), "report at the portal") {
                await portal.events.wait { portal.told("AddCallHistory").count == 1 }
            }
            let file = DatabaseFile(path: world.databasePath)
            try file.backUp(to: copy.path)
            #expect(FileManager.default.fileExists(atPath: copy.path + "-wal") == false)
            // What comes later is not in it.
            #expect(try await world.invite(id: "later").status == 200)
            let error = #expect(throws: StorageError.self) { try file.restore(from: copy) }
            #expect(error?.code == .busy)
            #expect(try await world.admin("/admin/calls/later").status == 200)
        }
        try restored.restore(from: copy)
        setting.databasePath = restored.path
        try await World.run(setting) { world async throws in
            #expect(try await world.command("GetUser", ["USER_ID": 67]).text == told.all.first)
            #expect(try await world.config().status == 200)
            #expect(try await world.admin("/admin/calls/\(World.callID)").json?["state"] == "closed")
            #expect(try await world.admin("/admin/calls/later").status == 404)
            #expect(world.platform.count("AddAccount") == 1)
        }
    }

    @Test("A damaged copy, one of something else, and none at all are refused, and the database stays")
    func damaged() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "backup-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = DatabaseFile(path: folder + "/controller.sqlite")
        let database = try Database.open(path: file.path)
        try await database.migrate(Schema.migrations)
        try database.close()
        let before = try file.check()
        try Data("SQLite format 3\u{0} and then nonsense".utf8).write(to: URL(filePath: folder + "/nonsense"))
        let foreign = try Database.open(path: folder + "/foreign")
        try await foreign.write { try $0.execute("CREATE TABLE other (id BIGINT)") }
        try foreign.close()
        for name in ["nonsense", "foreign", "missing"] {
            let error = #expect(throws: StorageError.self, "\(name)") {
                try file.restore(from: DatabaseFile(path: "\(folder)/\(name)"))
            }
            #expect(error?.code == .cannotOpen, "\(name)")
        }
        #expect(try file.check() == before)
        #expect(throws: StorageError.self) { try file.backUp(to: folder + "/foreign") }
    }
}
