import CallControl
import SDP
import SIP
import Testing

@testable import VoiceEngine

/// The servers of a trunk, before there is a platform.
private struct Servers {
    static let domain = "carrier.test"
    let stations: [SIPStation]

    static func run(_ count: Int, _ body: ([SIPStation]) async throws -> Void) async throws {
        var stations: [SIPStation] = []
        for index in 0..<count {
            let station = SIPStation(
                user: "server\(index)", domain: domain, password: nil, address: "127.0.0.\(20 + index)")
            try await station.open()
            stations.append(station)
        }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(stations))
        } catch {
            result = .failure(error)
        }
        for station in stations { await station.close() }
        try result.get()
    }
}

@Suite("Calls through trunks over sockets", .serialized)
struct TrunkCallTests {
    private static let leg = CallID(rawValue: "out")
    private static let name = TrunkName(rawValue: "provider")

    private static func trunk(_ stations: [SIPStation], _ change: (inout Trunk) -> Void = { _ in }) -> Trunk {
        let servers = stations.enumerated().map { index, station in
            TrunkServer(
                hop: SIPNextHop(host: "127.0.0.\(20 + index)", port: station.port, transport: .udp), priority: index)
        }
        var trunk = Trunk(name: name, servers: servers)
        trunk.attemptLimit = .milliseconds(700)
        trunk.health.interval = nil
        change(&trunk)
        return trunk
    }

    private static func session(_ stage: EngineStage) async throws -> EngineStage.Session {
        let carrier = try await stage.carrier()
        _ = try await carrier.call("sip:74950000000@127.0.0.1")
        return try await stage.session()
    }

    private static func call(_ callee: String = "74954451120") -> OutgoingSIPCall {
        OutgoingSIPCall(
            uri: "sip:\(callee)@numbers.invalid", callerID: "74012000000",
            ways: [TrunkWay(trunk: name, callee: callee, callerID: "74012000000")])
    }

    private static func end(_ session: EngineStage.Session, of leg: CallID = leg) async throws -> CallEvent {
        try await session.events.first("the outcome of \(leg)") { event in
            switch event {
            case .connected(leg, _, _), .failed(leg, _, _, _): true
            default: false
            }
        }
    }

    @Test func aSilentServerIsLeftAndTheScenarioNoticesNothing() async throws {
        try await Servers.run(2) { stations in
            let (mute, live) = (stations[0], stations[1])
            live.answersAtOnce = true
            try await mute.holdBack(true)
            try await EngineStage.run(trunks: [Self.trunk(stations) { $0.domain = Servers.domain }]) { stage in
                let session = try await Self.session(stage)
                try await session.execute(.callSIP(Self.leg, Self.call()))
                #expect(try await Self.end(session) == .connected(Self.leg, headers: [:]))
                let request = try await live.incoming().request
                #expect(request.uri.description == "sip:74954451120@\(Servers.domain)")
                #expect(try request.headers.from.uri.description == "sip:74012000000@\(Servers.domain)")
                #expect(try request.headers.assertedIdentities.map(\.uri.user) == ["74012000000"])
                #expect(!session.events.all.contains { if case .failed = $0 { true } else { false } })
                // The silent one rests: the next call goes to the other at once.
                let second = CallID(rawValue: "second")
                try await session.execute(.callSIP(second, Self.call()))
                #expect(try await Self.end(session, of: second) == .connected(second, headers: [:]))
                let tried = mute.events.all.filter { if case .incoming = $0.event { true } else { false } }
                #expect(tried.count == 1)
            }
        }
    }

    /// The answer of a server that was given up comes when another one has the call.
    @Test func aLateAnswerIsEndedAgain() async throws {
        try await Servers.run(2) { stations in
            stations[0].answersAtOnce = true
            stations[1].answersAtOnce = true
            try await stations[0].holdBack(true)
            try await EngineStage.run(trunks: [Self.trunk(stations)]) { stage in
                let session = try await Self.session(stage)
                try await session.execute(.callSIP(Self.leg, Self.call()))
                #expect(try await Self.end(session) == .connected(Self.leg, headers: [:]))
                let late = try await stations[0].incoming().handle
                try await stations[0].holdBack(false)
                try await stations[0].next("ended", of: late)
                #expect(!session.events.all.contains { if case .disconnected = $0 { true } else { false } })
            }
        }
    }

    @Test func aServerThatIsBusyRestsAndOneThatRefusesHasSpokenForAll() async throws {
        try await Servers.run(2) { stations in
            stations[0].refusal = (503, SIPHeaders([(.retryAfter, "60")]))
            stations[1].refusal = (486, SIPHeaders())
            try await EngineStage.run(trunks: [Self.trunk(stations)]) { stage in
                let session = try await Self.session(stage)
                for name in ["one", "two"] {
                    let leg = CallID(rawValue: name)
                    try await session.execute(.callSIP(leg, Self.call()))
                    guard case .failed(_, 486, _, _) = try await Self.end(session, of: leg) else {
                        Issue.record("the callee is busy")
                        return
                    }
                    _ = try await stations[1].incoming()
                }
                _ = try await stations[0].incoming()
                let untaken = stations[0].events.all.filter { if case .incoming = $0.event { true } else { false } }
                #expect(untaken.count == 1, "the second call does not go to the server that rests")
            }
        }
    }

    @Test func aServerThatSendsTheCallOnHasAnswered() async throws {
        try await Servers.run(3) { stations in
            let (first, second, clock) = (stations[0], stations[1], stations[2])
            first.refusal = (302, SIPHeaders([(.contact, "<sip:999@127.0.0.20:\(first.port)>")]))
            first.refusesOnce = true
            try await clock.holdBack(true)
            let slow = Trunk(
                name: TrunkName(rawValue: "clock"),
                servers: [TrunkServer(hop: SIPNextHop(host: "127.0.0.22", port: clock.port, transport: .udp))])
            try await EngineStage.run(trunks: [Self.trunk([first, second]), slow]) { stage in
                let session = try await Self.session(stage)
                try await session.execute(.callSIP(Self.leg, Self.call()))
                _ = try await first.incoming()
                let on = try await first.incoming()
                #expect(on.request.uri.user == "999")
                // Until the other call has failed, four seconds have passed, more than the first server's limit.
                let other = CallID(rawValue: "clock")
                let way = TrunkWay(trunk: slow.name, callee: "1", callerID: "1")
                try await session.execute(
                    .callSIP(other, OutgoingSIPCall(uri: "sip:1@numbers.invalid", callerID: "1", ways: [way])))
                guard case .failed(_, 408, _, _) = try await Self.end(session, of: other) else {
                    Issue.record("the clock is silent")
                    return
                }
                try await first.accept(on.handle)
                #expect(try await Self.end(session) == .connected(Self.leg, headers: [:]))
                #expect(second.events.all.isEmpty)
            }
        }
    }

    @Test func whenNobodyAnswersTheCallFailsAfterAllLimits() async throws {
        try await Servers.run(2) { stations in
            for station in stations { try await station.holdBack(true) }
            try await EngineStage.run(trunks: [Self.trunk(stations)]) { stage in
                let session = try await Self.session(stage)
                try await session.execute(.callSIP(Self.leg, Self.call()))
                guard case .failed(_, 408, _, _) = try await Self.end(session) else {
                    Issue.record("nobody has answered")
                    return
                }
                for station in stations { _ = try await station.incoming() }
            }
        }
    }

    @Test func thePeerIsShownTheAccountWhereItWantsThat() async throws {
        try await Servers.run(1) { stations in
            stations[0].answersAtOnce = true
            let trunk = Self.trunk(stations) {
                $0.credentials = SIPCredentials(username: "account", password: "x")
                $0.callerID.place = .asserted
                $0.sound.codecs = [.pcma]
            }
            try await EngineStage.run(trunks: [trunk]) { stage in
                let session = try await Self.session(stage)
                try await session.execute(.callSIP(Self.leg, Self.call()))
                let request = try await stations[0].incoming().request
                #expect(try request.headers.from.uri.user == "account")
                #expect(try request.headers.assertedIdentities.map(\.uri.user) == ["74012000000"])
                let offer = String(decoding: request.body, as: UTF8.self)
                #expect(offer.contains("RTP/AVP 8 101") && !offer.contains("PCMU"))
            }
        }
    }

    @Test func aDomainOfATrunkIsCalledThroughItByThoseWhoMay() async throws {
        try await Servers.run(1) { stations in
            stations[0].answersAtOnce = true
            let open = Self.trunk(stations) {
                $0.domains = ["pbx.test"]
                $0.callerID = CallerIDRule(allowed: ["7401*"], standard: "74010000000")
            }
            var closed = open
            closed.name = TrunkName(rawValue: "closed")
            closed.domains = ["closed.test"]
            closed.users = TrunkUsers(domains: [EngineStage.foreignDomain])
            try await EngineStage.run(trunks: [open, closed]) { stage in
                let session = try await Self.session(stage)
                try await session.execute(
                    .callSIP(Self.leg, OutgoingSIPCall(uri: "sip:100@PBX.test", callerID: "79110000000")))
                let request = try await stations[0].incoming().request
                #expect(request.uri.user == "100" && request.uri.bareHost.lowercased() == "pbx.test")
                #expect(try request.headers.from.uri.user == "74010000000")
                // Neither another account's domain nor the server's own address is a way around.
                let address = "sip:100@127.0.0.20:\(stations[0].port)"
                for (index, uri) in ["sip:100@closed.test", address].enumerated() {
                    let leg = CallID(rawValue: "closed\(index)")
                    try await session.execute(.callSIP(leg, OutgoingSIPCall(uri: uri, callerID: "7911")))
                    guard case .failed(_, 403, _, _) = try await Self.end(session, of: leg) else {
                        Issue.record("\(uri) is not open to the application")
                        return
                    }
                }
                let calls = stations[0].events.all.filter { if case .incoming = $0.event { true } else { false } }
                #expect(calls.count == 1)
            }
        }
    }

    @Test func encryptionThatMayNotBeOfferedIsNotSkipped() async throws {
        try await Servers.run(1) { stations in
            try await EngineStage.run(trunks: [Self.trunk(stations) { $0.sound.srtp = .required }]) { stage in
                let session = try await Self.session(stage)
                try await session.execute(.callSIP(Self.leg, Self.call()))
                guard case .failed(_, 488, _, _) = try await Self.end(session) else {
                    Issue.record("keys may not travel over UDP")
                    return
                }
                #expect(stations[0].events.all.isEmpty)
            }
        }
    }

    @Test func aCallOverARegistrationIsTheTrunks() async throws {
        try await Servers.run(1) { stations in
            let trunk = Self.trunk(stations) {
                $0.registration = TrunkRegistration(user: "account", expiry: .seconds(120))
                $0.credentials = SIPCredentials(username: "account", password: "x")
                $0.number = "74012000000"
            }
            try await EngineStage.run(trunks: [trunk]) { stage in
                let station = stations[0]
                station.server = UInt16(stage.engine.sipPort)
                let register = try await station.requests.first("a registration") { $0.method == .register }
                #expect(try register.headers.to.uri.user == "account" && register.headers.first(.expires) == "120")
                let contact = try #require(try register.headers.contacts.addresses.first)
                #expect(contact.uri.user?.count == 32)
                for (to, destination) in [("account", "74012000000"), ("74950000001", "74950000001")] {
                    let address = NameAddress(uri: SIPURI(user: to, host: Servers.domain))
                    _ = try await station.call(contact.uri.description, to: address)
                    let arrival = try await stage.session().arrival
                    #expect(arrival.source == .trunk(name: Self.name) && arrival.destination == destination)
                }
            }
        }
    }

    @Test func aServerThatComesBackIsRegisteredAtAnew() async throws {
        try await Servers.run(1) { stations in
            let trunk = Self.trunk(stations) {
                $0.registration = TrunkRegistration(user: "account")
                $0.health.interval = .seconds(30)
            }
            try await EngineStage.run(trunks: [trunk]) { stage in
                let station = stations[0]
                try await station.requests.first("a registration") { $0.method == .register }
                let session = try await Self.session(stage)
                try await station.holdBack(true)
                try await session.execute(.callSIP(Self.leg, Self.call()))
                guard case .failed(_, 408, _, _) = try await Self.end(session) else {
                    Issue.record("the server is away")
                    return
                }
                try await station.holdBack(false)
                try await station.requests.first("another registration") { $0.method == .register }
            }
        }
    }

    @Test(arguments: [("secret", true), ("wrong", false)])
    func aTrunkLogsInFromAnyAddress(password: String, isTaken: Bool) async throws {
        var trunk = Trunk(name: Self.name)
        trunk.login = SIPCredentials(username: "branch", password: "secret")
        try await EngineStage.run(trunks: [trunk]) { stage in
            let branch = SIPStation(
                user: "branch", domain: "branch.example", password: password, server: UInt16(stage.engine.sipPort),
                address: "127.0.0.30")
            try await branch.open()
            let caller = NameAddress(uri: SIPURI(user: "79110000000", host: "branch.example"))
            let call = try await branch.call("sip:74012000000@127.0.0.1", from: caller)
            if isTaken {
                let arrival = try await stage.session().arrival
                #expect(arrival.source == .trunk(name: Self.name) && arrival.callerID == "79110000000")
            } else {
                let event = try await branch.next("failed", of: call)
                guard case .failed(let failure) = event, failure.status == 401 else {
                    Issue.record("\(event)")
                    return
                }
                #expect(stage.sessions.all.isEmpty)
            }
            await branch.close()
        }
    }
}
