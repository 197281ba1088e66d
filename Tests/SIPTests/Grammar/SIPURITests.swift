import SIP
import Testing

@Suite("URIs")
struct SIPURITests {
    @Test(
        "a URI is written as it was read",
        arguments: [
            "sip:alice@atlanta.com", "sip:alice:secretword@atlanta.com;transport=tcp",
            "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:+1-212-555-1212:1234@gateway.com;user=phone", "sips:1212@gateway.com", "sip:alice@192.0.2.4",
            "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", "sip:alice;day=tuesday@atlanta.com",
            "sip:[2001:db8::10]:5070;lr", "tel:+7-495-123-45-67;ext=12", "tel:112;phone-context=+7",
            "sip:%00%ff@host", "sip:a@b;token=YQ==;x", "sip:*21#@pbx", "isbn:2983792873", "mailto:a@b?subject=x",
        ])
    func roundTrip(_ text: String) throws {
        #expect(try SIPURI(parsing: text).description == text)
    }

    @Test("the parts of a URI are found")
    func parts() throws {
        let uri = try SIPURI(parsing: "SIPS:al%69ce:p%40ss@[2001:db8::1]:5061;Transport=TCP;lr?Subject=x%20y&a=")
        #expect(uri.scheme == "sips" && uri.isSIP)
        #expect(uri.user == "alice" && uri.rawUser == "al%69ce" && uri.password == "p@ss")
        #expect(uri.host == "[2001:db8::1]" && uri.bareHost == "2001:db8::1" && uri.port == 5061)
        #expect(uri.transport == "tcp" && uri.parameters.contains("LR") && uri.parameters["lr"] == nil)
        #expect(uri.headers.map(\.name) == ["Subject", "a"] && uri.headers[1].value.isEmpty)
        let number = try SIPURI(parsing: "tel:+15551212;ext=7")
        #expect(number.user == "+15551212" && number.host.isEmpty && number.parameters["ext"] == "7")
    }

    @Test(
        "what is no URI throws",
        arguments: [
            "", "sip", "sip:", ":a@b", "1sip:a@b", "sip:a@", "sip:a@b:", "sip:a@b:65536",
            "sip:a@b:99999999999999999999",
            "sip:a@b c", "sip:a b@c", " sip:a@b", "sip:a@b ", "<sip:a@b>", "sip:a%4@b", "sip:a%zz@b", "sip:a@b;",
            "sip:a@b;;c", "sip:a@b;=c", "sip:a@b?", "sip:a@b?x", "sip:a@b?=x", "sip:a@[::1", "sip:a@[]", "sip:a@b@c",
            "sip:a@b\r\nVia: x", "tel:", "tel:;x=y", "sip:a\"b@c", "http://a b", "x:",
        ])
    func malformed(_ text: String) {
        let error = #expect(throws: SIPParseError.self) { try SIPURI(parsing: text) }
        #expect(error?.code == .malformedURI)
    }

    @Test("a user with reserved characters is escaped, so that it stays one user")
    func escaping() throws {
        let uri = SIPURI(user: "a@b:c d%", host: "example.com")
        #expect(uri.description == "sip:a%40b%3Ac%20d%25@example.com")
        #expect(try SIPURI(parsing: uri.description).user == "a@b:c d%")
    }

    @Test("a parameter set to anything stays one parameter")
    func sealedParameters() throws {
        let uri = SIPURI(host: "h", parameters: ["a": "x;lr?b=c@d> \r\n%41", "e": nil])
        #expect(uri.description == "sip:h;a=x%3Blr%3Fb=c%40d%3E%20%0D%0A%41;e")
        #expect(try SIPURI(parsing: uri.description).parameters.count == 2)
    }

    @Test("more parameters or headers than anyone needs are refused")
    func manyParameters() throws {
        #expect(try SIPURI(parsing: "sip:h" + String(repeating: ";a", count: 64)).parameters.count == 64)
        for text in [String(repeating: ";a", count: 65), "?a=b" + String(repeating: "&a=b", count: 64)] {
            #expect(throws: SIPParseError.self) { try SIPURI(parsing: "sip:h" + text) }
            #expect(throws: SIPParseError.self) { try NameAddress(parsing: "<sip:h>" + text) }
        }
    }

    @Test(
        "equivalent URIs by RFC 3261 clause 19.1.4",
        arguments: [
            ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
            ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"
            ),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x"
            ),
            ("tel:+7-495-123", "tel:+7495(123)"), ("isbn:1", "isbn:1"),
        ])
    func equivalent(_ left: String, _ right: String) throws {
        let (left, right) = (try SIPURI(parsing: left), try SIPURI(parsing: right))
        #expect(left.isEquivalent(to: right) && right.isEquivalent(to: left))
    }

    @Test(
        "URIs that RFC 3261 clause 19.1.4 tells apart",
        arguments: [
            ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"), ("sip:a@b", "sips:a@b"), ("sip:a@b", "sip:b"),
            ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"), ("tel:+1", "tel:+2"),
        ])
    func different(_ left: String, _ right: String) throws {
        let (left, right) = (try SIPURI(parsing: left), try SIPURI(parsing: right))
        #expect(!left.isEquivalent(to: right) && !right.isEquivalent(to: left))
    }
}
