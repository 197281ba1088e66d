/// An `a=rtpmap` line: what a payload type stands for (RFC 8866 section 6.6).
public struct RTPMap: Hashable, Sendable {
    /// 0…127.
    public var payloadType: UInt8
    /// The encoding's name; compared without regard to case.
    public var encoding: String
    /// Clock of the RTP timestamps in Hz.
    public var clockRate: Int
    /// Number of channels, 1 where the line says nothing.
    public var channels: Int

    /// A line to write.
    public init(payloadType: UInt8, encoding: String, clockRate: Int, channels: Int = 1) {
        self.payloadType = payloadType
        self.encoding = encoding
        self.clockRate = clockRate
        self.channels = channels
    }

    init?(value: String) {
        let fields = value.split(separator: " ", maxSplits: 1)
        guard fields.count == 2, let type = UInt8(fields[0]), type < 128 else { return nil }
        let parts = fields[1].split(separator: "/").map { $0.split(separator: " ").first ?? "" }
        guard parts.count >= 2, let rate = Int(parts[1]), rate > 0 else { return nil }
        guard let channels = parts.count > 2 ? Int(parts[2]) : 1, channels > 0 else { return nil }
        self.init(payloadType: type, encoding: String(parts[0]), clockRate: rate, channels: channels)
    }

    var value: String { "\(payloadType) \(encoding)/\(clockRate)" + (channels > 1 ? "/\(channels)" : "") }
}

extension MediaDescription {
    /// The payload types that the `m=` line lists, in order; others than 0…127 are left out.
    public var payloadTypes: [UInt8] { formats.compactMap { UInt8($0) }.filter { $0 < 128 } }

    /// All readable `a=rtpmap` lines.
    public var rtpMaps: [RTPMap] { attributes.values(named: "rtpmap").compactMap { RTPMap(value: $0) } }

    /// What a payload type means here: its `a=rtpmap`, else the static assignment of RFC 3551.
    public func rtpMap(for payloadType: UInt8) -> RTPMap? {
        rtpMaps.first { $0.payloadType == payloadType } ?? AudioCodec.staticMap(for: payloadType)
    }

    /// The parameters of `a=fmtp` for a payload type, without the number.
    public func formatParameters(for payloadType: UInt8) -> String? {
        for value in attributes.values(named: "fmtp") {
            let fields = value.split(separator: " ", maxSplits: 1)
            if fields.count == 2, UInt8(fields[0]) == payloadType { return String(fields[1]) }
        }
        return nil
    }

    /// Milliseconds of sound in one packet that the writer would like to receive, from `a=ptime`.
    public var packetTime: Int? { milliseconds(in: "ptime") }

    /// Milliseconds of sound that the writer takes in one packet at most, from `a=maxptime`.
    public var maximumPacketTime: Int? { milliseconds(in: "maxptime") }

    private func milliseconds(in name: String) -> Int? {
        guard let text = attributes.first(named: name)?.value,
            let number = text.split(whereSeparator: { $0 == " " || $0 == "." }).first, let value = Int(number),
            (1...1000).contains(value)
        else { return nil }
        return value
    }

    /// The stream's own direction attribute; nil where the session's holds.
    public var direction: MediaDirection? {
        get { MediaDirection(in: attributes) }
        set {
            attributes.removeAll { $0.value == nil && MediaDirection(rawValue: $0.name) != nil }
            if let newValue { attributes.append(SDPAttribute(newValue.rawValue)) }
        }
    }

    /// True when the writer can take RTCP on the RTP port (RFC 5761).
    public var multiplexesRTCP: Bool { attributes.contains { $0.name == "rtcp-mux" } }

    /// The port for RTCP: the RTP port when both sides multiplex, else `a=rtcp` (RFC 3605), else the next port.
    ///
    /// - Parameters:
    ///   - multiplexed: whether multiplexing is agreed; by default what this description alone says.
    public func rtcpPort(multiplexed: Bool? = nil) -> UInt16 {
        if multiplexed ?? multiplexesRTCP { return port }
        if let text = attributes.first(named: "rtcp")?.value?.split(separator: " ").first, let port = UInt16(text) {
            return port
        }
        return port == .max ? port : port + 1
    }
}
