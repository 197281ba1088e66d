/// What this side can do about the encryption of a stream (RFC 4568).
public struct AudioProtection: Hashable, Sendable {
    /// True when the stream may not come about without encryption.
    public var isRequired: Bool
    /// This side's keys, one for each suite that may be agreed, the preferred first; empty where keys must not travel.
    ///
    /// A key is for one call and one direction: never give one twice.
    public var keys: [MediaKey]

    public init(isRequired: Bool, keys: [MediaKey]) {
        self.isRequired = isRequired
        self.keys = keys
    }

    /// Keys of suites, cut from as many random octets as they need; nil when there are fewer.
    public init?(isRequired: Bool, suites: [CryptoSuite], randomOctets: [UInt8]) {
        var rest = randomOctets[...]
        var keys: [MediaKey] = []
        for suite in suites {
            guard let key = MediaKey(suite, octets: Array(rest.prefix(suite.keyLength))) else { return nil }
            keys.append(key)
            rest = rest.dropFirst(suite.keyLength)
        }
        self.init(isRequired: isRequired, keys: keys)
    }

    /// The lines of an offer.
    var attributes: [SDPAttribute] {
        keys.enumerated().map { CryptoAttribute(tag: $0.offset + 1, key: $0.element).attribute }
    }

    /// The transport of an offer: where encryption may fail, peers without it must be able to take the stream.
    var offeredTransport: String { isRequired ? "RTP/SAVP" : "RTP/AVP" }
}

/// The keys of both directions of a stream, of one suite.
public struct AgreedProtection: Hashable, Sendable {
    /// What this side encrypts with.
    public var own: MediaKey
    /// What the peer encrypts with.
    public var peer: MediaKey

    public init(own: MediaKey, peer: MediaKey) {
        self.own = own
        self.peer = peer
    }
}
