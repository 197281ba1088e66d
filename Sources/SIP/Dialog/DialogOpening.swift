/// The beginning of a call on one of its two sides, which all its dialogs and messages have in common.
///
/// A call to ourselves has two sides here, so Call-ID and tag alone would not tell them apart.
public struct DialogOpening: Hashable, Sendable {
    public let callID: String
    /// The tag in From of the INVITE.
    public let callerTag: String
    /// Whether this side has sent the INVITE.
    public let isOurs: Bool

    public init(callID: String, callerTag: String, isOurs: Bool) {
        self.callID = callID
        self.callerTag = callerTag
        self.isOurs = isOurs
    }

    /// The openings that a message can belong to: its caller is in From, or in To when the callee asks for something.
    ///
    /// - Parameter isReceived: Whether it came in.
    public static func candidates(of message: SIPMessage, isReceived: Bool) -> [DialogOpening] {
        guard let callID = try? message.headers.callID else { return [] }
        // Requests come from whom From names, responses go there.
        let isFromOurs = (message.request != nil) != isReceived
        let from = (try? message.headers.from)?.tag
        let to = (try? message.headers.to)?.tag
        return [
            DialogOpening(callID: callID, callerTag: from ?? "", isOurs: isFromOurs),
            DialogOpening(callID: callID, callerTag: to ?? "", isOurs: !isFromOurs),
        ]
    }
}
