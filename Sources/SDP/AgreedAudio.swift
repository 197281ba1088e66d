/// What two sides agreed for the audio stream, seen from this side (RFC 3264).
public struct AgreedAudio: Hashable, Sendable {
    /// The codec of both directions.
    public var codec: AudioCodec
    /// The payload type to send with: the peer's number.
    public var payloadType: UInt8
    /// The payload type to expect: the number of our description.
    public var receivePayloadType: UInt8
    /// The payload type to send telephone events with (RFC 4733); nil when the peer takes none.
    public var telephoneEventPayloadType: UInt8?
    /// The payload type under which telephone events arrive.
    public var receiveTelephoneEventPayloadType: UInt8?
    /// Where to send: an address, or a host name where the peer wrote one. `0.0.0.0` or `::` while the peer holds the old way.
    public var remoteAddress: String
    /// Where RTP goes.
    public var remotePort: UInt16
    /// Where RTCP goes; equals ``remotePort`` when multiplexed.
    public var remoteRTCPPort: UInt16
    /// What this side may do; an unspecified address of the peer takes sending away.
    public var direction: MediaDirection
    /// True when the peer put this side on hold: `sendonly`, `inactive` or the address of RFC 2543.
    public var isHeldByRemote: Bool
    /// Milliseconds of sound in a packet towards the peer.
    public var ptime: Int
    /// The keys of an encrypted stream; nil for a plain one.
    public var protection: AgreedProtection?

    /// An agreement, for whoever makes one without offer and answer.
    public init(
        codec: AudioCodec, payloadType: UInt8, receivePayloadType: UInt8, telephoneEventPayloadType: UInt8?,
        receiveTelephoneEventPayloadType: UInt8?, remoteAddress: String, remotePort: UInt16, remoteRTCPPort: UInt16,
        direction: MediaDirection = .sendReceive, isHeldByRemote: Bool = false, ptime: Int = 20,
        protection: AgreedProtection? = nil
    ) {
        self.codec = codec
        self.payloadType = payloadType
        self.receivePayloadType = receivePayloadType
        self.telephoneEventPayloadType = telephoneEventPayloadType
        self.receiveTelephoneEventPayloadType = receiveTelephoneEventPayloadType
        self.remoteAddress = remoteAddress
        self.remotePort = remotePort
        self.remoteRTCPPort = remoteRTCPPort
        self.direction = direction
        self.isHeldByRemote = isHeldByRemote
        self.ptime = ptime
        self.protection = protection
    }
}
