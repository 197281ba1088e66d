import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPServing

/// What becomes of connections whose server stops.
@Suite struct OrderlyHTTP1ChannelTests {
    private static let logger = Logger(label: "server") { _ in SwiftLogNoOpLogHandler() }

    private static func served() -> OrderlyHTTP1Channel {
        OrderlyHTTP1Channel(
            HTTP1Channel { _, writer, _ in
                let body = try await writer.writeHead(HTTPResponse(status: .noContent))
                try await body.finish(nil)
            })
    }

    /// Without the guard this ends the process of the tests.
    @Test func aConnectionThatNobodyHandlesIsClosed() async throws {
        let channel = try await NIOAsyncTestingChannel { _ in }
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
        _ = try await channel.testingEventLoop.executeInContext {
            Self.served().setup(channel: channel, logger: Self.logger)
        }.get()
        try await channel.closeFuture.get()
        #expect(!channel.isActive)
    }

    @Test func aConnectionThatIsHandledIsAnswered() async throws {
        let channel = try await NIOAsyncTestingChannel { _ in }
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
        let served = Self.served()
        let value = try await channel.testingEventLoop.executeInContext {
            served.setup(channel: channel, logger: Self.logger)
        }.get()
        async let handling: Void = served.handle(value: value, logger: Self.logger)
        try await channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
        let answer = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        #expect(String(buffer: answer).hasPrefix("HTTP/1.1 204"))
        await handling
        #expect(!channel.isActive)
    }
}
