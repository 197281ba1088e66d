import Testing

@testable import SIP

@Suite("The registration client")
struct RegistrationClientTests {
    private var client = RegistrationClient(
        settings: RegistrationSettings(
            registrar: SIPURI(host: "trunk.example"),
            address: NameAddress(uri: SIPURI(user: "a", host: "trunk.example")),
            contact: NameAddress(uri: SIPURI(user: "a", host: "10.0.0.1", port: 5060))), seed: [1])

    private func at(_ seconds: Int) -> SIPInstant { SIPInstant(nanoseconds: UInt64(seconds) * 1_000_000_000) }

    private mutating func sent() throws -> SIPRequest {
        guard case .send(let request)? = client.nextAction() else { throw Missing.incoming }
        return request
    }

    private mutating func answer(_ status: Int, to request: SIPRequest, _ headers: SIPHeaders, at seconds: Int) {
        var response = request.response(status, toTag: "t")
        response.headers.append(contentsOf: headers)
        client.receive(response, at: at(seconds))
    }

    @Test("It registers, refreshes before the granted life ends, and counts on in one Call-ID")
    mutating func refresh() throws {
        client.start()
        let first = try sent()
        answer(200, to: first, ["Contact": "<sip:other@h>;expires=7, <sip:a@10.0.0.1:5060>;expires=600"], at: 0)
        #expect(client.nextAction() == .registered(until: at(600)) && client.nextDeadline == at(540))
        client.timersFired(at: at(540))
        let second = try sent()
        #expect(try second.headers.callID == first.headers.callID)
        #expect(try first.headers.cseq.number == 1 && second.headers.cseq.number == 2)
        #expect(first.headers.first(.expires) == "3600" && "\(first.uri)" == "sip:trunk.example")
    }

    @Test("After an answered challenge the numbers go on from the raised one")
    mutating func raisedSequence() throws {
        client.start()
        var answered = try sent()
        answered.headers.set(.cSeq, "2 REGISTER")
        answer(200, to: answered, ["Expires": "100"], at: 0)
        _ = client.nextAction()
        client.timersFired(at: at(90))
        #expect(try sent().headers.cseq.number == 3)
    }

    @Test("423 is answered at once with the longer life")
    mutating func tooBrief() throws {
        client.start()
        let request = try sent()
        answer(423, to: request, ["Min-Expires": "7200"], at: 0)
        #expect(try sent().headers.first(.expires) == "7200")
    }

    @Test("A renewal does not wait, neither for the refresh nor for the next try")
    mutating func renewal() throws {
        client.renew()
        #expect(client.nextAction() == nil)
        client.start()
        let first = try sent()
        client.renew()
        #expect(client.nextAction() == nil)
        answer(200, to: first, ["Expires": "600"], at: 0)
        _ = client.nextAction()
        client.renew()
        #expect(client.state == .registering && client.nextDeadline == nil)
        _ = try sent()
        client.receive(nil, at: at(1))
        _ = client.nextAction()
        client.renew()
        _ = try sent()
        #expect(client.state == .registering)
    }

    @Test("Failures wait 30 s, 60 s, 120 s and so on up to 30 min, each with up to a tenth more")
    mutating func backOff() throws {
        client.start()
        var now = 0
        for expected in [30, 60, 120, 240, 480, 960, 1800, 1800] {
            _ = try sent()
            client.receive(nil, at: at(now))
            guard case .failed(nil, let retryAt)? = client.nextAction() else { throw Missing.failed }
            let wait = at(now).duration(to: retryAt)
            #expect(wait >= .seconds(expected) && wait <= .seconds(expected) * 1.1)
            now = Int(retryAt.nanoseconds / 1_000_000_000) + 1
            client.timersFired(at: at(now))
        }
    }

    @Test("A wrong password waits the longest time, Retry-After is kept", arguments: [(403, 1800), (503, 900)])
    func refusals(status: Int, expected: Int) throws {
        var test = self
        test.client.start()
        let request = try test.sent()
        test.answer(status, to: request, ["Retry-After": "900"], at: 0)
        guard case .failed(status, let retryAt)? = test.client.nextAction() else { throw Missing.failed }
        #expect(retryAt >= at(expected) && retryAt <= at(expected + expected / 10))
        test.client.timersFired(at: retryAt)
        #expect(test.client.state == .registering)
    }

    @Test("Stopping removes the binding, also when a request is under way")
    mutating func stop() throws {
        client.start()
        let first = try sent()
        client.stop()
        #expect(client.nextAction() == nil)
        answer(200, to: first, ["Expires": "600"], at: 0)
        let removal = try sent()
        #expect(removal.headers.first(.expires) == "0" && client.state == .removing)
        answer(200, to: removal, [:], at: 1)
        #expect(client.nextAction() == .unregistered && client.state == .idle && client.nextDeadline == nil)
    }

    @Test("Started again while it is removing, it registers when the removal is done")
    mutating func restart() throws {
        client.start()
        answer(200, to: try sent(), ["Expires": "600"], at: 0)
        _ = client.nextAction()
        client.stop()
        let removal = try sent()
        client.start()
        answer(200, to: removal, [:], at: 1)
        #expect(client.nextAction() == .unregistered)
        #expect(try sent().headers.first(.expires) == "3600")
    }
}
