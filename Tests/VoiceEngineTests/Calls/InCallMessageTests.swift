import CallControl
import SIP
import Testing

@testable import VoiceEngine

/// MESSAGE and INFO inside calls, over sockets: of legs that the platform answers and of legs that it makes.
@Suite("Messages inside calls over sockets", .serialized)
struct InCallMessageTests {
    enum Side: CaseIterable, Sendable { case caller, callee }

    private struct Line {
        let session: EngineStage.Session
        let leg: CallID
        let phone: SIPStation
        let call: SessionHandle
    }

    private static func talk(_ side: Side, _ body: @escaping (Line) async throws -> Void) async throws {
        try await EngineStage.run { stage in
            let (anna, boris) = (try await stage.phone("anna"), try await stage.phone("boris"))
            boris.answersAtOnce = true
            let annasCall = try await anna.call("boris")
            let session = try await stage.session()
            let borissLeg = try await session.bridge(to: "boris")
            let borissCall = try await boris.incoming().handle
            try await anna.next("answered", of: annasCall)
            switch side {
            case .caller: try await body(Line(session: session, leg: session.caller, phone: anna, call: annasCall))
            case .callee: try await body(Line(session: session, leg: borissLeg, phone: boris, call: borissCall))
            }
        }
    }

    @Test("A scenario's texts and INFO reach the phone, with headers that may leave", arguments: Side.allCases)
    func reachThePhone(side: Side) async throws {
        try await Self.talk(side) { line in
            try await line.session.execute(
                .sendMessage(line.leg, text: "Grüße\r\nund mehr"),
                .sendInfo(
                    line.leg, mimeType: "application/json", body: #"{"a":1}"#,
                    headers: ["X-Card": "7\r\nVia: forged", "Route": "<sip:evil.example>"]))
            guard case .messageReceived(let text, _) = try await line.phone.next("messageReceived", of: line.call),
                case .infoReceived(let info, let headers) = try await line.phone.next("infoReceived", of: line.call)
            else { return }
            #expect(String(decoding: text.bytes, as: UTF8.self) == "Grüße\r\nund mehr")
            #expect(text.contentType == "text/plain;charset=UTF-8")
            #expect(String(decoding: info.bytes, as: UTF8.self) == #"{"a":1}"#)
            #expect(info.contentType == "application/json")
            #expect(headers.first("X-Card") == "7Via: forged")
            #expect(headers.first("Route") == nil)
        }
    }

    @Test("A phone's texts and INFO reach the scenario, with headers that it may see", arguments: Side.allCases)
    func reachTheScenario(side: Side) async throws {
        try await Self.talk(side) { line in
            let call = line.call
            let headers = SIPHeaders([("X-Card", "7"), ("VI-Client-Type", "pstn"), ("Subject", "secret")])
            try await line.phone.perform { (agent, now) throws(UserAgentError) in
                let text = SIPPayload(contentType: "text/plain", bytes: Array("привет".utf8))
                try agent.message(call, payload: text, headers: headers, at: now)
                let info = SIPPayload(contentType: "application/json", bytes: Array("[]".utf8))
                try agent.info(call, payload: info, headers: headers, at: now)
            }
            try await line.session.events.first("the text") {
                $0 == .messageReceived(line.leg, text: "привет", headers: ["X-Card": "7"])
            }
            try await line.session.events.first("the INFO") {
                $0 == .infoReceived(line.leg, mimeType: "application/json", body: "[]", headers: ["X-Card": "7"])
            }
            for _ in 0..<2 {
                guard case .requestAnswered(_, let status) = try await line.phone.next("requestAnswered", of: call)
                else { return }
                #expect(status == 200)
            }
        }
    }
}
