import Foundation
import RequestSigning
import Synchronization
import Testing

@testable import Controller

@Suite struct OperatorViewTests {
    @Test("Of calls the operator sees that they are and how long, not who called whom, nor why")
    func counts() async throws {
        try await World.run { world async throws in
            _ = try await world.invite()
            _ = try await world.history()
            let fields = ["call_id", "connected_at", "created_at", "ended_at", "portal", "state"]
            let list = try await world.admin("/admin/calls")
            let call = try #require(list.json?["calls"]?.elements.first)
            #expect(call["state"] == "closed" && call.names == fields)
            #expect(try await world.admin("/admin/calls/\(World.callID)").json == call)
            for path in ["calls", "calls/\(World.callID)", "totals?portal=demo&from=2020-01-01&to=2100-01-01"] {
                #expect(try await !world.admin("/admin/\(path)").text.contains(World.caller), "\(path)")
            }
            for path in ["calls/\(World.callID)/log", "calls/\(World.callID)/recording", "route/explain"]
                + ["users", "lines", "numbers"].map({ "portals/demo/\($0)" })
            {
                #expect(try await world.admin("/admin/\(path)").status == 404, "\(path)")
            }
        }
    }

    @Test("The portal sees its calls, also those that go on, their logs and recordings, its logins and lines")
    func own() async throws {
        try await World.run { world async throws in
            world.platform.state.withLock {
                $0.records["a.log"] = "Loading scenario\n"
                $0.records["a.mp3"] = "sound"
            }
            _ = try await world.command("GetUser", ["USER_ID": 67])
            _ = try await world.config()
            _ = try await world.invite()
            let id: JSONValue = ["CALL_ID": .text(World.callID)]
            #expect(try await world.command("GetCallLog", id).code == "CALL_NOT_FOUND")
            let address = JSONValue.text("\(world.platformBase)/record/a.log")
            world.platform.state.withLock {
                $0.sessions[World.callID] = ["custom_data": .text(World.callID), "log_file_url": address, "calls": []]
            }
            #expect(try await world.command("GetCallLog", id).text == "Loading scenario\n")
            let running = try await world.command("GetRunningCalls").json?["result"]?.elements
            let call = running?.first { $0["call_id"]?.string == World.callID }
            #expect(call?["caller"]?.string == World.caller)
            _ = try await world.scenario(
                "AddCallHistory",
                [
                    ("CALL_ID", World.callID), ("URL", "\(world.platformBase)/record/a.mp3"),
                    ("CALL_LOG", "\(world.platformBase)/record/a.log"), ("CALL_STATUS", "true"),
                ])
            let rest = try await world.command("GetRunningCalls").text
            #expect(!rest.contains(World.callID))
            #expect(try await world.command("GetCallLog", id).text == "Loading scenario\n")
            let lines = try await world.command("GetLines").json?["result"]
            #expect(lines?.elements.first?["line"] == "test")
            try await world.buy()
            #expect(try await world.command("GetNumbers").text.contains("74012000001"))
            let users = try await world.command("GetUsers").json?["result"]
            #expect(users?.elements.contains { $0["enabled"] == true } == true)
            for command in ["GetCall", "GetCallLog"] {
                #expect(try await world.command(command, id, portal: "other").code == "CALL_NOT_FOUND")
                #expect(try await world.command(command, ["CALL_ID": "nobody"]).code == "CALL_NOT_FOUND")
                #expect(try await world.command(command).code == "WRONG_REQUEST")
            }
            #expect(try await world.command("GetRunningCalls", ["LIMIT": 0]).code == "WRONG_REQUEST")
        }
    }

    @Test("The log of a call that its portal keeps no longer is nobody's any more, though the platform still has it")
    func logOfForgottenCall() async throws {
        var setting = World.Setting()
        setting.limits.retention = .milliseconds(20)
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetUser", ["USER_ID": 67])
            let address = "\(world.platformBase)/record/a.log"
            world.platform.state.withLock {
                $0.records["a.log"] = "Loading scenario\n"
                $0.sessions[World.callID] = [
                    "custom_data": .text(World.callID), "log_file_url": .text(address), "calls": [],
                ]
            }
            let start = Int64(Date().timeIntervalSince1970 - 2 * 86_400) * 1000
            let report = [
                ("CALL_ID", World.callID), ("CALL_LOG", address), ("CALL_STATUS", "true"),
                ("CALL_START_DATE", String(start)),
            ]
            _ = try await world.scenario("AddCallHistory", report)
            let id: JSONValue = ["CALL_ID": .text(World.callID)]
            #expect(try await world.command("GetCallLog", id).text == "Loading scenario\n")
            #expect(try await world.command("SetHistoryOptions", ["TIME_ZONE": "GMT", "KEPT_DAYS": 1]).status == 200)
            var answer = try await world.command("GetCallLog", id)
            while answer.status == 200 { answer = try await world.command("GetCallLog", id) }
            #expect(answer.code == "CALL_NOT_FOUND")
            #expect(world.platform.state.withLock { $0.records["a.log"] } != nil)
        }
    }
}

extension JSONValue {
    var names: [String] {
        guard case .object(let fields) = self else { return [] }
        return fields.map(\.name).sorted()
    }
}
