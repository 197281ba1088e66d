/// A session description as SIP carries it (RFC 8866).
///
/// Everything that is read is kept, also attributes and lines that nothing here understands, and is written
/// again in the order that the RFC demands.
public struct SessionDescription: Hashable, Sendable {
    /// `o=`, who made the description and in which version.
    public var origin: SessionOrigin
    /// `s=`; `-` where nothing is meant.
    public var sessionName: String
    /// `c=` of the session, valid for streams without one of their own.
    public var connection: ConnectionData?
    /// `b=` lines of the session, as written.
    public var bandwidths: [String]
    /// `t=` lines, as written; `0 0` in SIP.
    public var timings: [String]
    /// `a=` lines of the session.
    public var attributes: [SDPAttribute]
    /// The streams in order; offer and answer match by position.
    public var media: [MediaDescription]
    /// The remaining session lines (`i u e p r z k`), kept as they came.
    public var otherLines: [SDPLine]

    /// A description to write.
    public init(
        origin: SessionOrigin, sessionName: String = "-", connection: ConnectionData? = nil, bandwidths: [String] = [],
        timings: [String] = ["0 0"], attributes: [SDPAttribute] = [], media: [MediaDescription] = [],
        otherLines: [SDPLine] = []
    ) {
        self.origin = origin
        self.sessionName = sessionName
        self.connection = connection
        self.bandwidths = bandwidths
        self.timings = timings
        self.attributes = attributes
        self.media = media
        self.otherLines = otherLines
    }

    /// The address that applies to a stream: its own, else the session's.
    public func connection(of stream: MediaDescription) -> ConnectionData? { stream.connection ?? connection }

    /// The direction that applies to a stream: its own, else the session's, else both ways (RFC 8866 section 6.7).
    public func direction(of stream: MediaDescription) -> MediaDirection {
        stream.direction ?? MediaDirection(in: attributes) ?? .sendReceive
    }
}

/// A line that is kept but not interpreted.
public struct SDPLine: Hashable, Sendable {
    /// The letter before `=`.
    public var type: Character
    /// The text behind `=`.
    public var value: String

    /// A line to keep.
    public init(_ type: Character, _ value: String) {
        self.type = type
        self.value = value
    }
}
