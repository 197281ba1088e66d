/// What names a dialog at this end (RFC 3261 12).
public struct DialogID: Hashable, Sendable {
    /// The Call-ID of both sides.
    public var callID: String
    /// The tag of this side.
    public var localTag: String
    /// Empty for a peer of RFC 2543 that sends no tag.
    public var remoteTag: String

    /// A name from its parts.
    public init(callID: String, localTag: String, remoteTag: String) {
        self.callID = callID
        self.localTag = localTag
        self.remoteTag = remoteTag
    }
}
