import CallControl
import NIOCore
import SIP
import Testing

@testable import VoiceEngine

@Suite("Trunks that register here, over sockets", .serialized)
struct TrunkRegistrationTests {
    private static let leg = CallID(rawValue: "out")
    private static let branch = TrunkName(rawValue: "branch")

    private static func trunk(
        _ name: TrunkName, login: String, _ change: (inout Trunk) -> Void = { _ in }
    ) -> Trunk {
        var trunk = Trunk(name: name)
        trunk.login = SIPCredentials(username: login, password: "secret-\(login)")
        trunk.attemptLimit = .milliseconds(700)
        trunk.health.interval = nil
        change(&trunk)
        return trunk
    }

    /// A PBX at an address that nobody knows beforehand.
    private static func withPBX(
        _ user: String, password: String, at address: String, of stage: EngineStage,
        _ body: (SIPStation) async throws -> Void
    ) async throws {
        let station = SIPStation(
            user: user, domain: "127.0.0.1", password: password, server: UInt16(stage.engine.sipPort), address: address)
        try await station.open()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(station))
        } catch {
            result = .failure(error)
        }
        await station.close()
        try result.get()
    }

    /// The states of the trunks, once they fit.
    private static func status(
        of stage: EngineStage, _ fits: @escaping @Sendable ([TrunkStatus]) -> Bool
    ) async throws -> [TrunkStatus] {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(60)
        while true {
            let status = try await stage.eventLoop.submit { stage.engine.trunkStatus() }.get()
            if fits(status) || clock.now > end { return status }
            await Task.yield()
        }
    }

    private static func session(_ stage: EngineStage) async throws -> EngineStage.Session {
        let carrier = try await stage.carrier()
        _ = try await carrier.call("sip:74950000000@127.0.0.1")
        return try await stage.session()
    }

    private static func call(_ trunks: TrunkName...) -> OutgoingSIPCall {
        OutgoingSIPCall(
            uri: "sip:74954451120@numbers.invalid", callerID: "74012000000",
            ways: trunks.map { TrunkWay(trunk: $0, callee: "74954451120", callerID: "74012000000") })
    }

    /// The status of a call's failure; 200 when it was answered.
    private static func status(_ session: EngineStage.Session, of leg: CallID = leg) async throws -> Int {
        let event = try await session.events.first("the outcome of \(leg)") { event in
            switch event {
            case .connected(leg, _, _), .failed(leg, _, _, _): true
            default: false
            }
        }
        guard case .failed(_, let code, _, _) = event else { return 200 }
        return code
    }

    private static func contacts(_ station: SIPStation, expires: String, to user: String? = nil) async throws -> Int {
        let address = NameAddress(uri: SIPURI(user: user ?? station.user, host: station.domain))
        let contact = "<sip:\(station.user)@127.0.0.31:\(station.port)>"
        return try await station.send(.register, to: SIPURI(host: station.domain), toAddress: address) { request, _ in
            request.headers.set(.contact, contact)
            request.headers.set(.expires, expires)
        }
    }

    @Test func callsGoWhereTheTrunkHasRegisteredUntilItTakesThatBack() async throws {
        try await EngineStage.run(trunks: [Self.trunk(Self.branch, login: "pbx")]) { stage in
            let session = try await Self.session(stage)
            try await session.execute(.callSIP(CallID(rawValue: "early"), Self.call(Self.branch)))
            #expect(try await Self.status(session, of: CallID(rawValue: "early")) == 480)
            try await Self.withPBX("pbx", password: "secret-pbx", at: "127.0.0.31", of: stage) { pbx in
                #expect(try await Self.contacts(pbx, expires: "600") == 200)
                pbx.answersAtOnce = true
                try await session.execute(.callSIP(Self.leg, Self.call(Self.branch)))
                #expect(try await Self.status(session) == 200)
                let request = try await pbx.incoming().request
                #expect(request.uri.description == "sip:74954451120@127.0.0.31:\(pbx.port)")
                #expect(try request.headers.to.uri.user == "74954451120")
                #expect(try request.headers.from.uri.user == "74012000000")
                #expect(try await Self.contacts(pbx, expires: "0") == 200)
                try await session.execute(.callSIP(CallID(rawValue: "late"), Self.call(Self.branch)))
                #expect(try await Self.status(session, of: CallID(rawValue: "late")) == 480)
            }
        }
    }

    @Test func whereTrunksAreAndHowTheyFeelIsTold() async throws {
        let station = SIPStation(user: "server", domain: "127.0.0.1", password: nil, address: "127.0.0.33")
        try await station.open()
        var carrier = Trunk(
            name: TrunkName(rawValue: "provider"),
            servers: [TrunkServer(hop: SIPNextHop(host: "127.0.0.33", port: station.port, transport: .udp))],
            registration: TrunkRegistration(user: "account", expiry: .seconds(120)))
        carrier.health.interval = .seconds(30)
        var lost = carrier
        lost.name = TrunkName(rawValue: "lost")
        lost.servers = [TrunkServer(hop: SIPNextHop(host: "nowhere.test", transport: .tcp))]
        lost.registration = nil
        let nobody = LookupSettings(servers: ["127.0.0.1:1"], limit: .milliseconds(300))
        let trunks = [Self.trunk(Self.branch, login: "pbx"), carrier, lost]
        try await EngineStage.run(trunks: trunks, lookup: nobody) { stage in
            try await Self.withPBX("pbx", password: "secret-pbx", at: "127.0.0.31", of: stage) { pbx in
                #expect(try await Self.contacts(pbx, expires: "600") == 200)
                let status = try await Self.status(of: stage) { status in
                    status.contains { $0.servers.first?.registration?.state == .registered }
                        && status.contains { $0.servers.first?.places.first?.health == .down }
                        && status.contains { $0.servers.first?.places.first?.health == .up }
                }
                #expect(status.map(\.name.rawValue) == ["carrier", "branch", "provider", "lost"])
                let contact = try #require(status[1].contacts.first)
                #expect(status[1].hasLogin && status[1].contacts.count == 1 && contact.address == "127.0.0.31")
                #expect(contact.port == pbx.port && contact.ends > .seconds(500) && contact.ends <= .seconds(600))
                let server = try #require(status[2].servers.first)
                #expect(server.port == station.port && server.transport == "udp")
                let place = try #require(server.places.first)
                #expect(place.address == "127.0.0.33" && place.since != nil && place.lastAnswer != nil)
                #expect((server.registration?.ends ?? .zero) > .seconds(60) && server.registration?.failure == nil)
                let gone = try #require(status[3].servers.first)
                #expect(gone.host == "nowhere.test" && gone.port == nil && gone.registration == nil)
                #expect(gone.places.first?.address == nil && gone.places.first?.lastAnswer == nil)
            }
        }
        await station.close()
    }

    @Test func aTrunkThatIsNotThereIsLeftForTheNextAtOnce() async throws {
        let other = TrunkName(rawValue: "other")
        let trunks = [Self.trunk(Self.branch, login: "pbx"), Self.trunk(other, login: "second")]
        try await EngineStage.run(trunks: trunks) { stage in
            let session = try await Self.session(stage)
            try await Self.withPBX("second", password: "secret-second", at: "127.0.0.31", of: stage) { second in
                second.answersAtOnce = true
                #expect(try await Self.contacts(second, expires: "600") == 200)
                try await session.execute(.callSIP(Self.leg, Self.call(Self.branch, other)))
                #expect(try await Self.status(session) == 200)
                // One that has gone without a word is left at the limit.
                try await Self.withPBX("pbx", password: "secret-pbx", at: "127.0.0.32", of: stage) { first in
                    let status = try await first.send(
                        .register, to: SIPURI(host: "127.0.0.1"),
                        toAddress: NameAddress(uri: SIPURI(user: "pbx", host: "127.0.0.1"))
                    ) { request, station in
                        request.headers.set(.contact, "<sip:pbx@127.0.0.32:\(station.port)>")
                    }
                    #expect(status == 200)
                    try await first.holdBack(true)
                    let leg = CallID(rawValue: "mute")
                    try await session.execute(.callSIP(leg, Self.call(Self.branch, other)))
                    #expect(try await Self.status(session, of: leg) == 200)
                    _ = try await first.incoming()
                }
            }
        }
    }

    @Test(arguments: [("pbx", "wrong"), ("nobody", "secret-pbx"), ("", "secret-pbx")])
    func whoDoesNotKnowThePasswordIsNotTheTrunk(user: String, password: String) async throws {
        try await EngineStage.run(trunks: [Self.trunk(Self.branch, login: "pbx")]) { stage in
            let session = try await Self.session(stage)
            try await Self.withPBX(user, password: password, at: "127.0.0.31", of: stage) { pbx in
                #expect(try await Self.contacts(pbx, expires: "600", to: "pbx") == 401)
                try await session.execute(.callSIP(Self.leg, Self.call(Self.branch)))
                #expect(try await Self.status(session) == 480)
            }
        }
    }

    @Test func oneTrunkCannotRegisterAsAnother() async throws {
        let other = TrunkName(rawValue: "other")
        let trunks = [Self.trunk(Self.branch, login: "pbx"), Self.trunk(other, login: "second")]
        try await EngineStage.run(trunks: trunks) { stage in
            let session = try await Self.session(stage)
            try await Self.withPBX("second", password: "secret-second", at: "127.0.0.31", of: stage) { second in
                #expect(try await Self.contacts(second, expires: "600", to: "pbx") == 403)
                try await session.execute(.callSIP(Self.leg, Self.call(Self.branch)))
                #expect(try await Self.status(session) == 480)
            }
        }
    }

    @Test func aRegisteredTrunkIsReachedThroughTheTrunkAlone() async throws {
        let trunk = Self.trunk(Self.branch, login: "pbx") {
            $0.domains = ["office.test"]
            $0.users = TrunkUsers(domains: [EngineStage.foreignDomain])
        }
        let nobody = LookupSettings(servers: ["127.0.0.1:1"], limit: .milliseconds(300))
        try await EngineStage.run(trunks: [trunk], lookup: nobody) { stage in
            let session = try await Self.session(stage)
            try await Self.withPBX("pbx", password: "secret-pbx", at: "127.0.0.31", of: stage) { pbx in
                #expect(try await Self.contacts(pbx, expires: "600") == 200)
                let ways = [
                    ("sip:100@office.test", 403), ("sip:100@127.0.0.31:\(pbx.port)", 403),
                    // No user's phone, whatever the domain.
                    ("sip:pbx@trunk", 404), ("sip:branch@trunk", 404),
                ]
                for (uri, expected) in ways {
                    let leg = CallID(rawValue: uri)
                    try await session.execute(.callSIP(leg, OutgoingSIPCall(uri: uri, callerID: "7911")))
                    #expect(try await Self.status(session, of: leg) == expected, "\(uri)")
                }
                #expect(pbx.events.all.isEmpty)
            }
        }
    }

    @Test func aCallFromItIsAskedForThePasswordLikeAnyOther() async throws {
        try await EngineStage.run(trunks: [Self.trunk(Self.branch, login: "pbx")]) { stage in
            try await Self.withPBX("pbx", password: "secret-pbx", at: "127.0.0.31", of: stage) { pbx in
                #expect(try await Self.contacts(pbx, expires: "600") == 200)
                let caller = NameAddress(uri: SIPURI(user: "79110000000", host: "127.0.0.1"))
                _ = try await pbx.call("sip:74012000000@127.0.0.1", from: caller)
                let arrival = try await stage.session().arrival
                #expect(arrival.source == .trunk(name: Self.branch) && arrival.callerID == "79110000000")
                let challenged = pbx.sent.all.contains { message in
                    guard case .request(let request) = message, request.method == .invite else { return false }
                    return request.headers.contains(.authorization)
                }
                #expect(challenged, "the registration alone is no proof of who calls")
            }
        }
    }
}
