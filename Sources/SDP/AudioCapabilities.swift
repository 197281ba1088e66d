/// What this side can do with an offered audio stream.
public struct AudioCapabilities: Hashable, Sendable {
    /// Where this side receives.
    public var address: String
    /// The RTP port of this side.
    public var port: UInt16
    /// What may be agreed, in the order of preference, which decides among those that are offered.
    public var codecs: [AudioCodec]
    /// Whether telephone events (RFC 4733) are taken when offered.
    public var telephoneEvents: Bool
    /// What this side wants; the answer never exceeds it.
    public var direction: MediaDirection
    /// Whether RTCP is taken on the RTP port when the offer wants it (RFC 5761).
    public var multiplexesRTCP: Bool
    /// Encryption that may or must be agreed; nil for none.
    public var protection: AudioProtection?
    /// Number of the session in `o=`; kept for all descriptions of one dialog.
    public var sessionID: UInt64

    /// Capabilities of one call.
    public init(
        address: String, port: UInt16, codecs: [AudioCodec] = [.pcmu, .pcma], telephoneEvents: Bool = true,
        direction: MediaDirection = .sendReceive, sessionID: UInt64, multiplexesRTCP: Bool = false,
        protection: AudioProtection? = nil
    ) {
        self.address = address
        self.port = port
        self.codecs = codecs
        self.telephoneEvents = telephoneEvents
        self.direction = direction
        self.sessionID = sessionID
        self.multiplexesRTCP = multiplexesRTCP
        self.protection = protection
    }
}
