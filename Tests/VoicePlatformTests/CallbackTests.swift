import AsyncHTTPClient
import Billing
import CallControl
import Digests
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import OutsideRequests
import Storage
import Synchronization
import Testing

@testable import VoicePlatform

/// A receiver that notes what it gets, and takes it or not.
private final class NotingSender: CallbackSending {
    private let state: Mutex<(messages: [CallbackMessage], takes: Bool)>

    init(takes: Bool = true) { state = Mutex(([], takes)) }

    var messages: [CallbackMessage] { state.withLock(\.messages) }
    func take(_ takes: Bool) { state.withLock { $0.takes = takes } }

    func send(_ message: CallbackMessage) async -> Bool {
        state.withLock { state in
            state.messages.append(message)
            return state.takes
        }
    }
}

/// A receiver that never answers one account and tells what it gets from the others.
private final class StuckSender: CallbackSending {
    private let stuck: String
    let arrivals: AsyncStream<String>
    private let note: AsyncStream<String>.Continuation
    private let never = AsyncStream<Void>.makeStream()

    init(for url: String) {
        stuck = url
        (arrivals, note) = AsyncStream.makeStream()
    }

    func send(_ message: CallbackMessage) async -> Bool {
        note.yield(message.address.url)
        guard message.address.url == stuck else { return true }
        // Ends when the courier is stopped.
        for await _ in never.stream {}
        return false
    }
}

extension TestPlatform {
    fileprivate func courier(_ sender: any CallbackSending, _ clock: ManualTime) -> CallbackCourier {
        CallbackCourier(
            database: core.database, sender: sender, keys: AccountKeys(masters: core.configuration.masterAccounts),
            policy: core.configuration.callbacks, clock: { clock.now }, logger: core.logger)
    }

    fileprivate func add(_ callback: Callback, for tenant: Tenant, at now: UnixTime) async throws {
        try await core.database.write {
            try CallbackOutbox(transaction: $0).add(callback, for: AccountID(rawValue: Int64(tenant.id)), at: now)
        }
    }
}

@Suite struct CallbackTests {
    private static let start = UnixTime(seconds: 1_800_000_000)
    private static let hook = ["callback_url": "https://hooks.example/in", "callback_salt": "pepper"]

    @Test func `callbacks come in one array, each with its data and its hash`() async throws {
        let time = ManualTime(Self.start)
        try await TestPlatform.run(clock: { time.now }) { platform in
            let tenant = try await platform.child("tenant-one")
            try await platform.add(.accountIsFrozen, for: tenant, at: time.now)
            try await tenant.call("SetAccountInfo", Self.hook)
            try await platform.add(.minimumBalance(isCreditLow: false, isRepeated: true), for: tenant, at: time.now)
            try await platform.add(.scriptFailed, for: tenant, at: time.now)
            let sender = NotingSender()
            await platform.courier(sender, time).round()
            let message = try #require(sender.messages.first)
            #expect(message.address.url == "https://hooks.example/in")
            let callbacks = try Answer(Data(message.body.utf8))["callbacks"].items
            #expect(callbacks.compactMap { $0["type"].string } == ["min_balance", "js_fail"])
            #expect(callbacks[0]["min_balance"]["is_repeated"].flag == true)
            #expect(callbacks[0]["account_name"].string == "tenant-one")
            #expect(callbacks[0]["currency"].string == "EUR")
            for callback in callbacks {
                let id = try callback.integer("callback_id")
                let expected = HashFunction.md5.hexDigest("pepper\(tenant.id)\(tenant.key)\(id)")
                #expect(callback["hash"].string == expected)
            }
            await platform.courier(sender, time).round()
            #expect(sender.messages.count == 1)
        }
    }

    @Test func `what is not taken comes again with growing pauses and is given up after days`() async throws {
        let time = ManualTime(Self.start)
        try await TestPlatform.run(clock: { time.now }) { platform in
            let tenant = try await platform.child("tenant-one")
            try await tenant.call("SetAccountInfo", Self.hook)
            try await platform.add(.scriptFailed, for: tenant, at: time.now)
            let sender = NotingSender(takes: false)
            let courier = platform.courier(sender, time)
            for pause in [Int64(5), 10, 20, 40] {
                await courier.round()
                let count = sender.messages.count
                time.now = UnixTime(seconds: time.now.seconds + pause - 1)
                await courier.round()
                #expect(sender.messages.count == count)
                time.now = UnixTime(seconds: time.now.seconds + 1)
            }
            #expect(sender.messages.count == 4)
            #expect(Set(sender.messages.map(\.body)).count == 1)
            time.now = UnixTime(seconds: Self.start.seconds + CallbackOutbox.maximumAge)
            await courier.round()
            sender.take(true)
            time.now = UnixTime(seconds: time.now.seconds + 7200)
            await courier.round()
            #expect(sender.messages.count == 5)
        }
    }

    @Test func `a receiver that does not answer delays nobody else, and gets one request at a time`() async throws {
        let time = ManualTime(Self.start)
        try await TestPlatform.run(clock: { time.now }) { platform in
            let slow = try await platform.child("tenant-slow")
            let quick = try await platform.child("tenant-quick")
            try await slow.call("SetAccountInfo", ["callback_url": "https://slow.example/"])
            try await quick.call("SetAccountInfo", ["callback_url": "https://quick.example/"])
            let sender = StuckSender(for: "https://slow.example/")
            let courier = platform.courier(sender, time)
            let running = Task { await courier.run() }
            var arrivals = sender.arrivals.makeAsyncIterator()
            try await platform.add(.accountIsFrozen, for: slow, at: time.now)
            #expect(await arrivals.next() == "https://slow.example/")
            for _ in 0..<2 {
                try await platform.add(.accountIsFrozen, for: slow, at: time.now)
                try await platform.add(.accountIsFrozen, for: quick, at: time.now)
                #expect(await arrivals.next() == "https://quick.example/")
            }
            running.cancel()
            await running.value
        }
    }

    @Test func `a pause never passes an hour`() {
        #expect((0...40).map(CallbackOutbox.pause(after:)).max() == 3600)
        #expect(CallbackOutbox.pause(after: 0) == 5)
    }

    @Test(arguments: [
        "ftp://example.com/", "https://", "http://127.0.0.1/", "http://10.1.2.3/", "http://192.168.0.1:8080/x",
        "http://169.254.169.254/latest", "http://[::1]/", "http://[fe80::1]/", "http://[::ffff:127.0.0.1]/",
        "http://[fc00::1]/", "http://[2002:7f00:1::]/", "http://0.0.0.0/", "http://100.64.0.1/", "http://localhost/",
        "http://user:secret@example.com/", "http://example.com/ x", "http://224.0.0.1/", "javascript:alert(1)",
    ])
    func `an address that must not be called is refused`(url: String) {
        #expect(OutsideAddress(url, policy: OutsidePolicy()) == nil)
    }

    @Test(arguments: ["http://example.com", "https://example.com:8443/a?b=c", "http://8.8.8.8/", "http://[2600::1]/"])
    func `an address of the internet is taken`(url: String) {
        #expect(OutsideAddress(url, policy: OutsidePolicy())?.url == url)
    }

    @Test func `a private address is taken when the operator says so`() throws {
        let policy = OutsidePolicy(allowsPrivateNetworks: true)
        #expect(OutsideAddress("http://127.0.0.1:9/", policy: policy)?.port == 9)
        #expect(OutsideAddress("ftp://127.0.0.1:9/", policy: policy) == nil)
        #expect(!OutsidePolicy().permits(try SocketAddress(ipAddress: "172.31.255.255", port: 1)))
        #expect(OutsidePolicy().permits(try SocketAddress(ipAddress: "172.32.0.1", port: 1)))
    }

    @Test func `the sender posts to a permitted host only, and believes status 2xx only`() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await CallbackServer.start(on: group)
        let url = "http://localhost:\(server.port)/hook"
        func sender(_ policy: OutsidePolicy) -> HTTPCallbackSender {
            HTTPCallbackSender(policy: policy, group: group, logger: Logger(label: "test"))
        }
        let open = OutsidePolicy(allowsPrivateNetworks: true)
        let address = try #require(OutsideAddress(url, policy: open))
        let message = CallbackMessage(address: address, body: #"{"callbacks":[]}"#)
        #expect(await !sender(OutsidePolicy()).send(message))
        #expect(server.bodies == [])
        #expect(await sender(open).send(message))
        #expect(server.bodies == [#"{"callbacks":[]}"#])
        server.answer(.found)
        #expect(await !sender(open).send(message))
        server.answer(.internalServerError)
        #expect(await !sender(open).send(message))
        try await server.close()
        #expect(await !sender(open).send(message))
    }
}

/// An HTTP server that notes bodies and answers with a status.
private final class CallbackServer: Sendable {
    private let channel: any Channel
    private let state: State
    let port: Int

    final class State: Sendable {
        let value = Mutex<(bodies: [String], status: HTTPResponseStatus)>(([], .ok))
    }

    var bodies: [String] { state.value.withLock(\.bodies) }
    func answer(_ status: HTTPResponseStatus) { state.value.withLock { $0.status = status } }
    func close() async throws { try await channel.close() }

    private init(channel: any Channel, state: State) {
        self.channel = channel
        self.state = state
        port = channel.localAddress?.port ?? 0
    }

    static func start(on group: any EventLoopGroup) async throws -> CallbackServer {
        let state = State()
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(Handler(state: state))
                }
            }.bind(to: try SocketAddress.makeAddressResolvingHost("localhost", port: 0)).get()
        return CallbackServer(channel: channel, state: state)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let state: State
        private var body = ""

        init(state: State) { self.state = state }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head: body = ""
            case .body(let part): body += String(buffer: part)
            case .end:
                let text = body
                let status = state.value.withLock { value in
                    value.bodies.append(text)
                    return value.status
                }
                let headers: HTTPHeaders = ["content-length": "0", "location": "http://127.0.0.1:1/"]
                context.write(
                    wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
