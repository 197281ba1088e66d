import RequestSigning
import Synchronization
import Testing

@testable import Controller

@Suite struct OperatorViewTests {
    @Test("Of other companies' calls the operator sees that they are and how long, not who called whom, nor why")
    func others() async throws {
        let server = FakeLicenceServer()
        server.licence("guest", key: "KEY-OF-GUEST")
        var setting = World.Setting()
        setting.licences = server
        setting.portal.state.withLock { $0.keys.append("KEY-OF-GUEST") }
        try await World.run(setting) { world async throws in
            var signing = World.Signing(direction: .scenarioToController)
            (signing.portal, signing.licence) = ("guest", "KEY-OF-GUEST")
            let fields = [
                ("COMMAND", "IncomingInvite"), ("PHONE_NUMBER", "74012000001"), ("ACCOUNT_SEARCH_ID", "test"),
                ("CALL_ID", "guests-call"), ("CALLER_ID", World.caller), ("DIRECT_CODE", ""), ("ACCESS_URL", ""),
            ]
            let form = FormFields(fields.map { .init(name: $0.0, value: $0.1) })
            #expect(try await world.send("/scenario", form.encoded, signing).status == 200)
            _ = try await world.invite()
            let list = try await world.admin("/admin/calls")
            let calls = try #require(list.json?["calls"]?.elements)
            let (guests, own) = (calls.first { $0["portal"] == "guest" }, calls.first { $0["portal"] == "demo" })
            #expect(own?["caller"]?.string == World.caller)
            #expect(guests?["state"] == "routed")
            #expect(
                guests?.names == ["call_id", "connected_at", "created_at", "ended_at", "portal", "state"])
            let one = try await world.admin("/admin/calls/guests-call")
            #expect(one.json == guests)
            let why = try await world.admin("/admin/route/explain?line=test&portal=guest&caller=\(World.caller)")
            #expect(why.status == 403 && why.code == "REFUSED")
            for path in ["calls/guests-call/log", "calls/guests-call/recording"]
                + ["users", "lines", "numbers"].map({ "portals/guest/\($0)" })
            {
                let answer = try await world.admin("/admin/\(path)")
                #expect([403, 404].contains(answer.status) && answer.text.contains("ask it for access"), "\(path)")
            }
        }
    }

    @Test("Of his own portal the operator sees logs of calls, also of one that goes on, recordings, users and lines")
    func own() async throws {
        try await World.run { world async throws in
            world.platform.state.withLock {
                $0.records["a.log"] = "Loading scenario\n"
                $0.records["a.mp3"] = "sound"
            }
            _ = try await world.command("GetUser", ["USER_ID": 67])
            _ = try await world.config()
            _ = try await world.invite()
            let log = "/admin/calls/\(World.callID)/log"
            #expect(try await world.admin(log).code == "CALL_NOT_FOUND")
            let address = JSONValue.text("\(world.platformBase)/record/a.log")
            world.platform.state.withLock {
                $0.sessions[World.callID] = ["custom_data": .text(World.callID), "log_file_url": address, "calls": []]
            }
            #expect(try await world.admin(log).text == "Loading scenario\n")
            _ = try await world.scenario(
                "AddCallHistory",
                [
                    ("CALL_ID", World.callID), ("URL", "\(world.platformBase)/record/a.mp3"),
                    ("CALL_LOG", "\(world.platformBase)/record/a.log"), ("CALL_STATUS", "true"),
                ])
            #expect(try await world.admin(log).text == "Loading scenario\n")
            #expect(try await world.admin("/admin/calls/\(World.callID)/recording").text == "sound")
            let lines = try await world.admin("/admin/portals/demo/lines")
            #expect(lines.json?["lines"]?.elements.first?["line"] == "test")
            let users = try await world.admin("/admin/portals/demo/users")
            #expect(users.json?["users"]?.elements.contains { $0["enabled"] == true } == true)
            #expect(try await world.admin("/admin/portals/demo/numbers").json?["numbers"] == [])
            for path in ["/admin/calls/nobody/log", "/admin/calls/nobody/recording"] {
                #expect(try await world.admin(path).status == 404)
            }
        }
    }
}

extension JSONValue {
    fileprivate var names: [String] {
        guard case .object(let fields) = self else { return [] }
        return fields.map(\.name)
    }
}
