import AsyncHTTPClient
import Billing
import Foundation
import Logging
import PhoneNumbers
import RequestSigning
import Storage
import Synchronization
import TestPostgres
import Testing

@testable import Controller

@Suite struct LicenceTests {
    private static let start = Int64(Date().timeIntervalSince1970)

    /// A clock that a test moves.
    private final class Clock: Sendable {
        private let seconds = Mutex(LicenceTests.start)
        func move(_ by: Int64) { seconds.withLock { $0 += by } }
        var now: Int64 { seconds.withLock { $0 } }
        var moment: @Sendable () -> Moment { { Moment(milliseconds: self.now * 1000) } }
    }

    private static func ask(
        _ world: World, _ portal: String, key: String, at clock: Clock, command: String = "GetAccountInfo"
    ) async throws -> World.Answer {
        var signing = World.Signing(direction: .portalToController)
        signing.portal = portal
        signing.licence = key
        signing.time = clock.now
        return try await world.send("/portal/\(command)", "{}", signing)
    }

    private static func run(
        policy: LicencePolicy = LicencePolicy(), limit: Duration = .seconds(60),
        _ test: @escaping @Sendable (World, FakeLicenceServer, Clock) async throws -> Void
    ) async throws {
        let (clock, server) = (Clock(), FakeLicenceServer())
        var setting = World.Setting()
        setting.licences = server
        setting.policy = policy
        setting.licenceLimit = limit
        setting.now = clock.moment
        try await World.run(setting) { try await test($0, server, clock) }
    }

    @Test("A portal that only the licence server knows gets its account at its first request")
    func firstContact() async throws {
        try await Self.run { world, server, clock async throws in
            server.licence("fresh", key: "FRESH-KEY-1")
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
            #expect(world.platform.count("AddAccount") == 1)
            #expect(server.state.withLock { $0.questions } == ["fresh"])
        }
    }

    @Test("Fifty first requests at once ask the licence server once")
    func simultaneous() async throws {
        try await Self.run { world, server, clock async throws in
            server.licence("fresh", key: "FRESH-KEY-1")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask { () async throws in
                        #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.state.withLock { $0.questions } == ["fresh"])
            #expect(world.platform.count("AddAccount") == 1)
        }
    }

    @Test("A stranger is refused like everybody else, and the server is not asked again for a minute")
    func strangers() async throws {
        try await Self.run { world, server, clock async throws in
            for _ in 0..<3 {
                let answer = try await Self.ask(world, "nobody", key: "GUESSED-KEY", at: clock)
                #expect(answer.status == 403)
                #expect(answer.text == #"{"error":{"code":"REFUSED","msg":"the request was refused"}}"#)
            }
            #expect(server.state.withLock { $0.questions } == ["nobody"])
            // No name that a licence could have: nobody is asked.
            #expect(try await Self.ask(world, "../admin", key: "GUESSED-KEY", at: clock).status == 403)
            #expect(server.state.withLock { $0.questions.count } == 1)
            clock.move(61)
            server.licence("nobody", key: "GUESSED-KEY")
            #expect(try await Self.ask(world, "nobody", key: "GUESSED-KEY", at: clock).status == 200)
        }
    }

    @Test("A wrong key of a licensed portal makes no account")
    func wrongKey() async throws {
        try await Self.run { world, server, clock async throws in
            server.licence("fresh", key: "FRESH-KEY-1")
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-2", at: clock).status == 403)
            #expect(world.platform.state.withLock { $0.wishes.isEmpty })
        }
    }

    @Test("While the licence server is away, a new portal is asked to come again, and nothing is forgotten")
    func awayAtFirst() async throws {
        try await Self.run { world, server, clock async throws in
            server.licence("fresh", key: "FRESH-KEY-1")
            server.state.withLock { $0.isAway = true }
            let answer = try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock)
            #expect(answer.status == 503)
            #expect(answer.code == "LICENCE_SERVER_UNAVAILABLE")
            server.state.withLock { $0.isAway = false }
            clock.move(30)
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
        }
    }

    @Test("A known portal lives on through the time of grace, and no longer")
    func grace() async throws {
        let policy = LicencePolicy(interval: .seconds(100), grace: .seconds(1000))
        try await Self.run(policy: policy) { world, server, clock async throws in
            server.licence("fresh", key: "FRESH-KEY-1")
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
            server.state.withLock { $0.isAway = true }
            clock.move(1099)
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
            clock.move(1)
            let late = try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock)
            #expect(late.status == 503)
            #expect(late.code == "LICENCE_SERVER_UNAVAILABLE")
            server.state.withLock { $0.isAway = false }
            clock.move(30)
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
        }
    }

    @Test("A licence that has ended stops the service at the next look, and a renewal brings it back")
    func ended() async throws {
        let policy = LicencePolicy(interval: .seconds(100), grace: .seconds(1000))
        try await Self.run(policy: policy) { world, server, clock async throws in
            server.licence("fresh", key: "FRESH-KEY-1", until: clock.now + 5000)
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
            server.state.withLock { _ = $0.ended.insert("fresh") }
            clock.move(101)
            let answer = try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock)
            #expect(answer.status == 402)
            #expect(answer.code == "LICENCE_ERROR")
            server.state.withLock { $0.ended = [] }
            // It is not asked at every request of a portal that has no licence any more.
            clock.move(59)
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 402)
            #expect(server.count("fresh") == 2)
            clock.move(1)
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
            #expect(world.platform.count("AddAccount") == 1)
        }
    }

    @Test("A new key of the licence server counts, and the former one for the overlap")
    func newKey() async throws {
        let policy = LicencePolicy(interval: .seconds(100), grace: .seconds(1000))
        try await Self.run(policy: policy) { world, server, clock async throws in
            server.licence("fresh", key: "FRESH-KEY-1")
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
            server.licence("fresh", key: "FRESH-KEY-2")
            clock.move(101)
            // The look happens behind the signature, so the new key is known from here on.
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-2", at: clock).status == 200)
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
            clock.move(PortalRecord.keyOverlap.components.seconds)
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 403)
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-2", at: clock).status == 200)
        }
    }

    @Test("The new key opens first, too: it is asked for at the first request that it has signed")
    func newKeyFirst() async throws {
        try await Self.run { world, server, clock async throws in
            server.licence("fresh", key: "FRESH-KEY-1")
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
            clock.move(61)
            server.licence("fresh", key: "FRESH-KEY-2")
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await Self.ask(world, "fresh", key: "FRESH-KEY-2", at: clock).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == Array(repeating: 200, count: 20))
            #expect(server.count("fresh") == 2)
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
            #expect(world.platform.count("AddAccount") == 1)
        }
    }

    @Test("Whoever guesses at a known portal's key makes the server be asked once a minute, and not by a wrong time")
    func guesses() async throws {
        try await Self.run { world, server, clock async throws in
            server.licence("fresh", key: "FRESH-KEY-1")
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
            clock.move(61)
            for _ in 0..<3 { #expect(try await Self.ask(world, "fresh", key: "GUESSED", at: clock).status == 403) }
            #expect(server.count("fresh") == 2)
            server.licence("fresh", key: "FRESH-KEY-2")
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-2", at: clock).status == 403)
            clock.move(60)
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-2", at: clock).status == 200)
            for portal in ["fresh", "nobody"] {
                var late = World.Signing(direction: .portalToController)
                (late.portal, late.time) = (portal, clock.now - 301)
                #expect(try await world.send("/portal/CheckConnection", "{}", late).status == 403)
            }
            #expect(server.count("fresh") == 3)
            #expect(server.count("nobody") == 0)
        }
    }

    @Test("What strangers are told says not who is known, whether the server answers or not", arguments: [false, true])
    func enumeration(isAway: Bool) async throws {
        try await Self.run { world, server, clock async throws in
            server.licence("fresh", key: "FRESH-KEY-1")
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
            clock.move(61)
            server.state.withLock { $0.isAway = isAway }
            // A portal of the server, one of the built-in table, and none.
            for portal in ["fresh", "demo", "nobody"] {
                for _ in 0..<2 {
                    let answer = try await Self.ask(world, portal, key: "GUESSED-KEY", at: clock)
                    #expect(answer.status == (isAway ? 503 : 403), "\(portal)")
                    #expect(answer.code == (isAway ? "LICENCE_SERVER_UNAVAILABLE" : "REFUSED"), "\(portal)")
                }
                if isAway { clock.move(30) } else { #expect(server.count(portal) == (portal == "fresh" ? 2 : 1)) }
            }
            #expect(try await Self.ask(world, "demo", key: World.licence, at: clock).status == 200)
        }
    }

    @Test("A server that hangs holds one request up, and the others go on by the last answer at once")
    func hanging() async throws {
        let policy = LicencePolicy(interval: .seconds(100), grace: .seconds(1000))
        try await Self.run(policy: policy, limit: .seconds(2)) { world, server, clock async throws in
            for portal in ["fresh", "second"] {
                server.licence(portal, key: "FRESH-KEY-1", until: clock.now + 500)
                #expect(try await Self.ask(world, portal, key: "FRESH-KEY-1", at: clock).status == 200)
            }
            server.state.withLock { $0.isHanging = true }
            clock.move(101)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 {
                    group.addTask { () async throws in
                        #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.count("fresh") == 2)
            #expect(try await Self.ask(world, "second", key: "FRESH-KEY-1", at: clock).status == 200)
            #expect(server.count("second") == 1)
            // A portal that must be asked about hears at once to come again.
            #expect(try await Self.ask(world, "third", key: "FRESH-KEY-1", at: clock).status == 503)
            #expect(server.count("third") == 0)
            // The licences' own end passes meanwhile, and they were renewed: the server says so when it is back.
            clock.move(500)
            #expect(try await Self.ask(world, "second", key: "FRESH-KEY-1", at: clock).status == 200)
            #expect(server.count("second") == 2)
            for portal in ["fresh", "second"] { server.licence(portal, key: "FRESH-KEY-1", until: clock.now + 500) }
            server.release()
            clock.move(30)
            for portal in ["fresh", "second"] {
                #expect(try await Self.ask(world, portal, key: "FRESH-KEY-1", at: clock).status == 200)
            }
            #expect(server.count("fresh") == 3)
        }
    }

    @Test("Nonsense about one portal keeps nobody else from being asked about")
    func nonsense() async throws {
        try await Self.run { world, server, clock async throws in
            server.state.withLock { _ = $0.garbled.insert("odd") }
            server.licence("fresh", key: "FRESH-KEY-1")
            #expect(try await Self.ask(world, "odd", key: "FRESH-KEY-1", at: clock).status == 503)
            #expect(try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock).status == 200)
        }
    }

    @Test("A lock that is not to be had is no reason to refuse a portal whose last answer is enough")
    func lock() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "licence-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let location = try await TestDatabases.location(folder + "/controller.sqlite")
        let database = try await Database.open(location)
        let clock = Clock()
        let registry = PortalRegistry(
            store: PortalStore(
                database: database, secrets: try StoredSecrets(key: Secret(String(repeating: "07", count: 32)))),
            server: LicenceServer(
                access: LicenceServerAccess(baseURL: "http://127.0.0.1:1", token: Secret("token")), http: .shared),
            policy: LicencePolicy(), now: clock.moment, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { Portal($0, limits: TimeLimits(), http: .shared, clock: ContinuousClock(), now: clock.moment) }
        let licence = Licence(
            key: Secret("FRESH-KEY-1"), kind: .cloud, baseURL: "http://127.0.0.1:1", currency: .rub,
            region: try #require(Region(code: "RU")), until: nil)
        let record = PortalRecord.licensed(by: licence, PortalID(rawValue: "fresh"), before: nil, at: clock.moment())
        let portal = Portal(record, limits: TimeLimits(), http: .shared, clock: ContinuousClock(), now: clock.moment)
        try database.close()
        clock.move(86_400)
        #expect(try await registry.licensed(portal).id == portal.id)
        clock.move(7 * 86_400)
        await #expect(throws: StorageError.self) { try await registry.licensed(portal) }
    }

    /// A call of the portal's: its settings and its first route.
    private static func call(_ world: World, _ portal: String, key: String, at clock: Clock) async throws -> [String] {
        var answers: [String] = []
        for command in ["IncomingGetConfig", "IncomingInvite"] {
            var signing = World.Signing(direction: .scenarioToController)
            (signing.portal, signing.licence, signing.time) = (portal, key, clock.now)
            let fields = [
                ("COMMAND", command), ("PHONE_NUMBER", "74012000001"), ("ACCOUNT_SEARCH_ID", "test"),
                ("CALL_ID", "call-\(clock.now)"), ("CALLER_ID", World.caller), ("DIRECT_CODE", ""), ("ACCESS_URL", ""),
            ]
            let form = FormFields(fields.map { .init(name: $0.0, value: $0.1) }).encoded
            let answer = try await world.send("/scenario", form, signing)
            #expect(answer.status == 200, "\(answer.text)")
            let json = try #require(answer.json)
            answers.append((json["ERROR"] ?? json["COMMAND"] ?? json["SEARCH_ID"])?.string ?? answer.text)
        }
        return answers
    }

    @Test("Calls go on for some days after the licence has ended, then they are refused, until it is renewed")
    func calls() async throws {
        let policy = LicencePolicy(interval: .seconds(10), grace: .seconds(100), calls: .seconds(50))
        try await Self.run(policy: policy) { world, server, clock async throws in
            server.licence("fresh", key: World.licence)
            #expect(try await Self.ask(world, "fresh", key: World.licence, at: clock).status == 200)
            server.state.withLock { _ = $0.ended.insert("fresh") }
            clock.move(11)
            #expect(try await Self.ask(world, "fresh", key: World.licence, at: clock).status == 402)
            clock.move(49)
            let served = try await Self.call(world, "fresh", key: World.licence, at: clock)
            #expect(served == ["test", "wait"])
            clock.move(1)
            let refused = try await Self.call(world, "fresh", key: World.licence, at: clock)
            #expect(refused == ["LICENCE_ENDED", "LICENCE_ENDED"])
            server.state.withLock { $0.ended = [] }
            clock.move(60)
            let renewed = try await Self.call(world, "fresh", key: World.licence, at: clock)
            #expect(renewed == ["test", "wait"])
        }
    }

    @Test("A portal that only has calls is asked about beside them, and does not wait for the answer")
    func onlyCalls() async throws {
        let policy = LicencePolicy(interval: .seconds(10), grace: .seconds(20), calls: .seconds(50))
        try await Self.run(policy: policy) { world, server, clock async throws in
            server.licence("fresh", key: World.licence, until: clock.now + 5)
            #expect(try await Self.ask(world, "fresh", key: World.licence, at: clock).status == 200)
            server.licence("fresh", key: World.licence, until: clock.now + 5000)
            server.state.withLock { $0.isHanging = true }
            clock.move(10)
            #expect(try await Self.call(world, "fresh", key: World.licence, at: clock) == ["test", "wait"])
            server.release()
            await server.events.wait { server.count("fresh") >= 2 }
            clock.move(150)
            #expect(try await Self.call(world, "fresh", key: World.licence, at: clock) == ["test", "wait"])
        }
    }

    @Test("The end of a licence of the table ends calls, too, after their time")
    func callsOfTable() async throws {
        let clock = Clock()
        var setting = World.Setting()
        setting.policy = LicencePolicy(calls: .seconds(50))
        setting.licensedUntil = clock.now + 100
        setting.now = clock.moment
        try await World.run(setting) { world async throws in
            clock.move(149)
            #expect(try await Self.call(world, "demo", key: World.licence, at: clock) == ["test", "wait"])
            clock.move(1)
            let refused = try await Self.call(world, "demo", key: World.licence, at: clock)
            #expect(refused == ["LICENCE_ENDED", "LICENCE_ENDED"])
        }
    }

    @Test("A portal in a currency without a master account is told so")
    func noMaster() async throws {
        try await Self.run { world, server, clock async throws in
            server.licence("fresh", key: "FRESH-KEY-1", currency: "EUR")
            let answer = try await Self.ask(world, "fresh", key: "FRESH-KEY-1", at: clock)
            #expect(answer.status == 502)
            #expect(answer.code == "PLATFORM_REFUSED")
        }
    }

    @Test(
        "What is no licence is taken for no answer",
        arguments: [
            "{}", "[]", #"{"licence_key":"short","address":"http://a","currency":"RUB","region":"RU"}"#,
            #"{"licence_key":"12345678","address":"ftp://a","currency":"RUB","region":"RU"}"#,
            #"{"licence_key":"12345678","address":"http://u:p@a","currency":"RUB","region":"RU"}"#,
            #"{"licence_key":"12345678","address":"http://a","currency":"GBP","region":"RU"}"#,
            #"{"licence_key":"12345678","address":"http://a","currency":"RUB","region":"XX"}"#,
            #"{"licence_key":"12345678","address":"http://a","currency":"RUB","region":"RU","kind":"van"}"#,
            #"{"licence_key":"12345678","address":"http://a","currency":"RUB","region":"RU","licensed_until":"soon"}"#,
        ])
    func malformed(text: String) throws {
        #expect(Licence(try #require(JSONValue(Data(text.utf8)))) == nil)
    }
}
