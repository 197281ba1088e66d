/// One `a=crypto` line that this side can use (RFC 4568 9.1).
struct CryptoAttribute: Hashable {
    /// Packets that a key must be good for: half a day of frames of 20 ms is the least that calls need.
    private static let leastLifetime = 1 << 20

    var tag: Int
    var key: MediaKey

    init(tag: Int, key: MediaKey) {
        self.tag = tag
        self.key = key
    }

    /// Nil for an unknown suite, a key of the wrong length, several keys, a key index, a key that soon wears out, or
    /// session parameters that would change what is sent: such a line is passed over (RFC 4568 5.1.2).
    init?(value: String) {
        let fields = value.split(separator: " ")
        guard fields.count >= 3, let tag = Self.tag(fields[0]), let suite = CryptoSuite(rawValue: String(fields[1])),
            let key = Self.key(fields[2], suite), fields.dropFirst(3).allSatisfy(Self.isHarmless)
        else { return nil }
        self.init(tag: tag, key: key)
    }

    var attribute: SDPAttribute {
        SDPAttribute("crypto", "\(tag) \(key.suite.rawValue) inline:\(Base64.encode(key.octets))")
    }

    private static func tag(_ text: Substring) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }

    /// The RFC asks for the padding of the key; some phones leave it out.
    private static func key(_ text: Substring, _ suite: CryptoSuite) -> MediaKey? {
        guard text.lowercased().hasPrefix("inline:"), !text.contains(";") else { return nil }
        let parts = text.dropFirst("inline:".count).split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count <= 2, let octets = Base64.decode(parts[0]) else { return nil }
        if parts.count == 2, !isLongEnough(parts[1]) { return nil }
        return MediaKey(suite, octets: octets)
    }

    /// Lifetime as `2^n` or a number; with a colon it is the index of a key, which packets would carry.
    private static func isLongEnough(_ text: Substring) -> Bool {
        if text.hasPrefix("2^") { return UInt8(text.dropFirst(2)).map { (20...48).contains($0) } ?? false }
        return Int(text).map { $0 >= leastLifetime } ?? false
    }

    /// The size of the replay window is the receiver's own affair.
    private static func isHarmless(_ parameter: Substring) -> Bool { parameter.uppercased().hasPrefix("WSH=") }
}

extension MediaDescription {
    /// The usable `a=crypto` lines in order.
    var cryptoAttributes: [CryptoAttribute] {
        attributes.values(named: "crypto").compactMap { CryptoAttribute(value: $0) }
    }

    /// Whether the transport is SRTP with keys from the description (RFC 3711, RFC 5124).
    var isProtectedTransport: Bool { transport == "RTP/SAVP" || transport == "RTP/SAVPF" }
}
