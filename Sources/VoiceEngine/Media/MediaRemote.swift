import SDP

/// The far end of a leg as the last offer and answer agreed it.
public struct MediaRemote: Sendable, Equatable {
    /// Numeric IPv4 or IPv6 address of the far end's RTP.
    public var address: String
    public var port: UInt16
    /// Where RTCP goes; the RTP port when multiplexed.
    public var controlPort: UInt16
    public var codec: AudioCodec
    /// RTP payload types of the audio, 0…127: the one that is sent and the one that is expected.
    public var payloadType: UInt8
    public var receivePayloadType: UInt8
    /// RTP payload types of RFC 4733 events, sent and expected; nil when there are none.
    public var telephoneEventType: UInt8?
    public var receiveTelephoneEventType: UInt8?
    /// False while nothing may be sent to the far end.
    public var sends: Bool
    /// False while the far end sends nothing.
    public var receives: Bool
    /// The keys of SRTP; nil for plain RTP.
    public var protection: AgreedProtection?
    public var change = Change.sameDevice

    /// Who the far end is, compared with the one before: packets of the one before may come for a while.
    public enum Change: Sendable, Equatable {
        /// The same device, perhaps at another address; its source is learned.
        case sameDevice
        /// Another device; its source is learned, and the one before is believed no more.
        case otherDevice
        /// A leg of this engine, which sends from the address that it names and no other.
        case ownLeg
    }

    /// A far end that uses the same numbers in both directions.
    public init(
        address: String, port: UInt16, codec: AudioCodec, telephoneEventType: UInt8? = nil,
        direction: MediaDirection = .sendReceive
    ) {
        self.address = address
        self.port = port
        self.controlPort = port == .max ? port : port + 1
        self.codec = codec
        self.payloadType = codec.staticPayloadType
        self.receivePayloadType = codec.staticPayloadType
        self.telephoneEventType = telephoneEventType
        self.receiveTelephoneEventType = telephoneEventType
        self.sends = direction.sends
        self.receives = direction.receives
    }

    /// The outcome of an offer and its answer.
    public init(_ agreed: AgreedAudio) {
        self.init(
            address: agreed.remoteAddress, port: agreed.remotePort, codec: agreed.codec,
            telephoneEventType: agreed.telephoneEventPayloadType, direction: agreed.direction)
        controlPort = agreed.remoteRTCPPort
        payloadType = agreed.payloadType
        receivePayloadType = agreed.receivePayloadType
        receiveTelephoneEventType = agreed.receiveTelephoneEventPayloadType
        protection = agreed.protection
    }
}
