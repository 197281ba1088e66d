import SDP

/// What is offered to a trunk and taken from it.
public struct TrunkSound: Sendable, Hashable {
    /// In the order of preference; nil for those of the platform.
    public var codecs: [AudioCodec]?
    public var srtp: SRTPPolicy
    /// Over which signalling keys may travel; nil for what holds for phones.
    public var keyExchange: KeyExchange?

    public init(codecs: [AudioCodec]? = nil, srtp: SRTPPolicy = .off, keyExchange: KeyExchange? = nil) {
        self.codecs = codecs
        self.srtp = srtp
        self.keyExchange = keyExchange
    }
}
