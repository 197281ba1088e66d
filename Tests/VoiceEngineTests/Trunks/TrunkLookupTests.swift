import CallControl
import SIP
import Testing

@testable import VoiceEngine

@Suite("Trunks and addresses that name servers know, over sockets", .serialized)
struct TrunkLookupTests {
    private static let leg = CallID(rawValue: "out")
    private static let name = TrunkName(rawValue: "provider")
    private static let service = "_sip._udp.carrier.test"

    /// Stations at 127.0.0.50 and up, named `h0.carrier.test` and so on, under the service of `carrier.test`, which the
    /// name server is told by `known`.
    private static func run(
        _ count: Int, trunk change: (inout Trunk) -> Void = { _ in },
        known: (TestNameServer, TestNameServer.Answer) async throws -> Void = {
            try await $0.set(service, .service, $1)
        },
        _ body: (EngineStage, [SIPStation], TestNameServer) async throws -> Void
    ) async throws {
        let names = TestNameServer()
        try await names.open()
        var stations: [SIPStation] = []
        for index in 0..<count {
            let station = SIPStation(
                user: "server\(index)", domain: "carrier.test", password: nil, address: "127.0.0.\(50 + index)")
            try await station.open()
            stations.append(station)
            try await names.set("h\(index).carrier.test", .address, .addresses(["127.0.0.\(50 + index)"]))
        }
        let records = stations.enumerated().map { index, station in
            ServiceRecord(target: "h\(index).carrier.test", port: station.port, priority: UInt16(index), weight: 0)
        }
        try await known(names, .services(records))
        var trunk = Trunk(
            name: name, servers: [TrunkServer(hop: SIPNextHop(host: "carrier.test", transport: .udp))])
        trunk.attemptLimit = .milliseconds(700)
        trunk.health.interval = nil
        change(&trunk)
        let lookup = LookupSettings(servers: [names.address])
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await EngineStage.run(trunks: [trunk], lookup: lookup) { try await body($0, stations, names) })
        } catch {
            result = .failure(error)
        }
        for station in stations { await station.close() }
        await names.close()
        try result.get()
    }

    private static func session(_ stage: EngineStage) async throws -> EngineStage.Session {
        let carrier = try await stage.carrier()
        _ = try await carrier.call("sip:74950000000@127.0.0.1")
        return try await stage.session()
    }

    /// The Call-ID of an OPTIONS that a station has answered, or would answer if it were not held back.
    private static func question(at station: SIPStation) async throws -> String {
        let message = try await station.sent.first("an answer to a question") { message in
            guard case .response(let response) = message else { return false }
            return (try? response.headers.cseq)?.method == .options
        }
        guard case .response(let response) = message else { return "" }
        return try response.headers.callID
    }

    private static func call() -> OutgoingSIPCall {
        OutgoingSIPCall(
            uri: "sip:74954451120@numbers.invalid", callerID: "74012000000",
            ways: [TrunkWay(trunk: name, callee: "74954451120", callerID: "74012000000")])
    }

    private static func end(_ session: EngineStage.Session, of leg: CallID = leg) async throws -> CallEvent {
        try await session.events.first("the outcome of \(leg)") { event in
            switch event {
            case .connected(leg, _, _), .failed(leg, _, _, _): true
            default: false
            }
        }
    }

    @Test func theNextPlaceOfAServerIsCalledWhenTheFirstIsSilent() async throws {
        try await Self.run(2) { stage, stations, _ in
            try await stations[0].holdBack(true)
            stations[1].answersAtOnce = true
            let session = try await Self.session(stage)
            for number in 0..<2 {
                let leg = CallID(rawValue: "out\(number)")
                try await session.execute(.callSIP(leg, Self.call()))
                guard case .connected = try await Self.end(session, of: leg) else {
                    Issue.record("the second place answers")
                    return
                }
                // No port in the address: it is the domain that is called, wherever it is (RFC 3263 4).
                let request = try await stations[1].incoming().request
                #expect(request.uri.description == "sip:74954451120@carrier.test")
            }
            // The second call knows that the first place is dead.
            let tried = stations[0].events.all.count { if case .incoming = $0.event { true } else { false } }
            #expect(tried == 1)
        }
    }

    @Test func aRefusalLeadsToTheNextPlaceAndAllOfThemToTheEnd() async throws {
        try await Self.run(2) { stage, stations, _ in
            for station in stations { station.refusal = (503, SIPHeaders()) }
            let session = try await Self.session(stage)
            try await session.execute(.callSIP(Self.leg, Self.call()))
            guard case .failed(_, 503, _, _) = try await Self.end(session) else {
                Issue.record("both refuse")
                return
            }
            for station in stations { _ = try await station.incoming() }
        }
    }

    @Test func aServerThatNobodyKnowsIsNoWay() async throws {
        try await Self.run(
            1,
            trunk: { trunk in
                trunk.servers = [TrunkServer(hop: SIPNextHop(host: "new.carrier.test", port: 5060, transport: .udp))]
            }
        ) { stage, _, _ in
            let session = try await Self.session(stage)
            try await session.execute(.callSIP(Self.leg, Self.call()))
            guard case .failed(_, 503, _, _) = try await Self.end(session) else {
                Issue.record("nobody knows the name")
                return
            }
        }
    }

    @Test func eachPlaceIsAskedHowItIsAndASilentOneGivenUpEarly() async throws {
        try await Self.run(
            2,
            trunk: { trunk in
                trunk.health = ServerHealth.Settings(interval: .seconds(30))
                trunk.health.patience = .milliseconds(500)
                trunk.health.firstPause = .milliseconds(300)
            }
        ) { stage, stations, _ in
            for station in stations { _ = try await Self.question(at: station) }
            try await stations[0].holdBack(true)
            stations[1].answersAtOnce = true
            let session = try await Self.session(stage)
            try await session.execute(.callSIP(Self.leg, Self.call()))
            guard case .connected = try await Self.end(session) else {
                Issue.record("the second place answers")
                return
            }
            // The call has shown that the first is silent; it is asked again and again, each time by another question.
            var asked: Set<String> = []
            while asked.count < 3 { asked.insert(try await Self.question(at: stations[0])) }
        }
    }

    @Test func aRegistrationGoesToTheNextPlace() async throws {
        try await Self.run(
            2, trunk: { $0.registration = TrunkRegistration(user: "account", expiry: .seconds(120)) }
        ) { _, stations, _ in
            let request = try await stations[0].requests.first("a registration") { $0.method == .register }
            #expect(request.uri.description == "sip:carrier.test")
            #expect(try request.headers.to.uri.description == "sip:account@carrier.test")
        }
    }

    @Test func anAddressOfAScenarioIsLookedUp() async throws {
        try await Self.run(1, trunk: { $0.servers = [] }) { stage, stations, _ in
            stations[0].answersAtOnce = true
            let session = try await Self.session(stage)
            try await session.execute(
                .callSIP(Self.leg, OutgoingSIPCall(uri: "sip:100@carrier.test", callerID: "7911")))
            guard case .connected = try await Self.end(session) else {
                Issue.record("the station answers")
                return
            }
            let unknown = CallID(rawValue: "unknown")
            try await session.execute(
                .callSIP(unknown, OutgoingSIPCall(uri: "sip:100@other.test", callerID: "7911")))
            guard case .failed(_, 404, _, _) = try await Self.end(session, of: unknown) else {
                Issue.record("nobody knows the name")
                return
            }
        }
    }

    @Test func whereAScenarioMayNotCallNoNameLeads() async throws {
        try await Self.run(1) { stage, _, names in
            try await names.set("alias.test", .address, .addresses(["127.0.0.50"]))
            let session = try await Self.session(stage)
            try await session.execute(
                .callSIP(Self.leg, OutgoingSIPCall(uri: "sip:100@alias.test:5099", callerID: "7911")))
            guard case .failed(_, 403, _, _) = try await Self.end(session) else {
                Issue.record("the trunk's place is reserved")
                return
            }
        }
    }

    @Test func aPlaceIsReservedBeforeTheTrunkIsFound() async throws {
        var answer = TestNameServer.Answer.silence
        try await Self.run(
            1,
            known: { names, services in
                answer = services
                try await names.set(Self.service, .service, .silence)
            }
        ) { stage, _, names in
            try await names.set("alias.test", .address, .addresses(["127.0.0.50"]))
            let session = try await Self.session(stage)
            try await session.execute(
                .callSIP(Self.leg, OutgoingSIPCall(uri: "sip:100@alias.test:5099", callerID: "7911")))
            _ = try await names.questions.first("the scenario's question") { $0.name == "alias.test" }
            try await names.set(Self.service, .service, answer)
            guard case .failed(_, 403, _, _) = try await Self.end(session) else {
                Issue.record("the call waits until the trunk is found")
                return
            }
        }
    }
}
