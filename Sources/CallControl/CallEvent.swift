/// What happened to a leg; the engine's only way of talking to a session.
public enum CallEvent: Sendable, Equatable {
    /// 180 from the callee; may repeat.
    case ringing(CallID, headers: CallHeaders)
    /// Audio can flow: early media or answer for outgoing legs, `startEarlyMedia` done for inbound legs.
    case audioStarted(CallID, headers: CallHeaders)
    case connected(CallID, headers: CallHeaders)
    /// An outgoing leg ended before its answer.
    case failed(CallID, code: Int, reason: String, headers: CallHeaders)
    /// An answered leg ended, or an inbound leg ended before its answer.
    case disconnected(CallID, CallEnd)

    case messageReceived(CallID, text: String, headers: CallHeaders)
    case infoReceived(CallID, mimeType: String, body: String, headers: CallHeaders)
    case toneReceived(CallID, tone: Character, kind: DTMFKind)
    /// The remote device put the leg on hold, or took it back.
    case onHold(CallID)
    case offHold(CallID)

    case playbackStarted(CallID, durationMilliseconds: Int)
    /// Natural end, or the reason why nothing could be played.
    case playbackFinished(CallID, error: String?)

    case recordStarted(CallID, url: String)
    case recordStopped(CallID, url: String, durationSeconds: Int)
    case recordError(CallID, error: String)

    /// The leg that the event belongs to.
    public var callID: CallID {
        switch self {
        case .ringing(let id, _), .audioStarted(let id, _), .connected(let id, _), .failed(let id, _, _, _),
            .disconnected(let id, _), .messageReceived(let id, _, _), .infoReceived(let id, _, _, _),
            .toneReceived(let id, _, _), .onHold(let id), .offHold(let id), .playbackStarted(let id, _),
            .playbackFinished(let id, _), .recordStarted(let id, _), .recordStopped(let id, _, _),
            .recordError(let id, _):
            id
        }
    }
}

/// How an answered leg ended.
public struct CallEnd: Sendable, Equatable {
    /// Whole seconds from the answer to the end; 0 for a leg that was never answered.
    public var durationSeconds: Int
    /// SIP status or Q.850 cause.
    public var code: Int
    public var reason: String
    public var headers: CallHeaders
    /// Price in the account's currency, filled in by whoever rates the call.
    public var cost: Double
    /// The price group's text, for example `any outgoing voip`; filled in together with the cost.
    public var direction: String

    public init(
        durationSeconds: Int, code: Int, reason: String, headers: CallHeaders = [:], cost: Double = 0,
        direction: String = ""
    ) {
        self.durationSeconds = durationSeconds
        self.code = code
        self.reason = reason
        self.headers = headers
        self.cost = cost
        self.direction = direction
    }
}
