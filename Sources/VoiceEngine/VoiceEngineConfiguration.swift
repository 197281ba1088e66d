import NIOCore
import SDP
import SIP

/// How a ``VoiceEngine`` is reached.
public struct VoiceEngineConfiguration: Sendable {
    /// Numeric address of the SIP sockets; peers must be able to reach it.
    public var sipAddress: String
    /// Port of SIP over UDP and TCP; 0 lets the system choose.
    public var sipPort: Int
    /// TLS of SIP connections.
    public var tls = SIPTLSConfiguration()
    /// Numeric address of the RTP sockets.
    public var rtpAddress: String
    public var rtpPorts: ClosedRange<UInt16>
    /// Whether the sound of phones is encrypted; trunks say it for themselves.
    public var srtp = SRTPPolicy.off
    /// Over which signalling keys of sound may travel.
    public var keyExchange = KeyExchange.tls
    /// Level in dBm0 of the noise that fills silence; nil for none.
    public var comfortNoise: Double?
    /// The codecs that are offered and taken, in the order of preference.
    public var codecs: [AudioCodec]
    public var trunks: [Trunk]
    /// How the names of SIP hosts are looked up.
    public var lookup = LookupSettings()
    /// The realm in which trunks log in, and the end of the domains in which users do.
    public var realm: String
    /// The algorithms of digest challenges, the preferred one first.
    ///
    /// A phone from before RFC 8760 may give up at a challenge in an algorithm that it does not know, even where one
    /// that it knows stands beside it.
    public var digestAlgorithms: [DigestAlgorithm]
    /// Folders that `file:` sounds may come from.
    public var soundFolders: [String]
    /// The time for fetching a sound that is played, to its last octet.
    public var downloadLimit = TimeAmount.seconds(12)
    /// Whether sessions are told which SIP messages were exchanged for their legs.
    public var showsSignalling = false
    /// Endpoints that a conference takes.
    public var conferenceEndpoints = 100
    /// The service that speaks; nil where espeak-ng on this machine does.
    public var googleSpeech: GoogleSpeechConfiguration?

    public init(
        sipAddress: String, sipPort: Int, rtpAddress: String, rtpPorts: ClosedRange<UInt16>,
        comfortNoise: Double? = -65, codecs: [AudioCodec] = [.pcmu, .pcma, .g722], trunks: [Trunk], realm: String,
        digestAlgorithms: [DigestAlgorithm] = [.md5], soundFolders: [String],
        googleSpeech: GoogleSpeechConfiguration? = nil
    ) {
        self.sipAddress = sipAddress
        self.sipPort = sipPort
        self.rtpAddress = rtpAddress
        self.rtpPorts = rtpPorts
        self.comfortNoise = comfortNoise
        self.codecs = codecs
        self.trunks = trunks
        self.realm = realm
        self.digestAlgorithms = digestAlgorithms
        self.soundFolders = soundFolders
        self.googleSpeech = googleSpeech
    }
}
