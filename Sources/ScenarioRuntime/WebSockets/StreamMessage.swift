import CallControl
import WorkerProtocol

/// A message about a stream of sound, as both ends of a WebSocket write it.
enum StreamMessage: Equatable {
    case start(tag: String, StreamEncoding, parameters: ScenarioValue?)
    case media(tag: String, [UInt8])
    case stop(tag: String)

    /// Nil for a text that is none: it is the script's.
    init?(_ text: String) {
        guard text.utf8.first == UInt8(ascii: "{"), let fields = try? JSONReader.read(text.utf8).mapValue,
            let event = fields["event"]?.stringValue, let body = fields[event]?.mapValue
        else { return nil }
        let tag = body["tag"]?.stringValue ?? fields["tag"]?.stringValue ?? ""
        switch event {
        case "start":
            guard let format = body["mediaFormat"]?.mapValue, let encoding = Self.encoding(format) else { return nil }
            self = .start(tag: tag, encoding, parameters: Self.parameters(body["customParameters"]))
        case "media":
            guard let octets = body["payload"]?.stringValue.flatMap(Base64.decode) else { return nil }
            self = .media(tag: tag, octets)
        case "stop": self = .stop(tag: tag)
        default: return nil
        }
    }

    /// The encoding by its own name, or by that of its media type; linear sound is that of the rate that is named.
    private static func encoding(_ format: [String: ScenarioValue]) -> StreamEncoding? {
        guard let name = format["encoding"]?.stringValue?.uppercased() else { return nil }
        let rate = format["sampleRate"]?.intValue
        guard format["channels"].map({ $0.intValue == 1 }) ?? true else { return nil }
        let encoding: StreamEncoding? =
            switch name {
            case "ULAW", "PCMU", "AUDIO/X-MULAW": .muLaw
            case "ALAW", "PCMA", "AUDIO/X-ALAW": .aLaw
            case "PCM8": .linear
            case "PCM16", "L16", "AUDIO/X-L16": rate == StreamEncoding.linear.sampleRate ? .linear : .wideLinear
            default: nil
            }
        guard let encoding, rate == nil || rate == encoding.sampleRate else { return nil }
        return encoding
    }

    /// A map, also one that came as a text.
    private static func parameters(_ value: ScenarioValue?) -> ScenarioValue? {
        guard let text = value?.stringValue else { return value }
        return (try? JSONReader.read(text.utf8)).flatMap { $0.mapValue == nil ? nil : $0 } ?? value
    }
}

/// A stream towards a server, which writes its messages.
///
/// A value. Numbers count as in RTP (RFC 3550): `chunk` the messages with sound, `timestamp` the samples before.
struct StreamWriter: Equatable {
    let tag: String
    let encoding: StreamEncoding
    private var sequence = 0
    private var chunk = 0
    private var samples = 0
    private var octets = 0

    init(tag: String, encoding: StreamEncoding) {
        self.tag = tag
        self.encoding = encoding
    }

    /// - Parameter parameters: JSON of the script's own, sent as a text.
    mutating func start(parameters: String?) -> String {
        var body: [String: ScenarioValue] = [
            "mediaFormat": .map([
                "channels": .int(1), "encoding": .string(encoding.rawValue),
                "sampleRate": .int(Int64(encoding.sampleRate)),
            ])
        ]
        if let parameters { body["customParameters"] = .string(parameters) }
        return message("start", body)
    }

    mutating func media(_ sound: [UInt8]) -> String {
        defer {
            chunk += 1
            samples += sound.count / encoding.octetsPerSample
            octets += sound.count
        }
        return message(
            "media",
            [
                "chunk": .int(Int64(chunk)), "payload": .string(Base64.encode(sound)),
                "timestamp": .int(Int64(samples)),
            ])
    }

    mutating func stop() -> String {
        message(
            "stop",
            [
                "mediaInfo": .map([
                    "bytesSent": .int(Int64(octets)), "duration": .int(Int64(samples * 1000 / encoding.sampleRate)),
                ])
            ])
    }

    private mutating func message(_ event: String, _ fields: [String: ScenarioValue]) -> String {
        defer { sequence += 1 }
        var body = fields
        if !tag.isEmpty { body["tag"] = .string(tag) }
        let message = ScenarioValue.map([
            "event": .string(event), event: .map(body), "sequenceNumber": .int(Int64(sequence)),
        ])
        return String(decoding: message.json, as: UTF8.self)
    }
}
