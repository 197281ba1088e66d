import CallControl
import SIP
import Testing

@testable import VoiceEngine

@Suite("What is learned of a call from its messages", .serialized)
struct CallFactsTests {
    @Test("The quality is that of the agreed codec", arguments: [("9 101", true), ("0 101", false), ("9 8 0", false)])
    func quality(types: String, isWideband: Bool) async throws {
        try await EngineStage.run { stage in
            _ = try await stage.phone("anna").call("desk", types: types)
            let session = try await stage.session()
            try await session.execute(.startEarlyMedia(session.caller, headers: [:]))
            try await session.execute(.answer(session.caller, headers: [:]))
            try await session.events.first("the quality") {
                $0 == .audioQuality(session.caller, isWideband: isWideband)
            }
            try await session.events.first("the answer") { if case .connected = $0 { true } else { false } }
            #expect(
                session.events.all.count { if case .audioQuality = $0 { true } else { false } } == 1)
        }
    }

    @Test(
        "Who has forwarded the call last is known, where that is a user or number",
        arguments: [
            ("<sip:+74950000000@carrier.example>;reason=user-busy, <sip:first@carrier.example>", "+74950000000"),
            ("<tel:+7495>", "+7495"), ("<sip:carrier.example>", nil), ("nonsense <<", nil),
            ("<sip:\(String(repeating: "1", count: 201))@h>", nil),
        ] as [(String, String?)])
    func diversion(field: String, user: String?) async throws {
        try await EngineStage.run { stage in
            _ = try await stage.phone("anna").call("desk", headers: SIPHeaders([("Diversion", field)]))
            #expect(try await stage.session().arrival.divertedFrom == user)
        }
    }
}
