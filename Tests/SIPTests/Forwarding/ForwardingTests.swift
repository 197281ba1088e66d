import Testing

@testable import SIP

@Suite("Where a forwarded call has been")
struct ForwardingTests {
    @Test("A forwarding is written before the earlier ones, and as the next target of the history")
    func forwarding() throws {
        var headers: SIPHeaders = [
            "Diversion": "\"Old\" <sip:first@carrier.example>;reason=no-answer;counter=2;privacy=off",
            "History-Info": "<sip:first@carrier.example>;index=1, <sip:67@acme.example?Reason=SIP>;index=1.1",
        ]
        headers.noteForwarding(
            from: SIPURI(user: "67", host: "acme.example"), to: SIPURI(user: "68", host: "acme.example"), status: 302)
        #expect(
            headers.all(.diversion) == [
                "<sip:67@acme.example>;reason=deflection;counter=1",
                "\"Old\" <sip:first@carrier.example>;reason=no-answer;counter=2",
            ])
        #expect(
            headers.all(.historyInfo) == [
                "<sip:first@carrier.example>;index=1", "<sip:67@acme.example>;index=1.1",
                "<sip:68@acme.example;cause=302>;index=1.1.1",
            ])
        #expect(try headers.history.last?.cause == 302)
    }

    @Test("The trail of a call that goes round and round stays short")
    func bounded() throws {
        var headers = SIPHeaders()
        for number in 0..<50 {
            headers.noteForwarding(
                from: SIPURI(user: "\(number)", host: "h"), to: SIPURI(user: "\(number + 1)", host: "h"), status: 302)
        }
        #expect(try headers.diversions.count == 10)
        #expect(headers.count(.historyInfo) <= 11)
    }

    @Test(
        "What cannot be read counts as unknown or is left out",
        arguments: [
            ("Diversion", "<sip:a@h>;reason=moon;counter=many"), ("History-Info", "<sip:a@h>;index=x"),
            ("History-Info", "<sip:a@h>"),
        ])
    func garbage(name: String, value: String) throws {
        let headers = SIPHeaders([(SIPHeaderName(name), value)])
        #expect(try headers.history.isEmpty)
        #expect(try headers.diversions.allSatisfy { $0.reason == .unknown && $0.counter == 1 })
    }
}
