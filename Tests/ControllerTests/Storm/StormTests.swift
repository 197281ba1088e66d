import AsyncHTTPClient
import Foundation
import RequestSigning
import Storage
import Synchronization
import Testing

@testable import Controller

@Suite(.serialized) struct StormTests {
    /// Names that several tasks take from.
    private final class Countdown: Sendable {
        private let names: Mutex<[String]>
        init(_ names: [String]) { self.names = Mutex(names) }
        func take() -> String? { names.withLock { $0.popLast() } }
    }

    private static let comers = 300

    @Test("Hundreds of portals that come at once all get their account, each one, and the platform is never crowded")
    func registrations() async throws {
        let begin = ContinuousClock.now
        let portals = (0..<Self.comers).map { "portal\($0)" }
        let server = FakeLicenceServer()
        for portal in portals { server.licence(portal, key: "KEY-OF-\(portal)") }
        var setting = World.Setting()
        setting.licences = server
        // More than the platform is asked at a time, and not so many that a test has no files left to open.
        let width = 60
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = width
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        try await World.run(setting) { world async throws in
            var wide = world
            wide.client = client
            let world = wide
            let next = Countdown(portals)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<width {
                    group.addTask {
                        while let portal = next.take() {
                            while try await Self.ask(world, portal) == 503 {}
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(world.platform.count("AddAccount") == portals.count)
            #expect(world.platform.state.withLock { $0.accounts.count } == portals.count)
            #expect(world.platform.state.withLock { $0.mostAtOnce["AddAccount"] ?? 0 } <= 32)
            #expect(server.state.withLock { Set($0.questions) } == Set(portals))
        }
        try await client.shutdown()
        print("\(portals.count) portals had their accounts after \((ContinuousClock.now - begin).components.seconds) s")
    }

    private static func ask(_ world: World, _ portal: String) async throws -> Int {
        var signing = World.Signing(direction: .portalToController)
        (signing.portal, signing.licence) = (portal, "KEY-OF-\(portal)")
        let answer = try await world.send("/portal/GetAccountInfo", "{}", signing)
        if answer.status != 200, answer.status != 503 { Issue.record("\(portal): \(answer.status) \(answer.text)") }
        return answer.status
    }

    /// `make bench-scale` has ten thousand come.
    private static let newcomers =
        ProcessInfo.processInfo.environment["SWITCHBOARD_STORM"].flatMap(Int.init).map { max(1, $0) } ?? 120

    @Test("Ten thousand portals a minute all get their account at a real voice platform, each one, and none is refused")
    func processes() async throws {
        let portals = (0..<Self.newcomers).map { "portal\($0)" }
        try await within(.seconds(1200), "account of each portal") {
            try await StormOfProcesses.run { storm in
                let atRest = (storm.controller.processorSeconds, storm.platform.processorSeconds)
                let report = try await Newcomers(portals, at: storm.world).run()
                Self.tell(
                    report, portals.count, controller: storm.controller.processorSeconds - atRest.0,
                    platform: storm.platform.processorSeconds - atRest.1)
                try await Self.count(storm, Int64(portals.count))
                #expect(try await storm.licences.asked() == (portals.count, portals.count))
            }
        }
    }

    private static func count(_ storm: StormOfProcesses, _ portals: Int64) async throws {
        let made = "account_id IS NOT NULL AND application_id IS NOT NULL AND rule_id IS NOT NULL"
        let tables: [(Database, String)] = [
            (storm.databases.controller, "account WHERE \(made)"),
            (storm.databases.platform, "account WHERE parent_id IS NOT NULL"),
            (storm.databases.platform, "application"), (storm.databases.platform, "scenario"),
            (storm.databases.platform, "call_rule"), (storm.databases.platform, "rule_scenario"),
        ]
        for (database, table) in tables {
            let found = try await database.read {
                try $0.queryOne("SELECT COUNT(*) AS number FROM \(table)")?.integer("number")
            }
            #expect(found == portals, "\(table)")
        }
    }

    private static func tell(_ report: Newcomers.Report, _ count: Int, controller: Double, platform: Double) {
        func seconds(_ duration: Duration) -> String { String(format: "%.2f", duration / .seconds(1)) }
        print(
            """
            \(count) portals came within \(seconds(report.arrival)) s and had their accounts after \
            \(seconds(report.end)) s. A portal waited \(seconds(report.wait(0.5))) s (median), \
            \(seconds(report.wait(0.99))) s (p99), \(seconds(report.wait(1))) s at most; \(report.refused) requests were \
            told to come again, \(report.abandoned) portals lost their patience. Processor time: controller \
            \(String(format: "%.1f", controller)) s, voice platform \(String(format: "%.1f", platform)) s
            """)
    }

    @Test("Who comes when too many wait is told to come again; the others run in their order")
    func turnstile() async throws {
        let turnstile = Turnstile(width: 1, mostWaiting: 2) { Moment(milliseconds: 0) }
        let (gate, entered) = (Promise<Void>(), Promise<Void>())
        let order = Collected()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await turnstile.pass {
                    entered.fulfil(())
                    await gate.value
                }
            }
            await entered.value
            for name in ["first", "second"] {
                group.addTask { try await turnstile.pass { order.add(name) } }
                while turnstile.waiting < (name == "first" ? 1 : 2) { await Task.yield() }
            }
            await #expect(throws: ControllerError.self) { try await turnstile.pass {} }
            gate.fulfil(())
            try await group.waitForAll()
        }
        #expect(order.all == ["first", "second"])
        #expect(try await turnstile.pass { 7 } == 7)
    }
}
