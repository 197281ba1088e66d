import AsyncHTTPClient
import Foundation
import Storage
import TestPostgres

@testable import Controller

/// Voice platform and controller as processes of their own, for portals that only the licence server knows.
struct StormOfProcesses {
    let platform: ServerProcess
    let controller: ServerProcess
    let licences: LicenceProcess
    /// Requests to the controller.
    let world: World
    /// The controller's own, and the platform's.
    let databases: (controller: Database, platform: Database)

    /// Starts everything, runs `test`, ends everything.
    static func run(_ test: (StormOfProcesses) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "storm-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let licences = try await LicenceProcess(portal: "http://127.0.0.1:1")
        var configuration = HTTPClient.Configuration()
        // Each portal has a connection of its own.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 20_000
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<Void, any Error>
        do {
            result = .success(try await start(folder, licences, client, test))
        } catch {
            result = .failure(error)
        }
        await licences.end()
        try await client.shutdown()
        try result.get()
    }

    private static func start(
        _ folder: String, _ licences: LicenceProcess, _ client: HTTPClient,
        _ test: (StormOfProcesses) async throws -> Void
    ) async throws {
        let database =
            TestDatabases.areOnPostgres ? try await TestPostgres.schemaAddress() : "\(folder)/controller.sqlite"
        let platform = try ServerProcess.voicePlatform("\(folder)/platform")
        defer { platform.kill() }
        let platformBase = try await platform.address()
        let controller = try ServerProcess.controller(
            "\(folder)/controller", database: database, platform: platformBase, portal: "http://127.0.0.1:1",
            licences: licences.address)
        defer { controller.kill() }
        var world = World(
            platform: FakePlatform(), portal: FakePortal(licenceKey: World.licence),
            base: try await controller.address(), platformBase: platformBase, log: RecordedLog(),
            databasePath: folder,
            configuration: World.configuration(
                World.Setting(), try DatabaseLocation(parsing: database), folder, platformBase: platformBase,
                portalPort: 1))
        world.client = client
        let own = try await Database.open(DatabaseLocation(parsing: database))
        defer { try? own.close() }
        let others = try Database.open(path: "\(folder)/platform/voice/platform.sqlite")
        defer { try? others.close() }
        try await test(
            StormOfProcesses(
                platform: platform, controller: controller, licences: licences, world: world,
                databases: (own, others)))
    }
}
