import Foundation
import RequestSigning
import Synchronization
import Testing

@testable import Controller

/// Versions of the call scenario in a running controller.
@Suite struct RolloutTests {
    private static let path = "/admin/scenario/versions"

    @Test("A draft touches no account; its rollout reaches the account with its next call, by one request")
    func publish() async throws {
        try await World.run { world async throws in
            _ = try await world.command("GetAccountInfo")
            let published = try await world.operate(Self.path, ["source": "/* ten */", "note": "tones"])
            #expect(published.status == 200, "\(published.text)")
            #expect(published.json?["version"] == 10)
            #expect(published.json?["state"] == "draft")
            #expect(published.json?["created_by"] == "operator")
            _ = try await world.invite(id: "before")
            #expect(world.platform.count("SetScenarioInfo") == 0)
            let begun = try await world.operate("\(Self.path)/10/rollout", ["share": 1000])
            #expect(begun.json?["state"] == "rolling_out")
            #expect(world.platform.count("SetScenarioInfo") == 0, "a rollout waits for calls")
            let commands = world.platform.state.withLock { $0.wishes.count }
            _ = try await world.invite(id: "after")
            #expect(world.platform.state.withLock { $0.wishes.count } == commands + 1)
            #expect(world.publishedVersion == 10)
            #expect(world.platform.lastCommand("SetScenarioInfo")?["scenario_script"].hasSuffix("/* ten */") == true)
            _ = try await world.invite(id: "another")
            #expect(world.platform.state.withLock { $0.wishes.count } == commands + 1)
            let status = try await world.version(10)
            #expect(status?["accounts"] == 1)
            #expect(try await world.version(9)?["accounts"] == 0)
        }
    }

    @Test("A balance request brings the account forward, too")
    func balance() async throws {
        try await World.run { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.operate(Self.path, ["source": "/* ten */", "share": 1000])
            #expect(try await world.command("GetAccountInfo").status == 200)
            #expect(world.publishedVersion == 10)
            #expect(world.platform.count("SetScenarioInfo") == 1)
        }
    }

    @Test("Twenty calls of an account at once move it once")
    func atOnce() async throws {
        try await World.run { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.operate(Self.path, ["source": "/* ten */", "share": 1000])
            try await withThrowingTaskGroup(of: World.Answer.self) { group in
                for number in 0..<20 { group.addTask { try await world.invite(id: "call-\(number)") } }
                for try await answer in group { #expect(answer.status == 200) }
            }
            #expect(world.platform.count("SetScenarioInfo") == 1)
        }
    }

    @Test("Portals that are named get the version, others and excluded ones do not; a change takes it back")
    func lists() async throws {
        try await World.run { world async throws in
            for portal in ["demo", "other"] { _ = try await world.command("GetAccountInfo", portal: portal) }
            func scripts() -> [String] { world.platform.state.withLock { $0.scenarios.values.sorted() } }
            _ = try await world.operate(Self.path, ["source": "/* ten */", "include": ["other"]])
            for portal in ["demo", "other"] { _ = try await world.command("GetAccountInfo", portal: portal) }
            #expect(scripts().filter { $0.contains("VERSION = 10;") }.map { $0.contains(#"ID = "other""#) } == [true])
            let spread = try await world.version(10)?["all_accounts"]
            #expect(spread?["accounts"] == 2 && spread?["without_version"] == 0)
            #expect(
                spread?["versions"]
                    == [["accounts": 1, "version": 10], ["accounts": 1, "version": 9]], "\(String(describing: spread))")
            #expect(try await world.admin(Self.path).json?["all_accounts"] == spread)
            _ = try await world.operate(
                "\(Self.path)/10/rollout", ["share": 1000, "include": [], "exclude": ["other"]])
            for portal in ["demo", "other"] { _ = try await world.command("GetAccountInfo", portal: portal) }
            #expect(scripts().filter { $0.contains("VERSION = 10;") }.map { $0.contains(#"ID = "demo""#) } == [true])
        }
    }

    @Test("While a version pauses, who has it keeps it and nobody gets it")
    func pause() async throws {
        try await World.run { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.operate(Self.path, ["source": "/* ten */", "share": 1000])
            _ = try await world.command("GetAccountInfo")
            _ = try await world.operate("\(Self.path)/10/rollout", ["action": "pause"])
            _ = try await world.command("GetAccountInfo")
            _ = try await world.command("GetAccountInfo", portal: "other")
            let state = world.platform.state.withLock { $0.scenarios.values.sorted() }
            #expect(state.filter { $0.contains("VERSION = 10;") }.count == 1)
            #expect(state.filter { $0.contains("VERSION = 9;") }.count == 1)
            _ = try await world.operate("\(Self.path)/10/rollout", ["action": "resume"])
            _ = try await world.command("GetAccountInfo", portal: "other")
            #expect(world.platform.state.withLock { $0.scenarios.values.allSatisfy { $0.contains("VERSION = 10;") } })
        }
    }

    @Test("A call does not wait for a platform that does not answer; the update is finished behind it")
    func slowPlatform() async throws {
        var setting = World.Setting()
        setting.limits.update = .milliseconds(50)
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.operate(Self.path, ["source": "/* ten */", "share": 1000])
            world.platform.state.withLock { _ = $0.held.insert("SetScenarioInfo") }
            #expect(try await world.invite(id: "waits").status == 200)
            #expect(world.publishedVersion == 9)
            world.platform.release("SetScenarioInfo")
            await world.platform.events.wait { world.publishedVersion == 10 }
            #expect(world.platform.count("SetScenarioInfo") == 1)
        }
    }

    @Test("An update whose answer is lost costs one request, and is done again with the next call")
    func lostAnswer() async throws {
        try await World.run { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.operate(Self.path, ["source": "/* ten */", "share": 1000])
            world.platform.fail("SetScenarioInfo", .loseAnswer)
            #expect(try await world.invite(id: "first").status == 200)
            #expect(world.platform.count("SetScenarioInfo") == 1)
            #expect(try await world.version(9)?["accounts"] == 1, "what is not known to have happened is not believed")
            #expect(try await world.invite(id: "second").status == 200)
            #expect(world.platform.count("SetScenarioInfo") == 2)
            #expect(try await world.version(10)?["accounts"] == 1)
        }
    }

    @Test("The operator stops a version: its account goes back without asking, and the version stays stopped")
    func stop() async throws {
        try await World.run { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.operate(Self.path, ["source": "/* ten */", "share": 1000])
            _ = try await world.command("GetAccountInfo")
            let stopped = try await world.operate("\(Self.path)/10/rollout", ["action": "stop"])
            #expect(stopped.json?["state"] == "stopped")
            #expect(stopped.json?["reason"] == "by operator")
            await world.platform.events.wait { world.publishedVersion == 9 }
            let again = try await world.operate("\(Self.path)/10/rollout", ["action": "resume"])
            #expect(again.status == 409)
            #expect(again.code == "VERSION_STATE")
            #expect(try await world.operate("\(Self.path)/9/rollout", ["action": "stop"]).code == "VERSION_STATE")
        }
    }

    @Test(
        "What makes no sense is refused with its reason",
        arguments: [
            ("", "{}", 400, "WRONG_REQUEST"), ("", "not json", 400, "WRONG_REQUEST"),
            ("", #"{"source":""}"#, 422, "SCENARIO_INVALID"),
            ("", #"{"source":"x","share":5.5}"#, 400, "WRONG_REQUEST"),
            ("", #"{"source":"x","by":"somebody"}"#, 400, "WRONG_REQUEST"),
            ("", #"{"source":"x","share":1001}"#, 400, "WRONG_REQUEST"),
            ("", #"{"source":"x","shares":5}"#, 400, "WRONG_REQUEST"),
            ("", #"{"source":"x","include":["a"],"exclude":["a"]}"#, 400, "WRONG_REQUEST"),
            ("/99/rollout", #"{"share":5}"#, 404, "VERSION_UNKNOWN"),
            ("/x/rollout", #"{"share":5}"#, 400, "WRONG_REQUEST"), ("/9/rollout", "{}", 400, "WRONG_REQUEST"),
            ("/9/rollout", #"{"share":5}"#, 409, "VERSION_STATE"),
            ("/9/rollout", #"{"action":"pause"}"#, 409, "VERSION_STATE"),
            ("/9/rollout", #"{"action":"explode"}"#, 400, "WRONG_REQUEST"),
            ("/9/rollout", #"{"action":"pause","share":5}"#, 400, "WRONG_REQUEST"),
        ])
    func wrong(path: String, body: String, status: Int, code: String) async throws {
        try await World.run { world async throws in
            let answer = try await world.operate(Self.path + path, text: body)
            #expect(answer.status == status)
            #expect(answer.code == code)
        }
    }

    @Test("Without the operator's token nothing is shown or done", arguments: ["", "wrong"])
    func strangers(token: String) async throws {
        try await World.run { world async throws in
            for path in [Self.path, "\(Self.path)/9", "/metrics"] {
                #expect(try await world.admin(path, token: token).status == 403)
            }
            for path in [Self.path, "\(Self.path)/9/rollout"] {
                #expect(try await world.operate(path, ["source": "x", "share": 5], token: token).status == 403)
            }
            #expect(try await world.admin(Self.path).json?["versions"]?.elements.count == 1)
        }
    }
}
