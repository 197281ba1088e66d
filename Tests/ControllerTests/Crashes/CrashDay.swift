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

    /// For one life of the controller, on a machine with much else to do.
    private static let limit = Duration.seconds(120)

    static func live(_ plan: DayPlan, crashAt step: Crash.Step?) async throws -> CrashDay {
        let folder = FileManager.default.temporaryDirectory.appending(path: "day-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var setting = setting(folder, plan)
        try await prepare(plan, setting)
        let (crash, progress, first) = (Crash(at: step), Progress(), setting)
        let whole = try await within(limit, "end of the day of crash \(step?.description ?? "")") {
            try await part(plan, first, crash, progress)
        }
        if let aftermath = whole {
            return CrashDay(aftermath: aftermath, steps: crash.steps, sites: crash.sites, crashes: 0)
        }
        setting.portal.state.withLock { $0.mayPass = { _ in true } }
        let afterwards = Crash(at: nil)
        setting.log = RecordedLog()
        let second = setting
        let rest = try await within(limit, "end of the day after crash \(step?.description ?? "")") {
            try await part(plan, second, afterwards, progress)
        }
        let aftermath = try #require(rest)
        return CrashDay(aftermath: aftermath, steps: crash.steps, sites: crash.sites, crashes: 1)
    }

    /// How many errands are done.
    final class Progress: Sendable {
        let done = Mutex(0)
    }

    private static func setting(_ folder: String, _ plan: DayPlan) -> World.Setting {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        setting.limits.retention = plan.retention
        setting.now = { plan.time.now }
        setting.databasePath = folder + "/controller.sqlite"
        return setting
    }

    private static func prepare(_ plan: DayPlan, _ setting: World.Setting) async throws {
        let database = try await Database.open(TestDatabases.location(try #require(setting.databasePath)))
        defer { try? database.close() }
        try await database.migrate(Schema.migrations)
        try await plan.prepare(database)
    }

    /// The errands that are still to be done, then the work that goes on by itself; nil after a crash.
    private static func part(
        _ plan: DayPlan, _ setting: World.Setting, _ crash: Crash, _ progress: Progress
    ) async throws -> Aftermath? {
        var setting = setting
        setting.witness = crash
        setting.platform.state.withLock { $0.mayPass = { crash.pass($0) } }
        setting.portal.state.withLock { $0.mayPass = { crash.pass($0) } }
        let found = Mutex<Aftermath?>(nil)
        do {
            try await World.run(setting) { world async throws in
                while let errand = progress.done.withLock({
                    plan.errands.indices.contains($0) ? plan.errands[$0] : nil
                }) {
                    let answer = try await crash.meanwhile { try await errand.ask(world) }
                    try #require(errand.isDone(answer), "\(errand.name): \(answer.status) \(answer.text)")
                    progress.done.withLock { $0 += 1 }
                }
                let database = try await Database.open(TestDatabases.location(world.databasePath))
                defer { try? database.close() }
                try await rest(plan, database, crash)
                let aftermath = try await Aftermath(world, database)
                found.withLock { $0 = aftermath }
            }
        } catch  where crash.isOver {
            return nil
        }
        return crash.isOver ? nil : found.withLock { $0 }
    }

    /// Until everything is done that goes on by itself.
    private static func rest(_ plan: DayPlan, _ database: Database, _ crash: Crash) async throws {
        while !crash.isOver {
            let steps = crash.steps.count
            if try await plan.isSettled(database) { return }
            await crash.events.wait { crash.steps.count > steps || crash.isOver }
        }
        throw Crash.Over()
    }
}
