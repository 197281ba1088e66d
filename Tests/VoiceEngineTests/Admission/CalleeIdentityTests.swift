import CallControl
import SIP
import Testing

@testable import VoiceEngine

@Suite("Who has answered a call", .serialized)
struct CalleeIdentityTests {
    @Test("A caller is told who has answered", arguments: ["Anna Petrova", "Анна", "a\"b\r\nVia: evil"])
    func told(name: String) async throws {
        try await EngineStage.run { stage in
            let phone = try await stage.phone("boris")
            let call = try await phone.call("desk")
            let session = try await stage.session()
            try await session.execute(.answer(session.caller, headers: ["X-A": "1"], displayName: name))
            guard case .answered(_, let headers) = try await phone.next("answered", of: call) else { return }
            let shown = name.filter { !$0.isNewline }
            let asserted = try #require(try headers.assertedIdentities.first)
            #expect(asserted.displayName == shown && asserted.uri.user == "desk")
            let party = try #require(try headers.addresses(.remotePartyID).first)
            #expect(party.displayName == shown && party.parameters["party"] == "called")
            #expect(headers.first("X-A") == "1" && CalleeIdentity.name(in: headers) == shown)
        }
    }

    @Test("Without a name nothing is told")
    func silent() async throws {
        try await EngineStage.run { stage in
            let phone = try await stage.phone("boris")
            let call = try await phone.call("desk")
            let session = try await stage.session()
            try await session.execute(.answer(session.caller, headers: [:], displayName: "\r\n"))
            guard case .answered(_, let headers) = try await phone.next("answered", of: call) else { return }
            #expect(!headers.contains(.pAssertedIdentity) && !headers.contains(.remotePartyID))
        }
    }

    @Test(
        "The name in an answer is found, and left alone where it is not to be told",
        arguments: [
            ([("P-Asserted-Identity", "\"Anna\" <sip:a@h>"), ("Contact", "\"Phone\" <sip:a@h>")], "Anna"),
            ([("Remote-Party-ID", "\"Boss\" <sip:b@h>;party=calling"), ("Contact", "\"Phone\" <sip:a@h>")], "Phone"),
            ([("Remote-Party-ID", "\"Anna\" <sip:b@h>;party=called")], "Anna"),
            ([("P-Asserted-Identity", "\"Anna\" <sip:a@h>"), ("Privacy", "id")], ""),
            ([("Contact", "<sip:a@h>")], ""), ([("P-Asserted-Identity", "<<<")], ""),
        ] as [([(String, String)], String)])
    func found(fields: [(String, String)], name: String) {
        let headers = SIPHeaders(fields.map { (SIPHeaderName($0), $1) })
        #expect(CalleeIdentity.name(in: headers) == name)
    }

    @Test("The scenario learns the name that a phone tells with its answer")
    func learned() async throws {
        try await EngineStage.run { stage in
            let (anna, boris) = (try await stage.phone("anna"), try await stage.phone("boris"))
            _ = try await anna.call("boris")
            let session = try await stage.session()
            let leg = CallID(rawValue: "out")
            try await session.execute(.callUser(leg, OutgoingUserCall(username: "boris", callerID: "anna")))
            let call = try await boris.incoming().handle
            try await boris.perform { (agent, now) throws(UserAgentError) in
                let headers = SIPHeaders([("P-Asserted-Identity", "\"Boris\" <sip:boris@h>")])
                try agent.accept(call, description: SIPStation.description, headers: headers, at: now)
            }
            try await session.events.first("the answer") {
                $0 == .connected(leg, headers: [:], displayName: "Boris")
            }
        }
    }
}
