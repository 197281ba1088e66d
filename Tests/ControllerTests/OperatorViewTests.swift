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
        }
    }
}

extension JSONValue {
    fileprivate var names: [String] {
        guard case .object(let fields) = self else { return [] }
        return fields.map(\.name)
    }
}
