import SIP
import Testing

@Suite("What the torture messages say")
struct TortureContentTests {
    private func request(_ name: String) throws -> SIPRequest {
        try #require(try SIPParser.parse(TortureMessage.named(name).bytes).request)
    }

    @Test("wsinv: white space, folding, escapes and compact names leave fourteen plain fields")
    func tortuousInvite() throws {
        let headers = try request("wsinv").headers
        #expect(headers.count == 14)
        #expect(try headers.to.tag == "1918181833n")
        #expect(try headers.from.displayName == #"J Rosenberg \""#)
        #expect(try headers.from.tag == "98asjd8")
        #expect(try headers.maxForwards == 68)
        #expect(try headers.cseq == CSeq(number: 9, method: .invite))
        #expect(try headers.vias.map(\.transport) == ["UDP", "TCP", "UDP"])
        #expect(try headers.vias.map(\.host) == ["192.0.2.2", "spindle.example.com", "192.168.255.111"])
        #expect(try headers.vias.map(\.branch) == ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"])
        #expect(headers.first(.subject)?.isEmpty == true)
        #expect(headers.first("newfangledheader") == "newfangled value continued newfangled value")
        #expect(headers.first("UnknownHeaderWithUnusualValue") == ";;,,;;,;")
        let contact = try #require(try headers.contacts.first)
        #expect(contact.displayName == #"Quoted string """#)
        #expect(contact.parameters["newparam"] == "newvalue")
        #expect(contact.parameters.contains("secondparam"))
        #expect(contact.parameters["q"] == "0.33")
        let route = try #require(try headers.routes.first?.uri)
        #expect(route.parameters.contains("lr") && route.parameters["unknownwith"] == "value")
    }

    @Test("intmeth: every character that a grammar allows is kept")
    func unusualCharacters() throws {
        let request = try request("intmeth")
        #expect(request.method.rawValue == "!interesting-Method0123456789_*+`.%indeed'~")
        #expect(request.uri.user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
        #expect(request.uri.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)")
        #expect(try request.headers.to.displayName == "BEL:\u{07} NUL:\u{00} DEL:\u{7F}")
        #expect(try request.headers.from.displayName == "token1~` token2'+_ token3*%!.-")
        #expect(try request.headers.from.parameters["fromParam''~+*_!.-%"] == "работающий")
        #expect(try request.headers.from.tag == "_token~1'+`*%!-.")
        #expect(try request.headers.callID == "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{")
        #expect(request.headers.first("extensionHeader-!.%*+_`'~") == "\u{FEFF}大停電")
    }

    @Test("esc01, escnull, esc02: escapes are resolved in URIs and nowhere else")
    func escapes() throws {
        let escaped = try request("esc01")
        #expect(escaped.uri.user == "sips:user@example.com" && escaped.uri.host == "example.net")
        #expect(try escaped.headers.to.uri.user == "user")
        #expect(try escaped.headers.from.uri.user == "I have spaces")
        #expect(escaped.body.count == 150)
        let contact = try #require(try escaped.headers.contacts.first?.uri)
        #expect(contact.user == "caller" && !contact.parameters.contains("lr"))
        let nulls = try request("escnull")
        #expect(try nulls.headers.to.uri.user == "null-\u{0}-null")
        #expect(try nulls.headers.contacts.addresses.map(\.uri.user) == ["\u{0}", "\u{0}\u{0}"])
        let literal = try request("esc02")
        #expect(literal.method != .register && literal.method.rawValue == "RE%47IST%45R")
        #expect(try literal.headers.to.displayName == "%Z%45")
        #expect(try literal.headers.contacts.addresses.map(\.uri.user) == ["alias1", "alias3"])
    }

    @Test("longreq: thirty-four hops and long values arrive whole")
    func longValues() throws {
        let headers = try request("longreq").headers
        #expect(try headers.vias.count == 34)
        #expect(try headers.vias.last?.received == "192.0.2.5")
        #expect(try headers.from.uri.user == times(5, "amazinglylongcallername"))
        #expect(try headers.to.uri.port == 6000)
    }

    @Test("dblreq, mpart01: the body ends where Content-Length says")
    func bodies() throws {
        #expect(try request("dblreq").body.isEmpty)
        let multipart = try request("mpart01")
        #expect(multipart.body.count == 553)
        #expect(multipart.body.suffix(22) == Array("--7a9cbec02ceef655--\r\n".utf8)[...])
        #expect(try multipart.headers.contentType?.parameters["boundary"] == "7a9cbec02ceef655")
    }

    @Test("semiuri, transports, unreason, noreason: unusual values are values")
    func unusualValues() throws {
        #expect(try request("semiuri").uri.user == "user;par=u@example.net")
        #expect(try request("semiuri").uri.host == "example.com")
        #expect(try request("transports").headers.vias.map(\.transport) == ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"])
        let reason = try SIPParser.parse(TortureMessage.named("unreason").bytes).response
        #expect(reason?.reason == "= 2**3 * 5**2 но сто девяносто девять - простое")
        let empty = try SIPParser.parse(TortureMessage.named("noreason").bytes).response
        #expect(empty?.status == 100 && empty?.reason.isEmpty == true)
    }

    @Test("the messages for upper layers give those layers what they decide by")
    func applicationLayer() throws {
        #expect(try request("badbranch").headers.topVia.uniqueBranch == nil)
        #expect(try request("unksm2").headers.to.uri.opaque == "2983792873")
        let unsupported = try request("bext01").unsupportedExtensions(known: ["100rel"])
        #expect(unsupported == ["nothingSupportsThis", "nothingSupportsThisEither"])
        #expect(try request("invut").headers.contentType?.essence == "application/unknownformat")
        #expect(try request("regaut01").headers.authorization.isEmpty)
        #expect(try SIPParser.parse(TortureMessage.named("bcast").bytes).headers.vias[1].host == "255.255.255.255")
        #expect(try request("zeromf").validationFailure(role: .forwarding)?.status == 483)
        let bare = try #require(try request("cparam01").headers.contacts.first)
        #expect(bare.parameters.contains("unknownparam") && bare.uri.parameters.isEmpty)
        let bracketed = try #require(try request("cparam02").headers.contacts.first)
        #expect(bracketed.uri.parameters.contains("unknownparam") && bracketed.parameters.isEmpty)
        let routed = try #require(try request("regescrt").headers.contacts.first?.uri)
        #expect(routed.headers == [SIPURI.Header(name: "Route", value: "%3Csip:sip.example.com%3E")])
        #expect(try request("inv2543").headers.from.tag == nil)
    }
}
