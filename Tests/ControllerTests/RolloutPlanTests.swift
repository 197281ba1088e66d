import Foundation
import Logging
import Storage
import Synchronization
import Testing

@testable import Controller

@Suite struct RolloutPlanTests {
    private static func version(
        _ number: Int64, _ state: ScenarioVersion.State, share: Int64 = 1000, in included: Set<String> = [],
        out excluded: Set<String> = []
    ) -> ScenarioVersion {
        ScenarioVersion(
            number: ScenarioNumber(rawValue: number), digest: "", createdAt: Moment(milliseconds: 0), createdBy: "",
            note: "", state: state,
            audience: Audience(
                share: PerMille(rawValue: share) ?? .nothing, included: Set(included.map(PortalID.init)),
                excluded: Set(excluded.map(PortalID.init))), accounts: 0)
    }

    private static func choose(
        _ versions: [ScenarioVersion], _ portal: String = "p", running: Int64? = nil
    ) -> Int64? {
        RolloutPlan(versions).version(
            for: PortalID(rawValue: portal), running: running.map(ScenarioNumber.init))?.rawValue
    }

    @Test(
        "The newest version that is for the portal is chosen",
        arguments: [
            (ScenarioVersion.State.draft, Int64(1000), nil as Int64?, Int64(9)), (.rollingOut, 1000, nil, 10),
            (.rollingOut, 0, nil, 9), (.rollingOut, 0, 10, 9), (.paused, 1000, nil, 9), (.paused, 1000, 9, 9),
            (.paused, 1000, 10, 10), (.paused, 0, 10, 9), (.complete, 1000, 9, 10), (.stopped, 1000, 10, 9),
            (.withdrawn, 1000, nil, 9),
        ])
    func states(state: ScenarioVersion.State, share: Int64, running: Int64?, chosen: Int64) {
        #expect(
            Self.choose([Self.version(9, .complete), Self.version(10, state, share: share)], running: running) == chosen
        )
    }

    @Test("Portals that are named are in or out whatever the share, and out wins")
    func names() {
        let base = Self.version(9, .complete)
        #expect(Self.choose([base, Self.version(10, .rollingOut, share: 0, in: ["p"])]) == 10)
        #expect(Self.choose([base, Self.version(10, .rollingOut, out: ["p"])]) == 9)
        #expect(Self.choose([base, Self.version(10, .rollingOut, in: ["p"], out: ["p"])]) == 9)
    }

    @Test("Who has a version from after all that are known keeps it; without any version there is none")
    func unknown() {
        #expect(Self.choose([Self.version(9, .complete)], running: 11) == nil)
        #expect(Self.choose([]) == nil)
        #expect(Self.choose([Self.version(9, .draft)]) == nil)
    }

    @Test("Two rollouts at once: each portal gets the newest that it is in, and each version has its predecessor")
    func two() {
        let versions = [
            Self.version(9, .complete), Self.version(10, .rollingOut),
            Self.version(11, .rollingOut, share: 0, in: ["a"]),
        ]
        #expect(Self.choose(versions, "a") == 11)
        #expect(Self.choose(versions, "b") == 10)
        let plan = RolloutPlan(versions)
        #expect(plan.predecessor(of: ScenarioNumber(rawValue: 11))?.number.rawValue == 10)
        #expect(plan.predecessor(of: ScenarioNumber(rawValue: 10))?.number.rawValue == 9)
        #expect(plan.predecessor(of: ScenarioNumber(rawValue: 9)) == nil)
    }

    @Test("A share holds about so many of a hundred thousand portals; a greater share keeps them all")
    func shares() throws {
        let version = ScenarioNumber(rawValue: 10)
        let portals = (0..<100_000).map { PortalID(rawValue: "portal-\($0)") }
        var before: Set<PortalID> = []
        for share in [0, 1, 50, 500, 999, 1000] as [Int64] {
            let audience = Audience(share: try #require(PerMille(rawValue: share)))
            let chosen = Set(portals.filter { audience.contains($0, of: version) })
            let expected = Double(share) * 100
            #expect(abs(Double(chosen.count) - expected) <= 4 * (expected * (1 - Double(share) / 1000)).squareRoot())
            #expect(chosen.isSuperset(of: before))
            before = chosen
        }
        let early = Audience(share: try #require(PerMille(rawValue: 50)))
        let both = portals.filter {
            early.contains($0, of: version) && early.contains($0, of: ScenarioNumber(rawValue: 11))
        }
        #expect(both.count < 400, "the same portals are first each time")
    }
}

/// What publishing costs where there are many accounts.
@Suite struct PublishingCostTests {
    @Test(
        "Publishing and beginning a rollout run the same few statements for one account and for many, all by an index")
    func constant() async throws {
        let (few, many) = (try await Self.statements(accounts: 1), try await Self.statements(accounts: 20_000))
        #expect(few == many)
        #expect(many.count < 30, "\(many.count) statements")
        #expect(!many.contains { $0.contains("UPDATE account") || $0.contains("INSERT INTO account") })
    }

    /// The texts of all statements that publishing a version and beginning its rollout run.
    private static func statements(accounts: Int) async throws -> [String] {
        let path = FileManager.default.temporaryDirectory.appending(path: "cost-\(UUID().uuidString).sqlite").path
        defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
        let seen = Mutex<[String]>([])
        let database = try Database.open(path: path) { statement in seen.withLock { $0.append(statement) } }
        try await database.migrate(Schema.migrations)
        try await database.write { transaction in
            for number in 0..<accounts {
                try transaction.execute(
                    """
                    INSERT INTO account (portal_id, account_name, account_password, scenario_version)
                    VALUES (?, ?, 'x', 9)
                    """, [.text("portal-\(number)"), .text("p-\(number)")])
            }
        }
        let versions = ScenarioVersions(
            store: ScenarioVersionStore(database: database), health: HealthStore(database: database),
            controllerURL: "http://controller.example", now: { Moment(milliseconds: 1_772_355_600_000) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await versions.start(ScenarioText(source: "/* nine */", version: 9, controllerURL: ""))
        seen.withLock { $0 = [] }
        let number = try await versions.store.publish(
            ScenarioVersionStore.Draft(
                source: "/* ten */", digest: "", createdBy: "test", note: "", state: .draft, audience: Audience()),
            atLeast: nil, at: Moment(milliseconds: 1_772_355_600_000))
        _ = try await versions.store.change(
            number, from: [.draft], to: .rollingOut, audience: Audience(share: .everything),
            at: Moment(milliseconds: 1_772_355_600_000))
        try await versions.reload()
        let statements = seen.withLock { $0 }
        for statement in Set(statements) where statement.contains("FROM") || statement.hasPrefix("UPDATE") {
            let places = statement.count { $0 == "?" }
            let plan = try await database.read { transaction in
                try transaction.query(
                    "EXPLAIN QUERY PLAN \(statement)", [SQLValue](repeating: .integer(10), count: places)
                ).map { try $0.text("detail") }
            }
            #expect(
                !plan.contains { $0.hasPrefix("SCAN account") || $0.hasPrefix("SCAN scenario_health") },
                "\(statement): \(plan)")
        }
        try database.close()
        return statements
    }
}
