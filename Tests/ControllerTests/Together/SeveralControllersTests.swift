import RequestSigning
import Synchronization
import TestPostgres
import Testing

@testable import Controller

/// Two controllers of one database, between which requests go to and fro.
@Suite(.enabled(if: TestDatabases.areOnPostgres, "a file of SQLite has one controller"))
struct SeveralControllersTests {
    private static func run(
        _ setting: World.Setting = World.Setting(), _ test: @escaping @Sendable (World, World) async throws -> Void
    ) async throws {
        try await within(.seconds(240), "end of the test") {
            try await World.run(setting) { first in
                try await first.withSecond { second in try await test(first, second) }
            }
        }
    }

    @Test("First contacts at both at once make one account, and both give the same passwords")
    func firstContact() async throws {
        try await Self.run { first, second async throws in
            let answers = try await withThrowingTaskGroup(of: World.Answer.self) { group in
                for number in 0..<20 {
                    let world = number.isMultiple(of: 2) ? first : second
                    group.addTask { try await world.command("GetUser", ["USER_ID": 67]) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 200 })
            #expect(Set(answers.map(\.text)).count == 1)
            for method in ["AddAccount", "AddApplication", "AddScenario", "AddRule"] {
                #expect(first.platform.count(method) == 1, "\(method)")
            }
            #expect(first.platform.count("AddUser") == 2)
        }
    }

    @Test("Reports at both, some of them twice, reach the portal once each")
    func outbox() async throws {
        try await Self.run { first, second async throws in
            let calls = (0..<30).map { "call-\($0)" }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, call) in calls.enumerated() {
                    let worlds =
                        number.isMultiple(of: 3) ? [first, second] : [number.isMultiple(of: 2) ? first : second]
                    for world in worlds {
                        group.addTask {
                            let answer = try await world.history(id: call)
                            #expect(answer.status == 200, "\(answer.text)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await World.until("empty outbox") { try await second.admin("/admin/calls").json?["outbox"] == [:] }
            let told = first.portal.told("AddCallHistory").compactMap { $0["CALL_ID"]?.string }
            #expect(told.sorted() == calls.sorted())
        }
    }

    @Test("News of a call from both has one order; that a call began which is over is told by neither")
    func steps() async throws {
        try await Self.run { first, second async throws in
            _ = try await first.command("GetAccountInfo")
            _ = try await first.invite()
            _ = try await second.next(after: "67", "crm")
            let talk = [("CALL_ID", World.callID), ("CALL_DEVICE", "PHONE"), ("USER_ID", "68")]
            _ = try await first.scenario("StartCall", talk)
            _ = try await second.scenario("HangupCall", talk)
            _ = try await first.scenario("StartCall", talk)
            // Each tells in its own order: what comes behind has all before it.
            for (world, call) in [(first, "behind"), (second, "last")] { _ = try await world.invite(id: call) }
            let portal = first.portal
            await portal.events.wait { portal.told("Invite").count == 4 && !portal.told("HangupCall").isEmpty }
            let news = portal.told("Invite").filter { $0["CALL_ID"]?.string == World.callID } + portal.told("StartCall")
            let steps = news.compactMap { $0["STEP"]?.string }.sorted()
            #expect(steps == ["1", "2", "3"])
            #expect(portal.told("StartCall").map { $0["STEP"] } == ["3"])
        }
    }

    @Test("Settings changed at one are in force at the other")
    func settings() async throws {
        try await Self.run { first, second async throws in
            for world in [first, second] {
                #expect(try await world.config().json?["QUEUE_TIME"] == 3)
            }
            first.portal.state.withLock { state in
                state.settings = FakePortal.settings { fields in
                    fields = fields.map { $0.0 == "QUEUE_TIME" ? ($0.0, 5) : $0 }
                }
            }
            #expect(try await first.command("SettingsChanged", ["SEARCH_ID": "test"]).status == 200)
            try await World.until("new settings at the other") { () async throws in
                try await second.config().json?["QUEUE_TIME"] == 5
            }
            #expect(first.portal.told("LineSettings").count == 2)
        }
    }

    @Test("A licence key changed at one counts at the other, and the former one ends there too")
    func licenceKey() async throws {
        try await Self.run { first, second async throws in
            for world in [first, second] { #expect(try await world.config().status == 200) }
            let body = #"{"overlap_seconds":0}"#
            let answer = try await first.administer("/admin/portals/demo/key", body)
            let key = try #require(answer.json?["licence_key"]?.string, "\(answer.text)")
            first.portal.state.withLock { $0.keys.insert(key, at: 0) }
            try await World.until("refusal of the former key") { try await second.config().status == 403 }
            #expect(try await second.config(licence: key).status == 200)
            #expect(try await first.config(licence: key).status == 200)
        }
    }

    @Test("A rollout begun at one reaches accounts at the other, and so does its end")
    func rollout() async throws {
        var setting = World.Setting()
        // Nobody looks from time to time.
        setting.limits.rollout = .seconds(3600)
        try await Self.run(setting) { first, second async throws in
            #expect(try await second.command("GetAccountInfo").status == 200)
            let draft = try await first.administer("/admin/scenario/versions", #"{"source":"/* ten */"}"#)
            #expect(draft.status == 200)
            #expect(
                try await first.administer("/admin/scenario/versions/10/rollout", #"{"share":1000}"#).status == 200)
            try await Self.script("SCENARIO_VERSION = 10;", at: second)
            let stop = #"{"action":"stop"}"#
            #expect(try await first.administer("/admin/scenario/versions/10/rollout", stop).status == 200)
            try await Self.script("SCENARIO_VERSION = 9;", at: second)
        }
    }

    private static func script(_ text: String, at world: World) async throws {
        try await World.until(text) { () async throws in
            #expect(try await world.command("GetAccountInfo").status == 200)
            return world.platform.state.withLock { $0.scenarios.values.allSatisfy { $0.contains(text) } }
        }
    }

    @Test("A command goes to a call that the other controller answers")
    func commands() async throws {
        try await Self.run { first, second async throws in
            let address = "\(first.platformBase)/request/1/secret"
            #expect(try await first.invite(accessURL: address).status == 200)
            let body: JSONValue = ["CALL_ID": .text(World.callID), "COMMAND": "hungup", "OPERATOR_ID": "67"]
            #expect(try await second.command("CallCommand", body).status == 200)
            let paths = first.platform.state.withLock { $0.control.map(\.path) }
            #expect(paths == ["/request/1/secret"])
        }
    }

    @Test("A portal that is new at one is known at the other, and a request counts once at both")
    func portals() async throws {
        try await Self.run { first, second async throws in
            let body = #"{"portal":"third","address":"\#(first.configuration.portals[0].baseURL)","currency":"RUB"}"#
            let answer = try await first.administer("/admin/portals", body)
            let key = try #require(answer.json?["licence_key"]?.string, "\(answer.text)")
            var signing = World.Signing(direction: .portalToController)
            (signing.portal, signing.licence) = ("third", key)
            #expect(try await second.send("/portal/GetAccountInfo", "{}", signing).status == 200)
            // The same signed request once more.
            #expect(try await first.send("/portal/GetAccountInfo", "{}", signing).status == 403)
        }
    }
}
