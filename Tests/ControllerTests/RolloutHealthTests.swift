import Foundation
import RequestSigning
import Synchronization
import Testing

@testable import Controller

/// How sessions are counted, and what comes of it.
@Suite struct RolloutHealthTests {
    private static let path = "/admin/scenario/versions"
    private static let commands: [(String, JSONValue)] = [
        ("GetAccountInfo", [:]), ("GetBalance", [:]), ("GetUser", ["USER_ID": 67]),
    ]

    @Test("Each call counts once for its version, and the portal is not told what is the controller's")
    func counts() async throws {
        try await World.run { world async throws in
            _ = try await world.command("GetAccountInfo")
            for _ in 0..<2 { try await world.call("a", version: 9, milliseconds: 4_200) }
            try await world.call("b", version: 9, failed: true, milliseconds: 700)
            try await world.call("c", version: 12)
            let health = try #require(try await world.version(9)?["health"])
            #expect(health["sessions"] == 2)
            #expect(health["failed"] == 1)
            #expect(health["script_errors"] == 1)
            #expect(health["failing_accounts"] == 1)
            let classes = try #require(health["answer_seconds"]?.elements.map { $0["calls"] })
            #expect(classes == [1, 0, 1, 0, 0, 0, 0, 0])
            await world.portal.events.wait { world.portal.told("AddCallHistory").count == 3 }
            for body in world.portal.told("AddCallHistory") {
                for name in SessionOutcome.fieldNames { #expect(body[name] == nil) }
            }
        }
    }

    @Test("A session that fails after its report, or without one, is counted by the platform's history")
    func platformHistory() async throws {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetAccountInfo")
            let ended: JSONValue = ["duration": 5, "finish_reason": "JS session error", "calls": []]
            try await world.call("reported", version: 9)
            try await world.call("apologised", version: 9, failed: true)
            world.platform.state.withLock { state in
                state.sessions["reported"] = ended
                state.sessions["apologised"] = ended
            }
            _ = try await world.scenario(
                "IncomingInvite",
                [
                    ("PHONE_NUMBER", "74012000001"), ("ACCOUNT_SEARCH_ID", "test"), ("CALL_ID", "died"),
                    ("CALLER_ID", World.caller), ("SCENARIO_VERSION", "9"),
                ])
            world.platform.state.withLock { $0.sessions["died"] = ended }
            // When a fourth call has been asked for twice, all others have their costs.
            await world.portal.events.wait { world.portal.told("AddCallHistory").count == 3 }
            try await world.call("last", version: 9)
            world.platform.state.withLock {
                $0.sessions["last"] = ["duration": 5, "finish_reason": "Normal termination"]
            }
            await world.platform.events.wait { world.questions(about: "last") >= 1 }
            await world.untilPriced("last")
            let health = try #require(try await world.version(9)?["health"])
            #expect(health["sessions"] == 4)
            #expect(health["failed"] == 3)
            #expect(health["script_errors"] == 3)
        }
    }

    @Test("A version that fails stops itself, its account goes back, the operator is told")
    func stopsItself() async throws {
        var setting = World.Setting()
        setting.rollout.sessions = 5
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetAccountInfo")
            for number in 0..<10 { try await world.call("old-\(number)", version: 9) }
            _ = try await world.operate(Self.path, ["source": "/* ten */", "share": 1000])
            _ = try await world.command("GetAccountInfo")
            #expect(world.publishedVersion == 10)
            for number in 0..<12 { try await world.call("new-\(number)", version: 10, failed: true) }
            await world.platform.events.wait { world.publishedVersion == 9 }
            let status = try #require(try await world.version(10))
            #expect(status["state"] == "stopped")
            #expect(status["reason"]?.string?.contains("failed sessions") == true)
            #expect(world.log.text.contains("scenario version stopped itself"))
            _ = try await world.command("GetAccountInfo", portal: "other")
            #expect(world.platform.state.withLock { $0.scenarios.values.allSatisfy { $0.contains("VERSION = 9;") } })
            let metrics = try await world.admin("/metrics").text
            #expect(metrics.contains(#"switchboard_scenario_state{version="10",state="stopped"} 1"#))
            #expect(metrics.contains(#"switchboard_scenario_sessions_total{version="9"} 10"#))
        }
    }

    @Test("A text that the platform refuses leaves accounts with what they have, and stops itself")
    func refused() async throws {
        var setting = World.Setting()
        setting.rollout.sessions = 5
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetAccountInfo")
            for number in 0..<10 { try await world.call("old-\(number)", version: 9) }
            world.platform.state.withLock {
                $0.faults["SetScenarioInfo"] = Array(repeating: .refuse(code: 130), count: 10_000)
            }
            _ = try await world.operate(Self.path, ["source": "/* ten */", "share": 1000])
            var state: JSONValue?
            repeat {
                for (command, body) in Self.commands {
                    let answer = try await world.command(command, body)
                    #expect(answer.status == 200, "\(command): \(answer.text)")
                }
                #expect(try await world.invite().status == 200)
                state = try await world.version(10)?["state"]
            } while state != "stopped"
            let status = try #require(try await world.version(10))
            #expect(status["reason"]?.string?.contains("failed sessions") == true && status["accounts"] == 0)
            let updates = world.platform.count("SetScenarioInfo")
            _ = try await world.command("GetAccountInfo")
            #expect(world.platform.count("SetScenarioInfo") == updates && world.publishedVersion == 9)
        }
    }

    @Test("A new account gets the text before the one that the platform refuses; what is about the account counts not")
    func refusedAtFirst() async throws {
        try await World.run { world async throws in
            _ = try await world.operate(Self.path, ["source": "/* ten */", "share": 1000])
            world.platform.fail("AddScenario", .refuse(code: 130))
            #expect(try await world.command("GetUser", ["USER_ID": 67]).status == 200)
            #expect(world.publishedVersion == 9)
            #expect(try await world.version(10)?["health"]?["failed"] == 1)
            world.platform.fail("SetScenarioInfo", .refuse(code: 127))
            #expect(try await world.command("GetAccountInfo").status == 200)
            #expect(try await world.version(10)?["health"]?["failed"] == 1)
            #expect(try await world.command("GetAccountInfo").status == 200)
            #expect(world.publishedVersion == 10)
        }
    }

    @Test("A scenario that the platform has lost is made anew, and its rule runs it; a rule that is lost, too, as well")
    func anew() async throws {
        try await World.run { world async throws in
            _ = try await world.command("GetAccountInfo")
            for (source, rules) in [("/* ten */", 1), ("/* eleven */", 2)] {
                world.platform.state.withLock { state in
                    state.scenarios = [:]
                    if rules == 2 { state.rules = [:] }
                }
                _ = try await world.operate(Self.path, ["source": .text(source), "share": 1000])
                #expect(try await world.command("GetAccountInfo").status == 200)
                #expect(world.platform.state.withLock { $0.scenarios.values.first?.hasSuffix(source) } == true)
                #expect(world.platform.count("AddRule") == rules)
            }
            #expect(world.platform.count("AddScenario") == 3 && world.platform.count("BindScenario") == 2)
            let scenario = world.platform.lastCommand("SetScenarioInfo")?["scenario_id"]
            #expect(world.platform.lastCommand("BindScenario")?["scenario_id"] == scenario)
        }
    }

    @Test("A script that fails before it says a word is seen in the platform's history, and taken back")
    func silent() async throws {
        var setting = World.Setting()
        setting.rollout.sessions = 5
        setting.limits.reconciliation = .milliseconds(20)
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetAccountInfo")
            for number in 0..<10 { try await world.call("old-\(number)", version: 9) }
            _ = try await world.operate(Self.path, ["source": "null.boom()", "share": 1000])
            _ = try await world.command("GetAccountInfo")
            let account = try #require(world.platform.state.withLock { $0.accounts.values.first })
            world.platform.state.withLock { state in
                state.silentSessions[account] = (1...12).map {
                    ["call_session_history_id": .integer($0), "duration": 0, "finish_reason": "JS session error"]
                }
            }
            await world.platform.events.wait { world.publishedVersion == 9 }
            let status = try #require(try await world.version(10))
            #expect(status["state"] == "stopped")
            #expect(status["health"]?["sessions"] == 12, "each session is counted once, however often it is seen")
        }
    }

    @Test("The program's text is published once; a changed one gets the next number; an older program changes nothing")
    func program() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "program-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let starts: [(version: Int64, source: String, numbers: [Int64])] = [
            (9, "/* a */", [9]), (9, "/* a */", [9]), (9, "/* b */", [10, 9]), (9, "/* b */", [10, 9]),
            (8, "/* c */", [10, 9]), (10, "/* d */", [11, 10, 9]), (20, "/* e */", [20, 11, 10, 9]),
        ]
        for start in starts {
            var setting = World.Setting()
            setting.databasePath = folder + "/controller.sqlite"
            setting.version = start.version
            setting.source = start.source
            try await World.run(setting) { world async throws in
                let versions = try await world.admin(Self.path).json?["versions"]?.elements ?? []
                #expect(versions.compactMap { $0["version"]?.int64 } == start.numbers, "\(start)")
                #expect(versions.last?["state"] == "complete")
            }
        }
    }
}

extension World {
    /// Returns when the call has its final cost.
    func untilPriced(_ id: String) async {
        await platform.events.wait { self.questions(about: id) >= 1 }
        while true {
            let call = try? await call(id)
            guard call?["history"]?["COST_FINAL"] ?? .null == .null else { return }
            await Task.yield()
        }
    }
}
