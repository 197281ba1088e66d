/// How a ``MediaLoop`` works; every value has a sensible default except the address.
public struct MediaConfiguration: Sendable {
    /// Numeric IPv4 or IPv6 address that all RTP and RTCP sockets are bound to.
    public var address: String
    /// UDP ports to take from; RTP gets an even port, RTCP the odd one behind it.
    public var portRange: ClosedRange<UInt16>
    /// How long a released pair of ports stays unused, so that late packets of an old call reach nobody.
    public var quarantine: Duration = .seconds(10)
    /// Sends silence to a far end that nothing else is sent to, so that NAT mappings and phones stay alive.
    public var sendsSilence = true
    /// Level in dBm0 of the noise that this silence is made of, so that the line does not sound dead; nil for none at all.
    public var comfortNoise: Double? = -65
    /// Time without a valid packet after which ``MediaEvent/rtpStopped(_:)`` is reported.
    public var silenceTimeout: Duration = .seconds(7)
    /// Mean time between two RTCP reports of a leg.
    public var reportInterval: Duration = .seconds(5)
    /// Receive buffer of each RTP socket in bytes.
    public var receiveBuffer = 128 * 1024

    public init(address: String, portRange: ClosedRange<UInt16> = 16384...32767) {
        self.address = address
        self.portRange = portRange
    }
}
