import SIP
import Testing

@Suite struct NextHopTests {
    @Test(
        arguments: [
            ("sip:a@sip.example", SIPNextHop(host: "sip.example", transport: .udp)),
            ("sip:a@sip.example;transport=TCP", SIPNextHop(host: "sip.example", transport: .tcp)),
            ("sip:a@sip.example;transport=tls", SIPNextHop(host: "sip.example", transport: .tls)),
            ("sips:a@sip.example", SIPNextHop(host: "sip.example", transport: .tls)),
            ("sips:a@[2001:db8::1]:5071;transport=tcp", SIPNextHop(host: "2001:db8::1", port: 5071, transport: .tls)),
            ("sip:a@sip.example:5070;maddr=192.0.2.1", SIPNextHop(host: "192.0.2.1", port: 5070, transport: .udp)),
        ])
    func aURINamesItsHop(text: String, expected: SIPNextHop) throws {
        #expect(SIPNextHop(try SIPURI(parsing: text)) == expected)
    }

    @Test(arguments: ["sip:a@sip.example;transport=sctp", "sips:a@sip.example;transport=udp", "tel:+74012000000"])
    func otherURIsNameNone(text: String) throws {
        #expect(SIPNextHop(try SIPURI(parsing: text)) == nil)
    }
}
