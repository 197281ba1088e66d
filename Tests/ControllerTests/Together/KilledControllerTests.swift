import AsyncHTTPClient
import Foundation
import Logging
import ServiceLifecycle
import Storage
import Synchronization
import TestPostgres
import Testing

@testable import Controller

/// Two controllers of one database under load, as processes, of which one is killed.
@Suite(.enabled(if: TestDatabases.areOnPostgres, "a file of SQLite has one controller"))
struct KilledControllerTests {
    private static let companies = 8
    private static let callsEach = 12

    @Test("Of two controllers one is killed: each request is served or may come again, nothing is lost or twice")
    func killed() async throws {
        try await within(.seconds(300), "end of the test") {
            try await Self.stage { stage in
                let first = try stage.controller("first")
                defer { first.kill() }
                let one = try await stage.world(first)
                let second = try stage.controller("second")
                defer { second.kill() }
                let two = try await stage.world(second)
                // The one that delivers and reconciles for both is the one that dies.
                #expect(first.log.contains("on duty") && !second.log.contains("on duty"))
                let load = try await Self.load(stage, [one, two])
                async let answers = load.run()
                await load.tally.wait(forAnswers: load.requests * 2 / 5)
                first.kill()
                let told = try await answers
                #expect(load.tally.broken > 0)
                try await Self.settle(stage, load)
                try await Self.count(stage, load)
                try await Self.compare(told, load, two)
                #expect(second.log.contains("on duty"))
            }
        }
    }

    /// Portals that the controllers learn of from the operator.
    private static func load(_ stage: Stage, _ controllers: [World]) async throws -> Load {
        let world = controllers[0]
        var companies: [Load.Company] = []
        for number in 0..<Self.companies {
            let portal = "company\(number)"
            let body = #"{"portal":"\#(portal)","address":"\#(stage.portalBase)","currency":"RUB","region":"RU"}"#
            let answer = try await world.administer("/admin/portals", body)
            let key = try #require(answer.json?["licence_key"]?.string, "\(answer.text)")
            companies.append(Load.Company(portal: portal, key: key, employee: 100 + Int64(number)))
        }
        world.portal.state.withLock { $0.keys += companies.map(\.key) }
        return Load(controllers: controllers, companies: companies, callsEach: callsEach)
    }

    /// Until every call has been told to its portal and has its cost.
    private static func settle(_ stage: Stage, _ load: Load) async throws {
        let portal = stage.portal
        try await within(.seconds(120), "report of each call at its portal") {
            await portal.events.wait {
                Set(portal.told("AddCallHistory").compactMap { $0["CALL_ID"]?.string }) == load.calls
            }
        }
        let database = stage.database
        try await World.until("cost of each call, and empty outbox") {
            try await database.read { transaction in
                let open = [
                    "SELECT COUNT(*) AS number FROM call_history WHERE cost_final IS NULL",
                    "SELECT COUNT(*) AS number FROM outbox WHERE delivered_at IS NULL",
                ]
                return try open.allSatisfy { try transaction.queryOne($0)?.integer("number") == 0 }
            }
        }
    }

    private static func count(_ stage: Stage, _ load: Load) async throws {
        let calls = Int64(load.calls.count)
        let expected: [(String, Int64)] = [
            ("SELECT COUNT(*) AS number FROM call_history", calls),
            ("SELECT COUNT(*) AS number FROM call WHERE state = 'closed'", calls),
            ("SELECT COUNT(*) AS number FROM outbox WHERE command = 'AddCallHistory'", calls),
            ("SELECT CAST(SUM(calls) AS BIGINT) AS number FROM call_total WHERE scope = 'day'", calls),
            ("SELECT CAST(SUM(cost) AS BIGINT) AS number FROM call_total WHERE scope = 'day'", calls * 1_250_000),
            ("SELECT CAST(SUM(talk_seconds) AS BIGINT) AS number FROM call_total WHERE scope = 'day'", calls * 34),
            ("SELECT COUNT(*) AS number FROM account", Int64(companies)),
            ("SELECT COUNT(*) AS number FROM scenario_version", 1),
        ]
        for (query, number) in expected {
            let found = try await stage.database.read { try $0.queryOne(query)?.integer("number") }
            #expect(found == number, "\(query)")
        }
        let platform = stage.platform.state.withLock { $0 }
        #expect(platform.accounts.count == companies)
        #expect(platform.applications.count == companies && platform.rules.count == companies)
        #expect(platform.users.count == 2 * companies)
        #expect(stage.portal.state.withLock { $0.badSignatures } == 0)
    }

    /// What a portal was told, by whichever controller, is what the platform lets in and what it is told again.
    private static func compare(_ told: [String: World.Answer], _ load: Load, _ survivor: World) async throws {
        for company in load.companies {
            let answer = try #require(told[company.portal])
            let users = survivor.platform.state.withLock { $0.users }
            #expect(answer.json?["user_password"] == users["user\(company.employee)"].json)
            #expect(answer.json?["phone_password"] == users["phone\(company.employee)"].json)
            #expect(try await survivor.employee(of: company).text == answer.text)
        }
    }
}

extension KilledControllerTests {
    /// Platform, portal and database of the controllers.
    struct Stage: Sendable {
        let platform: FakePlatform
        let portal: FakePortal
        let platformBase: String
        let portalBase: String
        let folder: String
        let address: String
        let database: Database
        let client: HTTPClient

        func controller(_ name: String) throws -> ServerProcess {
            try .controller(
                "\(folder)/\(name)", database: address, platform: platformBase, portal: portalBase)
        }

        /// Once it listens.
        func world(_ process: ServerProcess) async throws -> World {
            var world = World(
                platform: platform, portal: portal, base: try await process.address(), platformBase: platformBase,
                log: RecordedLog(), databasePath: folder,
                configuration: World.configuration(
                    World.Setting(), try DatabaseLocation(parsing: address), folder, platformBase: platformBase,
                    portalPort: 1))
            world.client = client
            return world
        }
    }

    private static func stage(_ test: (Stage) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "killed-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (platform, portal) = (FakePlatform(), FakePortal(licenceKey: World.licence))
        let (platformPort, portalPort) = (Promise<Int>(), Promise<Int>())
        let servers = [
            World.server(platform.router(), platformPort, quiet), World.server(portal.router(), portalPort, quiet),
        ]
        let address = try await TestPostgres.schemaAddress()
        let database = try await Database.open(DatabaseLocation(parsing: address))
        defer { try? database.close() }
        var configuration = HTTPClient.Configuration()
        // A controller that is dead is so at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<Void, any Error> = await withThrowingTaskGroup(of: Void.self) { group in
            for server in servers { group.addTask { try await server.run() } }
            let stage = Stage(
                platform: platform, portal: portal, platformBase: "http://127.0.0.1:\(await platformPort.value)",
                portalBase: "http://127.0.0.1:\(await portalPort.value)", folder: folder, address: address,
                database: database, client: client)
            defer { group.cancelAll() }
            do { return .success(try await test(stage)) } catch { return .failure(error) }
        }
        try await client.shutdown()
        try result.get()
    }
}
