import AsyncHTTPClient
import CallControl
import Digests
import Logging
import NIOCore
import NIOPosix
import SIP
import Testing

@testable import VoiceEngine

/// A voice engine on loopback whose sessions the test drives, and phones around it.
final class EngineStage: CallRouter, @unchecked Sendable {  // state is touched on `eventLoop` only
    static let domain = "app.acme.test"
    static let foreignDomain = "app.other.test"
    static let password = "secret"

    /// One session as the test sees it.
    final class Session: @unchecked Sendable {  // the engine's session is touched on `eventLoop` only
        let arrival: CallArrival
        let events = StageJournal<CallEvent>()
        let signalling = StageJournal<SignallingMessage>()
        private let session: EngineSession
        private let eventLoop: any EventLoop

        init(_ arrival: CallArrival, _ session: EngineSession, _ eventLoop: any EventLoop) {
            self.arrival = arrival
            self.session = session
            self.eventLoop = eventLoop
            session.onSignalling = { [signalling] in signalling.add($0) }
            session.onEvent = { [events] in events.add($0) }
        }

        /// The caller's leg.
        var caller: CallID { arrival.id }

        func execute(_ commands: CallCommand...) async throws {
            try await eventLoop.submit { for command in commands { self.session.execute(command) } }.get()
        }

        /// Takes the legs of another session.
        func take(_ other: Session) async throws {
            try await eventLoop.submit { self.session.take(legsOf: other.session) }.get()
        }

        /// Calls a user and joins both legs once he has answered.
        func bridge(to user: String) async throws -> CallID {
            let leg = CallID(rawValue: "out-\(user)")
            try await execute(.callUser(leg, OutgoingUserCall(username: user, callerID: arrival.callerID)))
            try await events.first("\(user)'s answer") { if case .connected(leg, _, _) = $0 { true } else { false } }
            try await execute(
                .answer(caller, headers: [:]), .sendMedia(from: UnitID(caller), to: UnitID(leg)),
                .sendMedia(from: UnitID(leg), to: UnitID(caller)))
            let own = caller
            try await events.first("the caller's confirmation") {
                if case .connected(own, _, _) = $0 { true } else { false }
            }
            return leg
        }
    }

    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let sessions = StageJournal<Session>()
    /// What becomes of the next calls.
    var verdict = Admission.accepted
    private(set) var engine: VoiceEngine
    private var stations: [SIPStation] = []

    private init(_ trunks: [Trunk], _ lookup: LookupSettings, _ showsSignalling: Bool) throws {
        var configuration = VoiceEngineConfiguration(
            sipAddress: "127.0.0.1", sipPort: 0, rtpAddress: "127.0.0.1", rtpPorts: 42000...43999,
            trunks: [], realm: "stage", soundFolders: [])
        if let network = IPNetwork("127.0.0.9/32") {
            configuration.trunks = [Trunk(name: TrunkName(rawValue: "carrier"), networks: [network])]
        }
        configuration.trunks += trunks
        configuration.lookup = lookup
        configuration.showsSignalling = showsSignalling
        engine = try VoiceEngine(
            configuration: configuration, eventLoop: eventLoop,
            httpClient: HTTPClient.shared, logger: Logger(label: "stage") { _ in SwiftLogNoOpLogHandler() })
    }

    /// - Parameter trunks: beside the one at the carrier's address.
    static func run(
        trunks: [Trunk] = [], lookup: LookupSettings = LookupSettings(), showsSignalling: Bool = false,
        _ body: (EngineStage) async throws -> Void
    ) async throws {
        let stage = try EngineStage(trunks, lookup, showsSignalling)
        try await stage.engine.start(router: stage)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(stage))
        } catch {
            result = .failure(error)
        }
        for station in stage.stations { await station.close() }
        await stage.engine.shutdown()
        try result.get()
    }

    /// A phone of a user, registered.
    func phone(_ user: String, domain: String = EngineStage.domain) async throws -> SIPStation {
        let station = SIPStation(
            user: user, domain: domain, password: Self.password, server: UInt16(engine.sipPort))
        try await station.open()
        stations.append(station)
        try await station.register()
        return station
    }

    /// The far end of the trunk.
    func carrier() async throws -> SIPStation {
        let station = SIPStation(
            user: "79110000000", domain: "carrier.test", password: nil, server: UInt16(engine.sipPort),
            address: "127.0.0.9")
        try await station.open()
        stations.append(station)
        return station
    }

    /// Address and port of a user's phone.
    func phoneAddress(of user: String) -> String? {
        stations.first { $0.user == user }.map { "127.0.0.1:\($0.port)" }
    }

    func session() async throws -> Session { try await sessions.first("a session") { _ in true } }

    func secret(of user: UserAddress) -> EventLoopFuture<UserSecret?> {
        guard [Self.domain, Self.foreignDomain].contains(user.domain), !user.username.isEmpty else {
            return eventLoop.makeSucceededFuture(nil)
        }
        let text = "\(user.username):\(user.domain):\(Self.password)"
        return eventLoop.makeSucceededFuture(
            UserSecret(md5: HashFunction.md5.hexDigest(text), sha256: HashFunction.sha256.hexDigest(text)))
    }

    func trusts(_ address: String, domain: String) -> EventLoopFuture<Bool> {
        eventLoop.makeSucceededFuture(false)
    }

    func admit(_ arrival: CallArrival, session: EngineSession) -> EventLoopFuture<Admission> {
        if case .user(let user) = arrival.source { session.domain = user.domain } else { session.domain = Self.domain }
        sessions.add(Session(arrival, session, eventLoop))
        return eventLoop.makeSucceededFuture(verdict)
    }
}
