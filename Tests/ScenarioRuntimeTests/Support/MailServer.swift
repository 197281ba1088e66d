import Foundation
import NIOCore
import NIOPosix

/// A mail server on this machine that speaks as much of SMTP (RFC 5321, RFC 4954) as a client needs.
struct MailServer {
    /// How it behaves.
    struct Manner: Sendable {
        /// Lines of the answer to EHLO.
        var extensions = ["AUTH PLAIN"]
        /// Answers to single commands instead of a friendly one; an empty text is no answer at all. `connect` is the greeting.
        var answers: [String: String] = [:]
        /// Ends the connection when it reads this command.
        var hangsUpAt: String?
    }

    private let channel: any Channel
    private let transcript: Transcript
    let port: Int

    /// The lines that it has read.
    var lines: [String] { transcript.lines }

    /// Runs a server while `body` does.
    static func run<Value: Sendable>(
        host: String = "127.0.0.1", _ manner: Manner = Manner(), _ body: (MailServer) async throws -> Value
    ) async throws -> Value {
        let transcript = Transcript()
        let channel = try await ServerBootstrap(group: NIOSingletons.posixEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Conversation(manner: manner, transcript: transcript))
                }
            }
            .bind(host: host, port: 0).get()
        let server = MailServer(channel: channel, transcript: transcript, port: channel.localAddress?.port ?? 0)
        do {
            let value = try await body(server)
            try await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }
}

/// The lines that a server has read.
private final class Transcript: @unchecked Sendable {  // Guarded by its lock.
    private let lock = NSLock()
    private var noted: [String] = []

    func note(_ line: String) { lock.withLock { noted.append(line) } }
    var lines: [String] { lock.withLock { noted } }
}

private final class Conversation: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let manner: MailServer.Manner
    private let transcript: Transcript
    private var pending = ""
    private var isReadingMail = false

    init(manner: MailServer.Manner, transcript: Transcript) {
        self.manner = manner
        self.transcript = transcript
    }

    func channelActive(context: ChannelHandlerContext) { reply("connect", "220 test", context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pending += String(buffer: unwrapInboundIn(data))
        while let end = pending.range(of: "\r\n") {
            let line = String(pending[..<end.lowerBound])
            pending.removeSubrange(..<end.upperBound)
            transcript.note(line)
            handle(line, context)
        }
    }

    private func handle(_ line: String, _ context: ChannelHandlerContext) {
        if isReadingMail {
            guard line == "." else { return }
            isReadingMail = false
            return reply("mail", "250 taken", context)
        }
        let command = String(line.prefix { $0 != " " })
        if command == manner.hangsUpAt { return context.close(promise: nil) }
        switch command {
        case "EHLO":
            let lines = ["test"] + manner.extensions
            let texts = lines.enumerated().map { ($0.offset == lines.count - 1 ? "250 " : "250-") + $0.element }
            reply(command, texts.joined(separator: "\r\n"), context)
        case "AUTH": reply(command, line.split(separator: " ").count == 3 ? "235 welcome" : "334 ", context)
        case "DATA":
            isReadingMail = manner.answers[command] == nil
            reply(command, "354 go on", context)
        case "QUIT": reply(command, "221 bye", context)
        case "MAIL", "RCPT": reply(command, "250 fine", context)
        case "STARTTLS": reply(command, "454 not now", context)
        default: reply(command, "235 welcome", context)
        }
    }

    private func reply(_ command: String, _ friendly: String, _ context: ChannelHandlerContext) {
        let text = manner.answers[command] ?? friendly
        guard !text.isEmpty else { return }
        context.writeAndFlush(NIOAny(ByteBuffer(string: text + "\r\n")), promise: nil)
    }
}
