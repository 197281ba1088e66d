import Testing

@testable import SIP

@Suite("The registrar's bindings (RFC 3261 10.3)")
struct RegistrarTests {
    private var registrar = RegistrarBindings()
    private let alice = AddressOfRecord(user: "alice", domain: "Example.com")

    private func at(_ seconds: Int) -> SIPInstant { SIPInstant(nanoseconds: UInt64(seconds) * 1_000_000_000) }

    private func flow(_ connection: UInt64? = nil) -> SIPFlow {
        SIPFlow(
            transport: connection == nil ? .udp : .tcp, localAddress: "10.0.0.1", localPort: 5060,
            remoteAddress: "192.0.2.1", remotePort: 31_000, connection: connection)
    }

    private mutating func register(
        _ contact: String?, expires: Int? = nil, callID: String = "c", sequence: Int = 1, connection: UInt64? = nil,
        at seconds: Int = 0
    ) -> RegistrarAnswer {
        var request = SIPRequest(method: .register, uri: SIPURI(host: "example.com"))
        request.headers = [
            "From": "<sip:alice@example.com>;tag=f", "To": "<sip:alice@EXAMPLE.com>", "Call-ID": callID,
            "CSeq": "\(sequence) REGISTER",
        ]
        if let contact { request.headers.set(.contact, contact) }
        if let expires { request.headers.set(.expires, "\(expires)") }
        return registrar.register(request, flow: flow(connection), at: at(seconds))
    }

    @Test("A binding keeps its flow, is listed with what is left of its life, and expires")
    mutating func life() throws {
        let answer = register("<sip:alice@192.168.1.5>", expires: 600)
        #expect(answer.status == 200 && answer.isChanged)
        #expect(answer.headers.all(.contact) == ["<sip:alice@192.168.1.5>;expires=600"])
        #expect(registrar.phones(of: alice).map(\.flow) == [flow()])
        #expect(register(nil, sequence: 2, at: 200).headers.all(.contact) == ["<sip:alice@192.168.1.5>;expires=400"])
        #expect(registrar.nextDeadline == at(600) && registrar.timersFired(at: at(599)).isEmpty)
        #expect(registrar.timersFired(at: at(600)) == [alice])
        #expect(registrar.phones(of: alice).isEmpty && registrar.addresses.isEmpty && registrar.nextDeadline == nil)
    }

    @Test(
        "The Contact's expires comes before the header's, the default before none, the maximum after all",
        arguments: [
            ("<sip:a@h>;expires=300", 900, 300), ("<sip:a@h>", 900, 900), ("<sip:a@h>", nil, 3600),
            ("<sip:a@h>;expires=99999", nil, 7200),
        ] as [(String, Int?, Int)])
    func expiry(contact: String, header: Int?, expected: Int) {
        var test = self
        #expect(test.register(contact, expires: header).status == 200)
        #expect(test.registrar.nextDeadline == at(expected))
    }

    @Test("Whoever is known by another address than To's is bound to that one, until it expires")
    mutating func anotherAddress() throws {
        let own = AddressOfRecord(user: "branch", domain: "trunk")
        for (sequence, host) in ["192.0.2.1", "switch.example"].enumerated() {
            var request = SIPRequest(method: .register, uri: SIPURI(host: host))
            request.headers = [
                "From": "<sip:pbx@\(host)>;tag=f", "To": "<sip:pbx@\(host)>", "Call-ID": "c",
                "CSeq": "\(sequence + 1) REGISTER", "Contact": "<sip:pbx@192.168.1.5>", "Expires": "600",
            ]
            #expect(registrar.register(request, as: own, flow: flow(), at: at(sequence)).status == 200)
        }
        #expect(registrar.phones(of: own).count == 1 && registrar.addresses.count == 1)
        #expect(registrar.timersFired(at: at(600)).isEmpty && registrar.timersFired(at: at(601)) == [own])
        #expect(registrar.phones(of: own).isEmpty)
    }

    @Test("A life below a minute gets 423 with the minimum and changes nothing")
    mutating func tooBrief() {
        let answer = register("<sip:a@one>;expires=600, <sip:a@two>;expires=30")
        #expect(answer.status == 423 && answer.headers.first(.minExpires) == "60")
        #expect(registrar.phones(of: alice).isEmpty)
    }

    @Test("Expires 0 removes one contact, * removes all and needs Expires 0")
    mutating func removal() {
        _ = register("<sip:a@one>")
        _ = register("<sip:a@two>", callID: "d")
        let removed = register("<sip:A@ONE>;expires=0", sequence: 2)
        #expect(removed.headers.count(.contact) == 2 && !removed.isChanged)
        #expect(register("<sip:a@ONE>;expires=0", sequence: 2).headers.count(.contact) == 1)
        #expect(register("*", sequence: 3).status == 400 && register("*", expires: 60, sequence: 3).status == 400)
        #expect(registrar.phones(of: alice).count == 1)
        #expect(register("*", expires: 0, sequence: 3).status == 200)
        #expect(registrar.phones(of: alice).isEmpty)
    }

    @Test("Within a Call-ID a request must be newer than the binding; another Call-ID may always change it")
    mutating func order() {
        _ = register("<sip:a@h>", expires: 600, sequence: 5)
        for sequence in [4, 5] {
            #expect(register("<sip:a@h>;expires=0", sequence: sequence, at: 1).status == 500)
            #expect(register("*", expires: 0, sequence: sequence, at: 1).status == 500)
        }
        #expect(registrar.phones(of: alice).count == 1)
        #expect(register("<sip:a@h>", expires: 700, callID: "d", sequence: 1, at: 1).status == 200)
        #expect(registrar.nextDeadline == at(701))
    }

    @Test(
        "A phone beyond the limit is refused, or takes the oldest one's place",
        arguments: [
            RegistrarSettings.FullPolicy.refuse, .replaceOldest,
        ])
    func limit(policy: RegistrarSettings.FullPolicy) {
        var test = self
        test.registrar = RegistrarBindings(settings: RegistrarSettings(contactsPerAddress: 2, whenFull: policy))
        for (index, host) in ["one", "two", "three"].enumerated() {
            let answer = test.register("<sip:a@\(host)>", callID: host, at: index)
            #expect(answer.status == (index < 2 || policy == .replaceOldest ? 200 : 403))
        }
        let hosts = test.registrar.phones(of: alice).map(\.contact.uri.host)
        #expect(hosts == (policy == .refuse ? ["two", "one"] : ["three", "two"]))
    }

    @Test("A phone with an instance keeps one binding wherever it moves")
    mutating func instance() {
        for (index, host) in ["one", "two"].enumerated() {
            let contact = "<sip:a@\(host)>;+sip.instance=\"<urn:uuid:1>\";reg-id=1"
            #expect(register(contact, callID: host, at: index).isChanged)
        }
        #expect(registrar.phones(of: alice).map(\.contact.uri.host) == ["two"])
    }

    @Test("A closed connection takes its phones with it, others stay")
    mutating func closedConnection() {
        _ = register("<sip:a@one>", callID: "1", connection: 1)
        _ = register("<sip:a@two>", callID: "2", connection: 2)
        _ = register("<sip:a@three>", callID: "3")
        #expect(registrar.connectionClosed(flow(1)) == [alice] && registrar.connectionClosed(flow(1)).isEmpty)
        #expect(Set(registrar.phones(of: alice).map(\.contact.uri.host)) == ["two", "three"])
    }

    @Test("A refresh is no change, a phone that comes by another way is")
    mutating func changes() {
        #expect(register("<sip:a@h>", connection: 1).isChanged)
        #expect(!register("<sip:a@h>", sequence: 2, connection: 1, at: 9).isChanged)
        #expect(register("<sip:a@h>", sequence: 3, connection: 2, at: 10).isChanged)
    }

    @Test("Phones come by preference, then the latest first")
    mutating func preference() {
        _ = register("<sip:a@one>;q=0.5", callID: "1", at: 1)
        _ = register("<sip:a@two>", callID: "2", at: 2)
        _ = register("<sip:a@three>", callID: "3", at: 3)
        #expect(registrar.phones(of: alice).map(\.contact.uri.host) == ["three", "two", "one"])
    }
}
