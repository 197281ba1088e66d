import CallControl
import SIP
import Testing

@testable import VoiceEngine

@Suite("Calls of scenarios into conferences", .serialized)
struct ConferenceLegTests {
    private static let leg = CallID(rawValue: "into-the-room")

    /// A session with a call of the carrier, and the one that its call into a conference has started.
    private func sessions(
        _ stage: EngineStage, headers: CallHeaders = [:]
    ) async throws -> (host: EngineStage.Session, room: EngineStage.Session) {
        let carrier = try await stage.carrier()
        _ = try await carrier.call("sip:74950000000@127.0.0.1")
        let host = try await stage.session()
        try await host.execute(
            .callConference(
                Self.leg,
                OutgoingConferenceCall(
                    conference: "room 7/а", callerID: "79112233444", displayName: "Анна", headers: headers)))
        let room = try await stage.sessions.first("the conference's session") {
            if case .conference = $0.arrival.source { true } else { false }
        }
        return (host, room)
    }

    @Test func aCallIntoAConferenceIsACallOfItsApplicationWithEverythingThatCallsHave() async throws {
        try await EngineStage.run { stage in
            let (host, room) = try await sessions(stage, headers: ["X-Seat": "12"])
            #expect(room.arrival.source == .conference(domain: EngineStage.domain))
            #expect(room.arrival.destination == "room 7/а")
            #expect(room.arrival.callerID == "79112233444" && room.arrival.displayName == "Анна")
            #expect(room.arrival.headers["X-Seat"] == "12")
            #expect(room.arrival.headers["VI-Client-Type"] == "conference")
            try await room.execute(.ring(room.caller, headers: [:]))
            try await host.events.first("the ringing") {
                if case .ringing(Self.leg, _) = $0 { true } else { false }
            }
            try await room.execute(.answer(room.caller, headers: ["X-Room": "7"]))
            let answer = try await host.events.first("the answer") {
                if case .connected(Self.leg, _, _) = $0 { true } else { false }
            }
            guard case .connected(_, let headers, _) = answer else { return }
            #expect(headers["X-Room"] == "7")
            try await room.execute(.handleTones(room.caller, enabled: true, kinds: [.telephoneEvent]))
            try await host.execute(.sendDigits(Self.leg, digits: "5"))
            let caller = room.caller
            try await room.events.first("the digit") {
                if case .toneReceived(caller, tone: let digit, kind: _) = $0 { digit == "5" } else { false }
            }
            try await host.execute(.hangup(Self.leg, code: 200, headers: [:]))
            try await room.events.first("the end") {
                if case .disconnected(caller, _) = $0 { true } else { false }
            }
        }
    }

    @Test func whoJoinsARunningSessionIsALegOfIt() async throws {
        try await EngineStage.run { stage in
            let (host, room) = try await sessions(stage)
            let guest = room.caller
            try await host.take(room)
            try await host.execute(.answer(guest, headers: [:]))
            try await host.events.first("both ends") {
                if case .connected(guest, _, _) = $0 { true } else { false }
            }
            try await host.execute(.hangup(Self.leg, code: 200, headers: [:]))
            try await host.events.first("the guest's end") {
                if case .disconnected(guest, _) = $0 { true } else { false }
            }
        }
    }

    @Test func aConferenceThatRefusesFailsTheCallWithItsCode() async throws {
        try await EngineStage.run { stage in
            let carrier = try await stage.carrier()
            _ = try await carrier.call("sip:74950000000@127.0.0.1")
            let host = try await stage.session()
            // The first call is admitted for certain when its session does something.
            try await host.execute(.ring(host.caller, headers: [:]))
            stage.verdict = .rejected(status: 486, reason: "The conference is full or ends")
            try await host.execute(
                .callConference(Self.leg, OutgoingConferenceCall(conference: "full", callerID: "7")))
            let event = try await host.events.first("the failure") { if case .failed = $0 { true } else { false } }
            guard case .failed(Self.leg, let code, _, _) = event else { return }
            #expect(code == 486)
        }
    }

    @Test func theWayIntoAConferenceCountsOnceAndOnlyFromInside() throws {
        let doors = ConferenceDoors()
        let door = ConferenceDoors.Door(conference: "room", domain: "a.test")
        let inside = SIPFlow(
            transport: .udp, localAddress: "127.0.0.1", localPort: 5060, remoteAddress: "127.0.0.1", remotePort: 5060)
        var outside = inside
        outside.remotePort = 5062
        let address = SIPURI(user: doors.make(door), host: "127.0.0.1")
        #expect(doors.open(address, from: outside) == nil)
        #expect(doors.open(SIPURI(user: "room", host: "127.0.0.1"), from: inside) == nil)
        #expect(doors.open(address, from: inside) == door)
        #expect(doors.open(address, from: inside) == nil)
        let first = SIPURI(user: doors.make(door), host: "127.0.0.1")
        for _ in 0..<ConferenceDoors.most { _ = doors.make(door) }
        #expect(doors.open(first, from: inside) == nil)
    }
}
