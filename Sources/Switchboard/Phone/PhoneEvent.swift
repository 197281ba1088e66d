import SIP

/// What a phone experiences.
enum PhoneEvent: Sendable, Equatable {
    case registered
    /// The status of the refusal, nil when nobody answered.
    case registrationFailed(status: Int?)
    case incoming(SessionHandle, from: String)
    case ringing(SessionHandle, status: Int)
    case answered(SessionHandle)
    case failed(SessionHandle, status: Int, reason: String)
    case ended(SessionHandle, byPeer: Bool)
    case message(SessionHandle, String)
    /// A text outside calls.
    case text(from: String, String)
    case digit(SessionHandle, Character)
    case held(SessionHandle, Bool)
    /// The peer accepted our hold, or its end.
    case holdAccepted(SessionHandle)
    /// The outcome of a transfer that this phone has asked for; 2xx for success.
    case transferred(SessionHandle, status: Int)
    /// The far end asks this phone to call somebody else, which it does.
    case transferAsked(SessionHandle, target: String)
    /// Another call has taken the place of this one.
    case replaced(SessionHandle)
    /// The server has the final answer of a call that is over here.
    case endAcknowledged
    case recorded(String)
    case playbackFinished

    /// The name under which programs that read the phone's output know the event.
    var name: String {
        switch self {
        case .registered: "registered"
        case .registrationFailed: "registration-failed"
        case .incoming: "incoming"
        case .ringing: "ringing"
        case .answered: "answered"
        case .failed: "failed"
        case .ended: "ended"
        case .message: "message"
        case .text: "text"
        case .transferred: "transferred"
        case .transferAsked: "transfer-asked"
        case .replaced: "replaced"
        case .digit: "digit"
        case .held: "held"
        case .holdAccepted: "hold-accepted"
        case .endAcknowledged: "end-acknowledged"
        case .recorded: "recorded"
        case .playbackFinished: "playback-finished"
        }
    }
}
