import CallControl
import SDP
import SIP
import Testing

@testable import VoiceEngine

/// A user with several phones is called on all of them, and what they send before the answer.
@Suite struct ForkingTests {
    private static let leg = CallID(rawValue: "out-boris")

    /// Anna calls; her session rings both of Boris's phones.
    private struct Ringing {
        let session: EngineStage.Session
        let phones: [SIPStation]
        let calls: [(handle: SessionHandle, request: SIPRequest)]

        init(_ stage: EngineStage) async throws {
            let anna = try await stage.phone("anna")
            phones = [try await stage.phone("boris"), try await stage.phone("boris")]
            _ = try await anna.call("boris")
            session = try await stage.session()
            try await session.execute(
                .callUser(ForkingTests.leg, OutgoingUserCall(username: "boris", callerID: "anna")))
            var calls: [(handle: SessionHandle, request: SIPRequest)] = []
            for phone in phones { calls.append(try await phone.incoming()) }
            self.calls = calls
        }

        func event(_ name: String) async throws -> CallEvent {
            try await session.events.first(name) { "\($0)".prefix { $0 != "(" } == name }
        }
    }

    @Test(arguments: [0, 1]) func theFirstToAnswerHasTheCallAndTheOtherIsToldSo(winner: Int) async throws {
        try await EngineStage.run { stage in
            let ringing = try await Ringing(stage)
            let loser = 1 - winner
            try await ringing.phones[winner].accept(ringing.calls[winner].handle)
            #expect(try await ringing.event("connected").callID == Self.leg)
            let end = try await ringing.phones[loser].next("cancelled", of: ringing.calls[loser].handle)
            guard case .cancelled(let reason) = end else { return }
            // RFC 3326: the phone must not show a missed call.
            #expect(reason == "SIP;cause=200;text=\"Call completed elsewhere\"")
            try await ringing.phones[winner].bye(ringing.calls[winner].handle)
            _ = try await ringing.event("disconnected")
            #expect(ringing.session.events.all.count { "\($0)".hasPrefix("connected") } == 1)
        }
    }

    @Test func ofTwoThatAnswerAtOnceOneIsHungUp() async throws {
        try await EngineStage.run { stage in
            let ringing = try await Ringing(stage)
            for phone in ringing.phones { try await phone.holdBack(true) }
            for (phone, call) in zip(ringing.phones, ringing.calls) { try await phone.accept(call.handle) }
            for phone in ringing.phones { try await phone.holdBack(false) }
            _ = try await ringing.event("connected")
            try await ringing.phones[1].next("ended", of: ringing.calls[1].handle)
            try await ringing.phones[0].bye(ringing.calls[0].handle)
            _ = try await ringing.event("disconnected")
            #expect(ringing.session.events.all.count { "\($0)".hasPrefix("connected") } == 1)
        }
    }

    @Test(arguments: [([486, 486], 486), ([503, 480], 480), ([480, 603], 603)])
    func aCallThatNobodyTakesFailsWithTheBestOfTheAnswers(statuses: [Int], code: Int) async throws {
        try await EngineStage.run { stage in
            let ringing = try await Ringing(stage)
            for (index, status) in statuses.enumerated() {
                let handle = ringing.calls[index].handle
                try await ringing.phones[index].perform { (agent, now) throws(UserAgentError) in
                    try agent.reject(handle, status: status, at: now)
                }
                try await ringing.phones[index].next("failed", of: handle)
            }
            guard case .failed(Self.leg, let told, _, _) = try await ringing.event("failed") else { return }
            #expect(told == code)
        }
    }

    @Test func aScenarioThatGivesUpCancelsAllPhones() async throws {
        try await EngineStage.run { stage in
            let ringing = try await Ringing(stage)
            try await ringing.session.execute(.hangup(Self.leg, code: 603, headers: [:]))
            for (phone, call) in zip(ringing.phones, ringing.calls) {
                let end = try await phone.next("cancelled", of: call.handle)
                if case .cancelled(let reason) = end { #expect(reason == nil) }
            }
            guard case .failed(Self.leg, let code, _, _) = try await ringing.event("failed") else { return }
            #expect(code == 487)
        }
    }

    @Test func theCallerHearsWhatACalleeSendsBeforeTheAnswer() async throws {
        try await EngineStage.run { stage in
            let anna = try await stage.phone("anna")
            let boris = try await stage.phone("boris")
            let ear = try TestPhone(server: 9)
            let call = try await anna.call("boris", hearsAt: ear.port)
            let session = try await stage.session()
            try await session.execute(.callUser(Self.leg, OutgoingUserCall(username: "boris", callerID: "anna")))
            let (handle, request) = try await boris.incoming()
            try await boris.perform { (agent, now) throws(UserAgentError) in
                try agent.progress(handle, description: SIPStation.description, at: now)
            }
            try await session.events.first("early sound") { $0 == .audioStarted(Self.leg, headers: [:]) }
            try await session.execute(
                .startEarlyMedia(session.caller, headers: [:]),
                .sendMedia(from: UnitID(Self.leg), to: UnitID(session.caller)))
            guard case .earlyMedia(let description, _) = try await anna.next("earlyMedia", of: call) else { return }
            #expect(try SessionDescription(parsing: description).media.first?.port != 0)
            let port = try #require(try SessionDescription(parsing: request.body).media.first?.port)
            let mouth = try TestPhone(server: port)
            mouth.say([UInt8](repeating: 0x2A, count: 160))
            let heard = ear.receive { $0.payload.allSatisfy { $0 == 0x2A } }
            #expect(heard != nil, "the callee's sound reaches the caller before anybody has answered")
        }
    }
}
