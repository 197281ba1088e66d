import NIOCore
import NIOPosix
import SIP
import Testing

@testable import VoiceEngine

/// A locator with real sockets, and the name server that it asks.
private final class LookupStage: @unchecked Sendable {  // the locator is used on `eventLoop` only
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    private let names: NameServers
    private let locator: HostLocator

    private init(_ settings: LookupSettings) throws {
        let names = NameServers(settings: settings, ownAddress: "127.0.0.1")
        self.names = names
        locator = HostLocator(eventLoop: eventLoop, settings: settings) { [eventLoop] in names.ask($0, on: eventLoop) }
        try names.start()
    }

    static func run(
        limit: Duration = .seconds(20), _ change: (inout LookupSettings) -> Void = { _ in },
        _ body: (LookupStage, TestNameServer) async throws -> Void
    ) async throws {
        let server = TestNameServer()
        try await server.open()
        var settings = LookupSettings(servers: [server.address], limit: limit)
        change(&settings)
        let stage = try LookupStage(settings)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(stage, server))
        } catch {
            result = .failure(error)
        }
        stage.stop()
        await server.close()
        try result.get()
    }

    func stop() { names.stop() }

    func locate(_ host: String, _ port: UInt16? = nil) async throws -> [String] {
        try await locating(host, port).get().map(\.description)
    }

    func locating(_ host: String, _ port: UInt16? = nil) -> EventLoopFuture<[SIPTarget]> {
        eventLoop.flatSubmit { self.locator.locate(SIPNextHop(host: host, port: port, transport: .udp)) }
    }
}

@Suite("Name servers over sockets", .serialized)
struct NameServersTests {
    private static func record(_ name: String, _ port: UInt16, _ priority: UInt16) -> ServiceRecord {
        ServiceRecord(target: name, port: port, priority: priority, weight: 1)
    }

    @Test func aServiceLeadsToHostsAndTheirAddresses() async throws {
        try await LookupStage.run { stage, server in
            try await server.set(
                "_sip._udp.carrier.test", .service,
                .services([Self.record("b.carrier.test", 5080, 20), Self.record("a.carrier.test", 5070, 10)]))
            try await server.set("a.carrier.test", .address, .addresses(["127.0.0.41", "127.0.0.42"]))
            try await server.set("b.carrier.test", .address, .addresses(["127.0.0.43"]))
            let expected = ["127.0.0.41:5070", "127.0.0.42:5070", "127.0.0.43:5080"]
            #expect(try await stage.locate("carrier.test") == expected)
            // The second time nobody is asked.
            #expect(try await stage.locate("carrier.test") == expected)
            #expect(server.questions.all.count == 3)
        }
    }

    @Test func aNameWithoutAServiceIsAHost() async throws {
        try await LookupStage.run { stage, server in
            try await server.set("sip.carrier.test", .address, .addresses(["127.0.0.41"]))
            #expect(try await stage.locate("sip.carrier.test") == ["127.0.0.41:5060"])
            #expect(server.count("_sip._udp.sip.carrier.test", .service) == 1)
            try await server.set("other.carrier.test", .address, .addresses(["127.0.0.44"]))
            #expect(try await stage.locate("other.carrier.test", 5099) == ["127.0.0.44:5099"])
            #expect(server.count("_sip._udp.other.carrier.test", .service) == 0)
            #expect(try await stage.locate("localhost") == ["127.0.0.1:5060"])
        }
    }

    @Test func anUnknownNameIsAnError() async throws {
        try await LookupStage.run { stage, _ in
            await #expect(throws: LocationError.unknown("none.test")) { try await stage.locate("none.test") }
        }
    }

    @Test func anAnswerThatMayNotBeKeptIsAskedForEachTime() async throws {
        try await LookupStage.run { stage, server in
            try await server.set("sip.carrier.test", .address, .addresses(["127.0.0.41"], life: 0))
            for _ in 0..<3 { #expect(try await stage.locate("sip.carrier.test", 5060) == ["127.0.0.41:5060"]) }
            #expect(server.count("sip.carrier.test", .address) == 3)
        }
    }

    @Test func aServersRefusalIsAFailureAndNotAskedAgainAtOnce() async throws {
        try await LookupStage.run { stage, server in
            try await server.set("sip.carrier.test", .address, .refused)
            for _ in 0..<2 {
                await #expect(throws: LocationError.self) { try await stage.locate("sip.carrier.test", 5060) }
            }
            let asked = server.count("sip.carrier.test", .address)
            await #expect(throws: LocationError.self) { try await stage.locate("sip.carrier.test", 5060) }
            #expect(server.count("sip.carrier.test", .address) == asked)
        }
    }

    @Test func aSilentServerIsGivenUpAtTheLimitAndDelaysNobodyElse() async throws {
        try await LookupStage.run(limit: .milliseconds(900)) { stage, server in
            try await server.set("mute.carrier.test", .address, .silence)
            try await server.set("live.carrier.test", .address, .addresses(["127.0.0.41"]))
            let begin = ContinuousClock.now
            let mute = stage.locating("mute.carrier.test", 5060)
            let again = stage.locating("mute.carrier.test", 5060)
            #expect(try await stage.locate("live.carrier.test", 5060) == ["127.0.0.41:5060"])
            let first = ContinuousClock.now
            await #expect(throws: LocationError.self) { try await mute.get() }
            await #expect(throws: LocationError.self) { try await again.get() }
            #expect(ContinuousClock.now - begin >= .milliseconds(850) && first <= ContinuousClock.now)
            // It was asked again, as a packet may be lost, by one question for both.
            #expect((2...3).contains(server.count("mute.carrier.test", .address)))
        }
    }

    @Test(
        arguments: [
            [0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 200, 0, 1],  // shorter than it says
            [0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 8, 0, 1, 0, 1, 0x13, 0xC4, 0xC0, 0xFF],  // a name beyond the end
            // a name that leads to itself
            [0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 8, 0, 1, 0, 1, 0x13, 0xC4, 0xC0, 58],
            [],
        ] as [[UInt8]])
    func whatCannotBeReadIsNoAnswer(bytes: [UInt8]) async throws {
        try await LookupStage.run(limit: .milliseconds(900)) { stage, server in
            try await server.set("_sip._udp.carrier.test", .service, .garbage(bytes))
            // The name itself is still a host.
            try await server.set("carrier.test", .address, .addresses(["127.0.0.41"]))
            #expect(try await stage.locate("carrier.test") == ["127.0.0.41:5060"])
            try await server.set("host.carrier.test", .address, .garbage(bytes))
            await #expect(throws: LocationError.self) { try await stage.locate("host.carrier.test", 5060) }
        }
    }

    @Test func tooManyQuestionsAtOnceAreRefused() async throws {
        try await LookupStage.run(limit: .milliseconds(600), { $0.mostQuestions = 4 }) { stage, server in
            let futures = (0..<10).map { stage.locating("h\($0).carrier.test", 5060) }
            for index in 0..<10 { try await server.set("h\(index).carrier.test", .address, .silence) }
            var reasons: [String] = []
            for future in futures {
                do {
                    _ = try await future.get()
                } catch LocationError.unanswered(_, let reason) {
                    reasons.append(reason)
                } catch LocationError.unknown {
                    reasons.append("unknown")
                }
            }
            #expect(reasons.count == 10 && reasons.contains("too many names are being looked up"))
        }
    }

    @Test func whoeverIsStoppedAnswersEverybody() async throws {
        try await LookupStage.run { stage, server in
            try await server.set("mute.carrier.test", .address, .silence)
            let mute = stage.locating("mute.carrier.test", 5060)
            try await server.questions.first("the question") { $0.name == "mute.carrier.test" }
            stage.stop()
            await #expect(throws: LocationError.self) { try await mute.get() }
            await #expect(throws: LocationError.self) { try await stage.locate("late.carrier.test", 5060) }
        }
    }

    @Test func aListOfNameServersIsChecked() {
        for text in ["192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:53"] {
            #expect(LookupSettings.isServer(text), "\(text)")
        }
        for text in ["", "dns.example", "192.0.2.53:0", "192.0.2.53:70000", "192.0.2.0/24", "[192.0.2.1]:53", ":53"] {
            #expect(!LookupSettings.isServer(text), "\(text)")
        }
    }
}
