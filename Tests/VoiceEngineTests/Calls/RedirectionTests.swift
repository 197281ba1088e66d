import CallControl
import SIP
import Testing

@testable import VoiceEngine

@Suite("Redirections and messages over sockets", .serialized)
struct RedirectionTests {
    private static let leg = CallID(rawValue: "out")

    /// A session that the carrier's call has started.
    private func session(_ stage: EngineStage) async throws -> EngineStage.Session {
        let carrier = try await stage.carrier()
        _ = try await carrier.call("sip:74950000000@127.0.0.1")
        return try await stage.session()
    }

    private func redirecting(_ stage: EngineStage, _ user: String, to contact: String) async throws -> SIPStation {
        let phone = try await stage.phone(user)
        phone.refusal = (302, SIPHeaders([(.contact, contact)]))
        return phone
    }

    private func failure(_ session: EngineStage.Session) async throws -> Int {
        let event = try await session.events.first("the failure") { if case .failed = $0 { true } else { false } }
        guard case .failed(_, let code, _, _) = event else { return 0 }
        return code
    }

    @Test func aPhoneSendsItsCallOnToAnotherUser() async throws {
        try await EngineStage.run { stage in
            let session = try await session(stage)
            _ = try await redirecting(stage, "67", to: "<sip:68@\(EngineStage.domain)>")
            let target = try await stage.phone("68")
            target.answersAtOnce = true
            try await session.execute(
                .callUser(
                    Self.leg, OutgoingUserCall(username: "67", callerID: "7911", displayName: "Анна \"А\"")))
            let call = try await target.incoming()
            #expect(
                call.request.headers.all(.diversion) == [
                    "<sip:67@\(EngineStage.domain)>;reason=deflection;counter=1"
                ])
            #expect(try call.request.headers.history.map(\.index) == ["1", "1.1"])
            #expect(try call.request.headers.to.uri.user == "68")
            #expect(try call.request.headers.from.displayName == "Анна \"А\"")
            try await session.events.first("the forwarding") { $0 == .forwarding(Self.leg, headers: [:]) }
            try await session.events.first("the answer") {
                if case .connected(Self.leg, _, _) = $0 { true } else { false }
            }
        }
    }

    @Test(arguments: ["<sip:x@elsewhere.example>", "<sip:67@app.acme.test>", "<sip:nobody@app.acme.test>", "garbage <"])
    func whatMayNotBeFollowedFailsWithTheCode(contact: String) async throws {
        try await EngineStage.run { stage in
            let session = try await session(stage)
            _ = try await redirecting(stage, "67", to: contact)
            try await session.execute(.callUser(Self.leg, OutgoingUserCall(username: "67", callerID: "7911")))
            #expect(try await failure(session) == 302)
            #expect(!session.events.all.contains { if case .forwarding = $0 { true } else { false } })
        }
    }

    @Test func aRingOfForwardingsEnds() async throws {
        try await EngineStage.run { stage in
            let session = try await session(stage)
            _ = try await redirecting(stage, "67", to: "<sip:68@\(EngineStage.domain)>")
            _ = try await redirecting(stage, "68", to: "<sip:67@\(EngineStage.domain)>")
            try await session.execute(.callUser(Self.leg, OutgoingUserCall(username: "67", callerID: "7911")))
            #expect(try await failure(session) == 302)
        }
    }

    @Test func aForwardedCallTellsItsCalleeWhereItComesFrom() async throws {
        try await EngineStage.run { stage in
            let session = try await session(stage)
            let target = try await stage.phone("68")
            let flow = try #require(stage.phoneAddress(of: "68"))
            var call = OutgoingSIPCall(uri: "sip:+7999@\(flow)", callerID: "7911", forwardedFrom: "74950000000")
            call.headers = ["X-A": "1", "Privacy": "id"]
            try await session.execute(.callSIP(Self.leg, call))
            let headers = try await target.incoming().request.headers
            #expect(try headers.diversions.first?.address.uri.user == "74950000000")
            #expect(try headers.diversions.first?.reason == .unconditional)
            #expect(try headers.from.uri.bareHost == "anonymous.invalid" && headers.first(.privacy) == "id")
            #expect(!headers.contains(.pAssertedIdentity))
        }
    }

    @Test func earlyMediaWithItsAnswerAloneIsReliableAndTheCallConnects() async throws {
        try await EngineStage.run { stage in
            let session = try await session(stage)
            let target = try await stage.phone("68")
            try await session.execute(.callUser(Self.leg, OutgoingUserCall(username: "68", callerID: "7911")))
            let call = try await target.incoming().handle
            try await target.perform { (agent, now) throws(UserAgentError) in
                try agent.progress(call, description: SIPStation.description, at: now)
            }
            try await target.next("progressConfirmed", of: call)
            try await session.events.first("early sound") { $0 == .audioStarted(Self.leg, headers: [:]) }
            try await target.perform { (agent, now) throws(UserAgentError) in
                try agent.accept(call, description: [], at: now)
            }
            try await session.events.first("the answer") { $0 == .connected(Self.leg, headers: [:]) }
        }
    }

    @Test func aCallerThatWantsReliableRingingGetsIt() async throws {
        try await EngineStage.run { stage in
            let anna = try await stage.phone("anna")
            let call = try await anna.call("boris", headers: SIPHeaders([(.require, "100rel")]))
            let session = try await stage.session()
            let own = session.caller
            try await session.execute(.startEarlyMedia(own, headers: [:]), .answer(own, headers: [:]))
            try await anna.next("earlyMedia", of: call)
            try await anna.next("answered", of: call)
            try await session.events.first("the confirmation") { $0 == .connected(own, headers: [:]) }
            #expect(anna.sent.all.contains { $0.request?.method == .prack })
        }
    }

    @Test(
        arguments: [
            ("68", "text/plain", "hello", 202), ("nobody", "text/plain", "hello", 480),
            ("68", "application/xml", "hello", 415), ("68", "text/plain", String(repeating: "x", count: 1301), 413),
        ])
    func textsReachAUsersPhones(target: String, type: String, text: String, status: Int) async throws {
        try await EngineStage.run { stage in
            let sender = try await stage.phone("67")
            let phones = [try await stage.phone("68"), try await stage.phone("68")]
            let uri = SIPURI(user: target, host: EngineStage.domain)
            let got = try await sender.send(.message, to: uri) { request, _ in
                request.headers.set(.contentType, type)
                request.body = Array(text.utf8)
            }
            #expect(got == status)
            guard status == 202 else { return }
            for phone in phones {
                let request = try await phone.requests.first("the text") { $0.method == .message }
                #expect(request.body == Array(text.utf8))
                #expect(try request.headers.from.uri.user == "67")
            }
        }
    }

    @Test func aTextForAnotherApplicationIsNotPassedOn() async throws {
        try await EngineStage.run { stage in
            let sender = try await stage.phone("67")
            _ = try await stage.phone("68", domain: EngineStage.foreignDomain)
            let uri = SIPURI(user: "68", host: EngineStage.foreignDomain)
            let status = try await sender.send(.message, to: uri) { request, _ in
                request.headers.set(.contentType, "text/plain")
            }
            #expect(status == 404)
        }
    }
}
