import Foundation
import RequestSigning
import Synchronization
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
        policy: LicencePolicy = LicencePolicy(),
        _ test: @escaping @Sendable (World, FakeLicenceServer, Clock) async throws -> Void
    ) async throws {
        let (clock, server) = (Clock(), FakeLicenceServer())
        var setting = World.Setting()
        setting.licences = server
        setting.policy = policy
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
            #expect(world.platform.state.withLock { $0.commands.isEmpty })
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
