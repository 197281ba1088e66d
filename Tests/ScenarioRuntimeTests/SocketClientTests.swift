import NIOCore
import NIOPosix
import Testing

@testable import ScenarioRuntime

struct SocketClientTests {
    private let loop: any EventLoop = NIOSingletons.posixEventLoopGroup.next()

    @Test(arguments: [
        ("ws://example.com", "example.com", 80, "/", false), ("wss://h:8443/a?b=c#d", "h", 8443, "/a?b=c", true),
        ("WS://[::1]:9/x", "::1", 9, "/x", false), ("wss://h?q", "h", 443, "/?q", true),
    ]) func addressesAreTakenApart(url: String, host: String, port: Int, path: String, isSecure: Bool) throws {
        let target = try #require(SocketTarget(url: url))
        #expect(target.host == host && target.port == port && target.path == path && target.isSecure == isSecure)
    }

    @Test(arguments: ["http://h", "ws://", "ws://u@h", "ws://h:0", "ws://h:99999", "ws://h h", "ws://[::1", "ws://:80"])
    func otherAddressesAreRefused(url: String) {
        #expect(SocketTarget(url: url) == nil)
    }

    @Test func textsGoBothWaysAndTheEndIsClean() async throws {
        let events = try await run("echo") { socket in
            socket.send("hello")
        } until: { event, socket in
            if event == .message("hello ws://me") { socket.close(code: 1000, reason: "done") }
        }
        #expect(
            events == [.opened, .message("hello ws://me"), .closed(code: 1000, reason: "done", wasClean: true)])
    }

    @Test func aRefusedUpgradeIsAnErrorAndAnEnd() async throws {
        let events = try await run("refuse") { _ in
        } until: { _, _ in
        }
        #expect(
            events == [
                .failed("the server answered 404, 101 is expected"),
                .closed(code: 1006, reason: "the server answered 404, 101 is expected", wasClean: false),
            ])
    }

    @Test func aTextThatIsTooLongEndsTheConnection() async throws {
        let events = try await run("flood") { _ in
        } until: { _, _ in
        }
        #expect(events.first == .opened)
        guard case .closed(let code, _, let wasClean)? = events.last else {
            Issue.record("not closed: \(events)")
            return
        }
        #expect(code == 1006 && !wasClean)
        #expect(!events.contains { if case .message = $0 { true } else { false } })
    }

    @Test func nobodyListens() async throws {
        let events = try await run(url: "ws://127.0.0.1:1/") { _ in
        } until: { _, _ in
        }
        #expect(events.count == 2)
        #expect(events.last.map { if case .closed(1006, _, false) = $0 { true } else { false } } == true)
    }

    /// Opens a connection to a server of the test and collects its events until the end.
    private func run(
        _ path: String, opened: @escaping @Sendable (any ScenarioSocket) -> Void,
        until: @escaping @Sendable (ScenarioSocketEvent, any ScenarioSocket) -> Void
    ) async throws -> [ScenarioSocketEvent] {
        try await SocketServer.run { server in
            try await run(url: "ws://127.0.0.1:\(server.port)/\(path)", opened: opened, until: until)
        }
    }

    private func run(
        url: String, opened: @escaping @Sendable (any ScenarioSocket) -> Void,
        until: @escaping @Sendable (ScenarioSocketEvent, any ScenarioSocket) -> Void
    ) async throws -> [ScenarioSocketEvent] {
        let loop = loop
        let done = loop.makePromise(of: [ScenarioSocketEvent].self)
        try await loop.submit {
            let held = Held()
            let request = ScenarioSocketRequest(url: url, headers: ["X-Me": "ws://me", "Host": "wrong"])
            held.socket = NIOScenarioSocketClient().open(request, on: loop) { event in
                held.events.append(event)
                guard let socket = held.socket else { return }
                if event == .opened { opened(socket) }
                until(event, socket)
                if case .closed = event {
                    done.succeed(held.events)
                    held.socket = nil
                }
            }
        }.get()
        return try await done.futureResult.get()
    }
}

private final class Held {
    var socket: (any ScenarioSocket)?
    var events: [ScenarioSocketEvent] = []
}
