import SIP
import Testing

@Suite("Header fields")
struct SIPHeadersTests {
    @Test("names ignore case and know their compact forms")
    func names() {
        #expect(SIPHeaderName("CALL-id") == .callID && SIPHeaderName("i") == .callID)
        #expect(SIPHeaderName("r") == .referTo && SIPHeaderName("X") == .sessionExpires)
        #expect(SIPHeaderName("a") == .acceptContact && SIPHeaderName("d") == .requestDisposition)
        #expect(SIPHeaderName("o") == .event && SIPHeaderName("u") == .allowEvents && SIPHeaderName("b") == .referredBy)
        #expect(SIPHeaderName("X-Own") == SIPHeaderName("x-oWN") && SIPHeaderName("X-Own") != SIPHeaderName("X-Other"))
        #expect(SIPHeaderName("X-Own").hashValue == SIPHeaderName("x-own").hashValue)
        #expect(SIPHeaderName("x-own").text == "x-own" && SIPHeaderName("l").text == "Content-Length")
        #expect(SIPHeaderName("") != .via)
    }

    @Test("lines are set, added, put first and removed in order")
    func editing() {
        var headers = SIPHeaders([(.via, "1"), (.to, "t"), (.via, "2"), (.from, "f")])
        headers.prepend(.via, "0")
        #expect(headers.all(.via) == ["0", "1", "2"] && headers.count(.via) == 3)
        headers.set(.via, "x")
        headers.append("X-A", "a")
        #expect(headers.map(\.value) == ["x", "t", "f", "a"])
        headers.set("X-B", "b")
        headers.remove(.to)
        #expect(headers.map(\.value) == ["x", "f", "a", "b"] && !headers.contains(.to))
    }

    @Test("a list is split at commas outside quotes and brackets, over several lines")
    func lists() throws {
        let headers = SIPHeaders([
            (.contact, #""Bell, \"A\"" <sip:a@x;p=1,2>;q=0.7, sip:b@y"#), (.contact, "<sip:c@z?a=b,c>;expires=60"),
            (.supported, "timer, 100rel ,replaces"), (.supported, "path"), (.allow, "INVITE,FOO"),
        ])
        let contacts = try headers.contacts.addresses
        #expect(contacts.map(\.uri.user) == ["a", "b", "c"])
        #expect(contacts[0].displayName == #"Bell, "A""# && contacts[2].expires == 60)
        #expect(try headers.supported == ["timer", "100rel", "replaces", "path"])
        #expect(try headers.allow == [.invite, SIPMethod(rawValue: "FOO")])
        #expect(try SIPHeaders([(.contact, "*")]).contacts == .wildcard)
        #expect(try SIPHeaders().contacts == .addresses([]))
    }

    @Test("an address is read with and without brackets, quotes and spaces")
    func addresses() throws {
        let bare = try NameAddress(parsing: "sip:a@b;+sip.instance=\"<urn:uuid:1>\";q=1")
        #expect(
            bare.displayName == nil && bare.uri.parameters.isEmpty && bare.parameters["+sip.instance"] == "<urn:uuid:1>"
        )
        let unicode = try NameAddress(parsing: "Анна Ким <sip:a@b;lr>;tag=1")
        #expect(unicode.displayName == "Анна Ким" && unicode.uri.parameters.contains("lr") && unicode.tag == "1")
        #expect(try NameAddress(parsing: "\"\"<sip:a@b>").displayName?.isEmpty == true)
        #expect(try NameAddress(parsing: " < sip:a@b>".replacing(" s", with: "s")).displayName == nil)
    }

    @Test("numbers, timers and identifiers are read")
    func values() throws {
        let headers = SIPHeaders([
            (.sessionExpires, "1800;refresher=UAC"), (.minSE, "90;x"), (.retryAfter, "120 (later);duration=3"),
            (.replaces, "a@b;from-tag=f;to-tag=t;early-only"), (.referTo, "Bob <sip:bob@x?Replaces=1%3Bto-tag%3D2>"),
            (.rAck, "776656 1 INVITE"), (.event, "refer;id=93809824"),
            (.contentType, "Application/SDP; charset=\"u-8\""),
            (.expires, "0"), (.maxForwards, "70"),
        ])
        #expect(try headers.sessionExpires == SessionExpires(interval: 1800, refresher: .client))
        #expect(
            try headers.minSE == 90 && headers.retryAfter == 120 && headers.expires == 0 && headers.maxForwards == 70)
        #expect(try headers.replaces == Replaces(callID: "a@b", toTag: "t", fromTag: "f", earlyOnly: true))
        #expect(try headers.referTo?.uri.headers.first?.value == "1%3Bto-tag%3D2")
        #expect(try headers.rAck == RAck(responseNumber: 776_656, cseq: CSeq(number: 1, method: .invite)))
        #expect(try headers.event?.token == "refer" && headers.event?.parameters["id"] == "93809824")
        #expect(try headers.contentType?.essence == "application/sdp")
        #expect(try headers.contentType?.parameters["charset"] == "u-8")
        #expect(try SIPHeaders().expires == nil && SIPHeaders().replaces == nil)
    }

    @Test(
        "a value outside its grammar throws",
        arguments: [
            ("CSeq", "1"), ("CSeq", "x INVITE"), ("CSeq", "2147483648 INVITE"), ("CSeq", "1INVITE"), ("CSeq", "1 A B"),
            ("From", "\"a <sip:a@b>"), ("From", "<sip:a@b"), ("From", "<sip:a@b>;"), ("From", "<sip:a@b> x"),
            ("From", ""),
            ("From", "a, b <sip:a@b>"), ("From", "sip:a@b?x=y"), ("From", "<sip:a@b>;tag="), ("Max-Forwards", "256"),
            ("Via", "SIP/2.0 x"), ("Via", "SIP/2.0/UDP"), ("Via", "SIP/2.0/UDP a:70000"), ("Via", "SIP/2.0/UDP a,,b"),
            ("Via", "HTTP/2.0/UDP a"), ("Call-ID", "a b"), ("Call-ID", ""), ("Content-Type", "text"),
        ])
    func malformed(_ name: String, _ value: String) {
        let headers = SIPHeaders([
            (.via, "SIP/2.0/UDP h;branch=z9hG4bK1"), (.from, "<sip:a@b>;tag=1"), (.to, "<sip:b@c>"), (.callID, "1"),
            (.cSeq, "1 INVITE"),
        ])
        var request = SIPRequest(method: .invite, uri: SIPURI(host: "h"), headers: headers)
        #expect(request.validationFailure() == nil)
        request.headers.set(SIPHeaderName(name), value)
        #expect(request.validationFailure()?.status == 400)
        #expect(request.validationFailure()?.reason == "Malformed \(name)")
    }

    @Test("a mandatory field that is absent or occurs twice is named", arguments: ["From", "To", "Call-ID", "CSeq"])
    func mandatory(_ name: String) {
        let fields: [(SIPHeaderName, String)] = [
            (.via, "SIP/2.0/UDP h;branch=z9hG4bK1"), (.from, "<sip:a@b>;tag=1"), (.to, "<sip:b@c>"), (.callID, "1"),
            (.cSeq, "1 INVITE"),
        ]
        let less = SIPHeaders(fields.filter { $0.0 != SIPHeaderName(name) })
        let more = SIPHeaders(fields + fields.filter { $0.0 == SIPHeaderName(name) })
        let uri = SIPURI(host: "h")
        let missing = SIPRequest(method: .invite, uri: uri, headers: less).validationFailure()
        #expect(missing?.status == 400 && missing?.reason == "Missing \(name)")
        let multiple = SIPRequest(method: .invite, uri: uri, headers: more).validationFailure()
        #expect(multiple?.status == 400 && multiple?.reason == "Multiple \(name)")
        let noVia = SIPRequest(method: .invite, uri: uri, headers: SIPHeaders(Array(fields.dropFirst())))
        #expect(noVia.validationFailure()?.reason == "Missing Via")
    }

    @Test("a via keeps its address, its rport flag and what the receiver adds")
    func via() throws {
        var via = try Via(parsing: "SIP/2.0/udp [2001:db8::9]:5070;branch=z9hG4bKa;rport;received=[::1]")
        #expect(via.transport == "UDP" && via.host == "[2001:db8::9]" && via.port == 5070)
        #expect(via.hasRport && via.rport == nil && via.received == "::1" && via.uniqueBranch == "z9hG4bKa")
        via.rport = 4000
        via.received = "192.0.2.1"
        #expect(
            via.description == "SIP/2.0/UDP [2001:db8::9]:5070;branch=z9hG4bKa;rport=4000;received=192.0.2.1")
        var headers = SIPHeaders([(.via, "SIP/2.0/UDP a;branch=1, SIP/2.0/TCP b"), (.via, "SIP/2.0/TLS c")])
        try headers.setTopVia(via)
        #expect(try headers.vias.map(\.host) == ["[2001:db8::9]", "b", "c"])
    }

    @Test("names and parameters are quoted on the way out, so that none can become another field")
    func writing() throws {
        let address = NameAddress(
            displayName: "Evil\" <sip:x>\r\nVia: y", uri: SIPURI(user: "a", host: "b"),
            parameters: ["tag": "1", "flag": nil, "text": "a b"])
        #expect(address.description == #""Evil\" <sip:x>  Via: y" <sip:a@b>;tag=1;flag;text="a b""#)
        #expect(try NameAddress(parsing: address.description).parameters["text"] == "a b")
        let request = SIPRequest(
            method: .options, uri: SIPURI(host: "h"), headers: SIPHeaders([(.subject, "x\r\nVia: y"), ("l", "99")]),
            body: [1])
        let expected = "OPTIONS sip:h SIP/2.0\r\nSubject: x  Via: y\r\nContent-Length: 1\r\n\r\n\u{1}"
        #expect(String(decoding: request.serialized(), as: UTF8.self) == expected)
    }
}
