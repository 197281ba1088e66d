import Foundation
import NIOCore
import NIOFoundationCompat
import NIOPosix
import Synchronization

/// The control connection of a running baresip (its module `ctrl_tcp`): JSON objects in netstrings.
final class BaresipControl: Sendable {
    /// An event or the response to a command.
    struct Message: Sendable {
        /// `REGISTER_OK`, `CALL_INCOMING`, …; nil for a response.
        var type: String?
        /// The command that a response belongs to.
        var token: String?
        var isSuccess: Bool
        var text: String

        init?(_ json: ByteBuffer) {
            let object = try? JSONSerialization.jsonObject(with: Data(buffer: json)) as? [String: Any]
            guard let object else { return nil }
            type = object["type"] as? String
            token = object["token"] as? String
            isSuccess = object["ok"] as? Bool ?? true
            text = object["param"] as? String ?? object["data"] as? String ?? ""
        }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let channel: any Channel
    private let inbox: Inbox

    private init(channel: any Channel, inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    static func connect(port: Int) async throws -> BaresipControl {
        let inbox = Inbox()
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandlers([ByteToMessageHandler(NetstringDecoder()), MessageHandler(inbox: inbox)])
            }
        }
        let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
        return BaresipControl(channel: channel, inbox: inbox)
    }

    func close() async { try? await channel.close() }

    /// Gives a command of baresip's menu and waits for its response.
    func perform(_ command: String, _ parameters: String? = nil) async throws {
        var object = ["command": command, "token": command]
        object["params"] = parameters
        let json = try JSONSerialization.data(withJSONObject: object, options: .withoutEscapingSlashes)
        try await channel.writeAndFlush(ByteBuffer(bytes: Array("\(json.count):".utf8) + json + Array(",".utf8)))
        let response = try await Wait.until("a response to \(command) from baresip") {
            inbox.take { $0.token == command }
        }
        guard response.isSuccess else { throw Failure(description: "baresip refused \(command): \(response.text)") }
    }

    /// The text of the next event of a type; throws at once when the opposite happens.
    @discardableResult
    func event(_ type: String, opposite: String? = nil) async throws -> String {
        let event = try await Wait.until("the event \(type) of baresip") {
            inbox.take { $0.type == type || (opposite != nil && $0.type == opposite) }
        }
        guard event.type == type else {
            throw Failure(description: "baresip told \(event.type ?? "") instead of \(type): \(event.text)")
        }
        return event.text
    }
}

/// Messages that nobody has taken yet.
private final class Inbox: Sendable {
    private let messages = Mutex<[BaresipControl.Message]>([])

    func add(_ message: BaresipControl.Message) { messages.withLock { $0.append(message) } }

    func take(where isWanted: (BaresipControl.Message) -> Bool) -> BaresipControl.Message? {
        messages.withLock { messages in messages.firstIndex(where: isWanted).map { messages.remove(at: $0) } }
    }
}

/// Cuts a stream into the contents of netstrings, `<length>:<content>,`.
private struct NetstringDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let colon = buffer.readableBytesView.firstIndex(of: UInt8(ascii: ":")) else { return .needMoreData }
        let digits = colon - buffer.readerIndex
        let text = buffer.getString(at: buffer.readerIndex, length: digits) ?? ""
        guard let length = Int(text) else {
            throw BaresipControl.Failure(description: "baresip sent something else than a netstring.")
        }
        guard buffer.readableBytes >= digits + 1 + length + 1 else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: digits + 1)
        if let content = buffer.readSlice(length: length) { context.fireChannelRead(wrapInboundOut(content)) }
        buffer.moveReaderIndex(forwardBy: 1)
        return .continue
    }

    mutating func decodeLast(
        context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
    ) throws -> DecodingState { .needMoreData }
}

private final class MessageHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbox: Inbox

    init(inbox: Inbox) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if let message = BaresipControl.Message(unwrapInboundIn(data)) { inbox.add(message) }
    }
}
