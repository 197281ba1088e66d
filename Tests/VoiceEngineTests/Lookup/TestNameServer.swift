import NIOCore
import NIOPosix
import SIP

/// A name server on loopback that says what the test has told it, over UDP.
final class TestNameServer: ChannelInboundHandler, @unchecked Sendable {  // state is touched on `eventLoop` only
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    enum Kind: UInt16 {
        case address = 1
        case alias = 5
        case address6 = 28
        case service = 33
    }

    enum Answer: Sendable {
        case addresses([String], life: UInt32 = 60)
        case services([ServiceRecord], life: UInt32 = 60)
        case alias(String, life: UInt32 = 60)
        /// A name with nothing of the kind asked for.
        case empty
        case unknown
        case refused
        case silence
        /// Whatever follows the question of a successful answer with one record.
        case garbage([UInt8])
    }

    struct Question: Hashable, Sendable {
        var name: String
        var kind: UInt16
    }

    /// Every question that has come.
    let questions = StageJournal<Question>()
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    private var zone: [Question: Answer] = [:]
    private var channel: (any Channel)?

    func open() async throws {
        channel = try await DatagramBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(self) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func close() async { try? await channel?.close().get() }

    /// As `voice.dns.servers` names it.
    var address: String { "127.0.0.1:\(channel?.localAddress?.port ?? 0)" }

    /// What it says of now on; names that it was not told of are unknown.
    func set(_ name: String, _ kind: Kind, _ answer: Answer) async throws {
        try await eventLoop.submit { self.zone[Question(name: name, kind: kind.rawValue)] = answer }.get()
    }

    func count(_ name: String, _ kind: Kind) -> Int {
        questions.all.count { $0 == Question(name: name, kind: kind.rawValue) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var envelope = unwrapInboundIn(data)
        let whole = envelope.data
        envelope.data.moveReaderIndex(forwardBy: 12)
        guard let name = Self.readName(&envelope.data), let kind = envelope.data.readInteger(as: UInt16.self),
            let header = whole.getBytes(at: whole.readerIndex, length: 2),
            let section = whole.getBytes(at: whole.readerIndex + 12, length: envelope.data.readerIndex + 2 - 12)
        else { return }
        let question = Question(name: name, kind: kind)
        questions.add(question)
        let answer = zone[question] ?? (zone.keys.contains { $0.name == name } ? .empty : .unknown)
        guard let reply = Self.reply(answer, id: header, question: section) else { return }
        let out = AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: ByteBuffer(bytes: reply))
        context.writeAndFlush(NIOAny(out), promise: nil)
    }

    private static func readName(_ buffer: inout ByteBuffer) -> String? {
        var labels: [String] = []
        while let length = buffer.readInteger(as: UInt8.self) {
            if length == 0 { return labels.joined(separator: ".").lowercased() }
            guard let label = buffer.readString(length: Int(length)) else { return nil }
            labels.append(label)
        }
        return nil
    }

    private static func reply(_ answer: Answer, id: [UInt8], question: [UInt8]) -> [UInt8]? {
        var (code, count, records): (UInt8, Int, [UInt8]) = (0, 0, [])
        switch answer {
        case .silence: return nil
        case .unknown: code = 3
        case .refused: code = 5
        case .empty: break
        case .garbage(let bytes): (count, records) = (1, bytes)
        case .addresses(let list, let life):
            count = list.count
            records = list.flatMap { record(.address, life, $0.split(separator: ".").compactMap { UInt8($0) }) }
        case .services(let list, let life):
            count = list.count
            records = list.flatMap { service in
                record(
                    .service, life,
                    [service.priority, service.weight, service.port].flatMap(octets) + name(service.target))
            }
        case .alias(let target, let life): (count, records) = (1, record(.alias, life, name(target)))
        }
        return id + [0x81, 0x80 | code, 0, 1] + octets(UInt16(count)) + [0, 0, 0, 0] + question + records
    }

    /// A record of the name that was asked for.
    private static func record(_ kind: Kind, _ life: UInt32, _ data: [UInt8]) -> [UInt8] {
        [0xC0, 12] + octets(kind.rawValue) + [0, 1] + octets(UInt16(life >> 16)) + octets(UInt16(life & 0xFFFF))
            + octets(UInt16(data.count)) + data
    }

    private static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    private static func octets(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }
}
