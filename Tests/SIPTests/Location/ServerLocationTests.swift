import SIP
import Testing

@Suite("Where a hop is (RFC 3263)")
struct ServerLocationTests {
    private static func hop(_ host: String, _ port: UInt16? = nil, _ transport: SIPTransportKind = .udp) -> SIPNextHop {
        SIPNextHop(host: host, port: port, transport: transport)
    }

    private static func record(_ name: String, _ port: UInt16, _ priority: UInt16) -> ServiceRecord {
        ServiceRecord(target: name, port: port, priority: priority, weight: 1)
    }

    /// What comes of the answers, and what was asked.
    private static func located(
        _ hop: SIPNextHop, _ answers: [ServerLocation.Question: ServerLocation.Answer]
    ) -> (outcome: Result<[SIPTarget], LocationError>?, asked: [ServerLocation.Question]) {
        var location = ServerLocation(hop)
        var generator = SystemRandomNumberGenerator()
        var asked: [ServerLocation.Question] = []
        while let question = location.questions.last {
            asked.append(question)
            location.take(answers[question] ?? .nothing, to: question, using: &generator)
        }
        return (location.outcome, asked)
    }

    @Test(arguments: ["192.0.2.7", "2001:db8::7"])
    func aNumberIsItsOwnPlace(host: String) {
        #expect(Self.located(Self.hop(host), [:]).outcome == .success([SIPTarget(address: host, port: 5060)]))
        let tls = Self.located(Self.hop(host, 5071, .tls), [:])
        #expect(tls.outcome == .success([SIPTarget(address: host, port: 5071)]) && tls.asked.isEmpty)
    }

    @Test(
        arguments: [
            (SIPTransportKind.udp, "_sip._udp.carrier.example"), (.tcp, "_sip._tcp.carrier.example"),
            (.tls, "_sips._tcp.carrier.example"),
        ])
    func aNameIsAskedForTheServiceOfItsTransport(transport: SIPTransportKind, service: String) {
        let found = Self.located(
            Self.hop("carrier.example", nil, transport),
            [
                .services(service): .services([
                    Self.record("b.example", 5070, 20), Self.record("a.example", 5080, 10),
                    Self.record("b.example", 5071, 30),
                ]),
                .addresses("a.example"): .addresses(["192.0.2.1", "192.0.2.2"]),
                .addresses("b.example"): .addresses(["192.0.2.3", "192.0.2.3"]),
            ])
        let places: [(String, UInt16)] = [
            ("192.0.2.1", 5080), ("192.0.2.2", 5080), ("192.0.2.3", 5070), ("192.0.2.3", 5071),
        ]
        #expect(found.outcome == .success(places.map { SIPTarget(address: $0.0, port: $0.1) }))
        #expect(found.asked.count == 3)
    }

    @Test(arguments: [ServerLocation.Answer.nothing, .failure("no answer in time"), .services([])])
    func aNameWithoutAServiceIsAHost(answer: ServerLocation.Answer) {
        let found = Self.located(
            Self.hop("sip.example", nil, .tls),
            [.services("_sips._tcp.sip.example"): answer, .addresses("sip.example"): .addresses(["192.0.2.1"])])
        #expect(found.outcome == .success([SIPTarget(address: "192.0.2.1", port: 5061)]))
    }

    @Test(arguments: [Self.hop("sip.example", 5060), Self.hop("pbx"), Self.hop("localhost"), Self.hop("a.localhost")])
    func aNameWithAPortOrOfTheLocalNetworkIsNotAskedForServices(hop: SIPNextHop) {
        let found = Self.located(hop, [.addresses(hop.host): .addresses(["192.0.2.1"])])
        #expect(found.asked == [.addresses(hop.host)])
        #expect(found.outcome == .success([SIPTarget(address: "192.0.2.1", port: 5060)]))
    }

    @Test func aServiceThatIsNotOfferedHasNoPlace() {
        let service = ServerLocation.Question.services("_sip._udp.sip.example")
        let found = Self.located(
            Self.hop("sip.example"),
            [service: .services([Self.record("", 0, 0)]), .addresses("sip.example"): .addresses(["192.0.2.1"])])
        #expect(found.outcome == .failure(.notOffered("sip.example")) && found.asked == [service])
    }

    @Test func oneHostThatIsUnknownDoesNotHideTheOthers() {
        let found = Self.located(
            Self.hop("sip.example"),
            [
                .services("_sip._udp.sip.example"): .services([
                    Self.record("gone.example", 5060, 1), Self.record("slow.example", 5060, 2),
                    Self.record("a.example", 5060, 3),
                ]),
                .addresses("slow.example"): .failure("no answer in time"),
                .addresses("a.example"): .addresses(["192.0.2.1"]),
            ])
        #expect(found.outcome == .success([SIPTarget(address: "192.0.2.1", port: 5060)]))
    }

    @Test func whatNobodyKnowsIsAnError() {
        let hop = Self.hop("sip.example")
        #expect(Self.located(hop, [:]).outcome == .failure(.unknown("sip.example")))
        let found = Self.located(hop, [.addresses("sip.example"): .failure("no answer in time")])
        #expect(found.outcome == .failure(.unanswered("sip.example", reason: "no answer in time")))
    }

    @Test func aHugeAnswerIsCut() {
        let records = (0..<500).map { Self.record("h\($0).example", 5060, UInt16($0)) }
        let addresses = (0..<500).map { "192.0.\($0 / 250).\($0 % 250)" }
        var answers: [ServerLocation.Question: ServerLocation.Answer] = [
            .services("_sip._udp.sip.example"): .services(records)
        ]
        for record in records { answers[.addresses(record.target)] = .addresses(addresses) }
        let found = Self.located(Self.hop("sip.example"), answers)
        #expect((try? found.outcome?.get().count) == ServerLocation.mostPlaces)
        #expect(found.asked.count == 1 + ServerLocation.mostPlaces)
    }

    @Test func anAnswerToAQuestionThatNobodyAskedChangesNothing() {
        var location = ServerLocation(Self.hop("sip.example"))
        var generator = SystemRandomNumberGenerator()
        location.take(.addresses(["192.0.2.66"]), to: .addresses("sip.example"), using: &generator)
        #expect(location.outcome == nil && location.questions == [.services("_sip._udp.sip.example")])
    }
}
