import Foundation
import Storage
import Synchronization
import TestPostgres
import Testing

@testable import Controller

/// All errands of a day with a controller that may end once on the way and is started again.
struct CrashDay {
    var aftermath: Aftermath
    var steps: [Crash.Step]
    var sites: Set<WriteSite>
    var crashes: Int

    static func live(crashAt step: Crash.Step?) async throws -> CrashDay {
        let folder = FileManager.default.temporaryDirectory.appending(path: "day-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var setting = setting(folder)
        let crash = Crash(at: step)
        let progress = Progress()
        if let aftermath = try await part(setting, crash, progress) {
            return CrashDay(aftermath: aftermath, steps: crash.steps, sites: crash.sites, crashes: 0)
        }
        setting.portal.state.withLock { $0.mayPass = { _ in true } }
        let afterwards = Crash(at: nil)
        setting.log = RecordedLog()
        let aftermath = try #require(try await part(setting, afterwards, progress))
        return CrashDay(aftermath: aftermath, steps: crash.steps, sites: crash.sites, crashes: 1)
    }

    /// How many errands are done.
    final class Progress: Sendable {
        let done = Mutex(0)
    }

    private static func setting(_ folder: String) -> World.Setting {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        setting.databasePath = folder + "/controller.sqlite"
        return setting
    }

    /// The errands that are still to be done, then the work that goes on by itself; nil after a crash.
    private static func part(_ setting: World.Setting, _ crash: Crash, _ progress: Progress) async throws -> Aftermath?
    {
        var setting = setting
        setting.witness = crash
        setting.platform.state.withLock { $0.mayPass = { crash.pass($0) } }
        setting.portal.state.withLock { $0.mayPass = { crash.pass($0) } }
        let found = Mutex<Aftermath?>(nil)
        do {
            try await World.run(setting) { world async throws in
                while let errand = progress.done.withLock({ Errand.day.indices.contains($0) ? Errand.day[$0] : nil }) {
                    let answer = try await errand.ask(world)
                    guard !crash.isOver else { throw Crash.Over() }
                    try #require(errand.isDone(answer), "\(errand.name): \(answer.status) \(answer.text)")
                    progress.done.withLock { $0 += 1 }
                }
                let database = try await Database.open(TestDatabases.location(world.databasePath))
                defer { try? database.close() }
                try await rest(world, database, crash)
                let aftermath = try await Aftermath(world, database)
                found.withLock { $0 = aftermath }
            }
        } catch  where crash.isOver {
            return nil
        }
        return crash.isOver ? nil : found.withLock { $0 }
    }

    /// Until every call is told, priced and noted as delivered, and the platform has every device as it is to be.
    private static func rest(_ world: World, _ database: Database, _ crash: Crash) async throws {
        while !crash.isOver {
            let steps = crash.steps.count
            let list = try await world.admin("/admin/calls").json
            let calls = list?["calls"]?.elements ?? []
            let priced = try await database.read {
                try $0.queryOne("SELECT COUNT(*) AS number FROM call_history WHERE cost_final IS NOT NULL")
            }
            let isPriced = try priced?.integer("number") == 3 && calls.allSatisfy { $0["state"] == "closed" }
            let orders = try await world.admin("/admin/payments/demo").json?["result"]?.elements ?? []
            let isPaid = orders.allSatisfy { $0["STATE"] == "CREDITED" }
            // A portal that the operator has added is nowhere.
            let isTold = list?["outbox"]?.names.allSatisfy { $0 == "third" } == true
            let unready = try await database.read {
                try $0.queryOne("SELECT COUNT(*) AS users FROM platform_user WHERE is_ready = 0")?.integer("users")
            }
            let spent = try await database.read {
                try $0.queryOne("SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS spent FROM balance_spending")?
                    .integer("spent")
            }
            let isSpent = (spent ?? 0) >= Int64(Errand.movements) * 1_000_000
            if calls.count == 2, isPriced, isPaid, unready == 0, isTold, isSpent { return }
            await crash.events.wait { crash.steps.count > steps || crash.isOver }
        }
        throw Crash.Over()
    }
}
