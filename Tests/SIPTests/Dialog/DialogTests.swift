import Testing

@testable import SIP

@Suite("Dialogs (RFC 3261 12)")
struct DialogTests {
    private let flow = SIPFlow(
        transport: .udp, localAddress: "10.0.0.1", localPort: 5060, remoteAddress: "10.0.0.9", remotePort: 5070)

    private func contact() -> NameAddress { NameAddress(uri: SIPURI(user: "me", host: "10.0.0.1", port: 5060)) }

    private func invite(_ headers: SIPHeaders = SIPHeaders()) -> SIPRequest {
        var request = SIPRequest(method: .invite, uri: SIPURI(user: "b", host: "example"))
        request.headers = [
            "Via": "SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKi", "From": "Alice <sip:a@example>;tag=theirs",
            "To": "<sip:b@example>", "Call-ID": "c", "CSeq": "314 INVITE", "Contact": "<sip:a@10.0.0.9:5080>",
        ]
        for field in headers { request.headers.append(field.name, field.value) }
        for field in headers where field.name != .recordRoute { request.headers.set(field.name, field.value) }
        return request
    }

    private func callee(_ headers: SIPHeaders = SIPHeaders(), flow: SIPFlow? = nil) throws -> Dialog {
        try #require(
            Dialog(incoming: invite(headers), localTag: "ours", contact: contact(), flow: flow ?? self.flow))
    }

    private func caller(_ response: SIPHeaders) throws -> Dialog {
        var answer = invite().response(200, toTag: "callee")
        answer.headers.append(contentsOf: response)
        return try #require(Dialog(outgoing: invite(), response: answer, contact: contact(), flow: flow))
    }

    @Test("The callee's requests turn From and To round and count from one")
    func calleesRequest() throws {
        var dialog = try callee()
        let bye = dialog.makeRequest(.bye, branch: "z9hG4bKb")
        #expect(bye.headers.first(.from) == "<sip:b@example>;tag=ours")
        #expect(bye.headers.first(.to) == "\"Alice\" <sip:a@example>;tag=theirs")
        #expect(bye.headers.first(.cSeq) == "1 BYE" && bye.headers.first(.callID) == "c")
        #expect("\(bye.uri)" == "sip:a@10.0.0.9:5080")
        #expect(dialog.makeRequest(.info, branch: "z9hG4bKc").headers.first(.cSeq) == "2 INFO")
    }

    @Test("The caller counts on from its INVITE, and the ACK repeats the INVITE's number")
    func callersRequest() throws {
        var dialog = try caller(["Contact": "<sip:b@10.0.0.9:5080>"])
        #expect(dialog.makeRequest(.ack, branch: "z9hG4bKa", sequence: 314).headers.first(.cSeq) == "314 ACK")
        #expect(dialog.makeRequest(.bye, branch: "z9hG4bKb").headers.first(.cSeq) == "315 BYE")
        #expect(dialog.id == DialogID(callID: "c", localTag: "theirs", remoteTag: "callee"))
    }

    @Test("The route set is Record-Route in order for the callee, reversed for the caller")
    func routeSets() throws {
        let routes: SIPHeaders = ["Record-Route": "<sip:p2;lr>, <sip:p1;lr>", "Contact": "<sip:x@10.0.0.9>"]
        #expect(try callee(routes).routeSet.map(\.uri.host) == ["p2", "p1"])
        var dialog = try caller(routes)
        #expect(dialog.routeSet.map(\.uri.host) == ["p1", "p2"])
        let bye = dialog.makeRequest(.bye, branch: "z9hG4bKb")
        #expect(bye.headers.all(.route) == ["<sip:p1;lr>", "<sip:p2;lr>"] && "\(bye.uri)" == "sip:x@10.0.0.9")
    }

    @Test("A strict router becomes the Request-URI, the target moves to the end of the route")
    func strictRouter() throws {
        var dialog = try callee(["Record-Route": "<sip:strict>, <sip:p1;lr>"])
        let bye = dialog.makeRequest(.bye, branch: "z9hG4bKb")
        #expect("\(bye.uri)" == "sip:strict")
        #expect(bye.headers.all(.route) == ["<sip:p1;lr>", "<sip:a@10.0.0.9:5080>"])
    }

    @Test("A lower number than the last is late, an equal or higher one is not")
    func order() throws {
        var dialog = try callee()
        var info = invite(["CSeq": "313 INFO"])
        info.method = .info
        #expect(dialog.receive(info, flow: flow) == .late)
        info.headers.set(.cSeq, "400 INFO")
        #expect(dialog.receive(info, flow: flow) == .inOrder)
        info.headers.set(.cSeq, "399 INFO")
        #expect(dialog.receive(info, flow: flow) == .late && dialog.remoteSequence == 400)
    }

    @Test("A target refresh changes where requests go")
    func targetRefresh() throws {
        var dialog = try callee()
        dialog.refreshTarget(["Contact": "<sip:a@10.0.0.9:7000>"])
        #expect("\(dialog.makeRequest(.bye, branch: "z9hG4bKb").uri)" == "sip:a@10.0.0.9:7000")
        dialog.refreshTarget(SIPHeaders())
        #expect(dialog.remoteTarget.port == 7000)
    }

    @Test(
        "Requests go to a Contact that the peer can know, and otherwise where the peer was heard from",
        arguments: [
            // Via's host, Contact, where requests go.
            ("10.0.0.9", "<sip:a@10.0.0.9:5080>", "10.0.0.9:5080"),
            ("10.0.0.9", "<sip:a@10.0.0.44>", "10.0.0.44:5060"),
            ("192.168.1.7", "<sip:a@192.168.1.7:5080>", "10.0.0.9:5070"),
            ("phone.example", "<sip:a@phone.example>", "10.0.0.9:5070"),
        ])
    func nextHop(sentBy: String, contact: String, expected: String) throws {
        let dialog = try callee(["Via": "SIP/2.0/UDP \(sentBy);branch=z9hG4bKi", "Contact": contact])
        #expect("\(dialog.nextHop.remoteAddress):\(dialog.nextHop.remotePort)" == expected)
    }

    @Test("Over a connection requests stay on it, and follow the peer to a new one")
    func connection() throws {
        let old = SIPFlow(
            transport: .tls, localAddress: "10.0.0.1", localPort: 5061, remoteAddress: "10.0.0.9", remotePort: 40_000,
            connection: 1)
        var dialog = try callee(flow: old)
        #expect(dialog.nextHop == old)
        var new = old
        new.connection = 2
        var info = invite(["CSeq": "400 INFO"])
        info.method = .info
        _ = dialog.receive(info, flow: new)
        #expect(dialog.nextHop == new)
    }
}
