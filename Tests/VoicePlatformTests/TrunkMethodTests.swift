import CallControl
import Testing
import VoiceEngine

@testable import VoicePlatform

@Suite struct TrunkMethodTests {
    @Test func `every state of a trunk has its words and times`() {
        let now = UnixTime(seconds: 1_772_355_600)  // 2026-03-01 09:00:00
        let server = TrunkStatus.Server(
            host: "sip.carrier.example", port: nil, transport: "tls",
            registration: .init(state: .failed, failure: 403, next: .seconds(1800)),
            places: [
                .init(address: "192.0.2.1", port: 5061, health: .up, since: .seconds(3600), lastAnswer: .seconds(30)),
                .init(address: "192.0.2.2", port: 5061, health: .resting, since: .seconds(10), restEnds: .seconds(20)),
                .init(address: nil, port: nil, health: .down, since: .seconds(5)),
            ])
        let contact = TrunkStatus.Contact(
            uri: "sip:b@10.0.0.1", address: "192.0.2.7", port: 40000, transport: "tcp", ends: .seconds(600),
            product: "PBX")
        let trunk = TrunkStatus(
            name: TrunkName(rawValue: "carrier"), servers: [server], hasLogin: true, contacts: [contact])
        #expect(
            TrunkMethods.list([trunk], at: now).encoded
                == #"{"result":[{"trunk_name":"carrier","servers":[{"host":"sip.carrier.example","transport":"tls","#
                + #""registration":{"state":"failed","last_failure":403,"next_attempt":"2026-03-01 09:30:00"},"#
                + #""places":[{"address":"192.0.2.1","port":5061,"state":"up","since":"2026-03-01 08:00:00","#
                + #""last_answer":"2026-03-01 08:59:30"},{"address":"192.0.2.2","port":5061,"state":"resting","#
                + #""since":"2026-03-01 08:59:50","rest_ends":"2026-03-01 09:00:20"},"#
                + #"{"state":"down","since":"2026-03-01 08:59:55"}]}],"may_register":true,"#
                + #""contacts":[{"uri":"sip:b@10.0.0.1","address":"192.0.2.7","port":40000,"transport":"tcp","#
                + #""ends":"2026-03-01 09:10:00","user_agent":"PBX"}]}],"count":1,"total_count":1}"#)
    }

    @Test func `trunks are the operator's business`() async throws {
        try await TestPlatform.run { platform in
            let seen = try await platform.master.call("GetTrunks", [:])
            #expect(seen["result"].items.count == 1 && seen["result"][0]["trunk_name"].string == "carrier")
            let tenant = try await platform.child("company")
            let refused = try await tenant.call("GetTrunks", [:])
            #expect(refused.errorCode == 104)
        }
    }
}
