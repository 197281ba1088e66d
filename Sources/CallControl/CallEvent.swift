/// What happened to a leg; the engine's only way of talking to a session.
public enum CallEvent: Sendable, Equatable {
    /// 180 from the callee; may repeat.
    case ringing(CallID, headers: CallHeaders)
    /// Audio can flow: early media or answer for outgoing legs, `startEarlyMedia` done for inbound legs.
    case audioStarted(CallID, headers: CallHeaders)
    /// Answered; with the name of whoever has answered an outgoing leg, empty when the far end does not tell it.
    case connected(CallID, headers: CallHeaders, displayName: String = "")
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

    /// The callee has sent the call elsewhere (3xx, 181).
    case forwarding(CallID, headers: CallHeaders)
    /// Another device has taken the place of the leg's far end: an attended transfer between phones, or a pick-up of a
    /// call that rings. Media links and recordings stay as they are.
    ///
    /// `peer` is the user or number that is there now, empty when nobody knows.
    case replaced(CallID, peer: String, displayName: String, headers: CallHeaders)
    /// The far end asks for the leg to be connected to somebody else; `finishTransfer` answers.
    ///
    /// `target` is a user name for an address in the application's domain, else the whole SIP address.
    case transferRequested(CallID, target: String, headers: CallHeaders)
    case transferCompleted(CallID, headers: CallHeaders)
    case transferFailed(CallID, code: Int, reason: String, headers: CallHeaders)
    /// The first packet of the far end's sound; its absence for some seconds; its return.
    case firstAudioPacket(CallID)
    /// What the far end and the leg have agreed on, for the first time or anew: wideband or telephone quality.
    case audioQuality(CallID, isWideband: Bool)
    case rtpStopped(CallID)
    case rtpResumed(CallID)
    case micStatusChanged(CallID, isSpeaking: Bool)
    case progressToneDetected(CallID)
    /// Frequencies in hertz; empty when the time was over without a beep.
    case beepDetected(CallID, frequencies: [Int])
    case beepMissed(CallID, reason: String)
    /// The end of the wait for first words, once.
    case answerDetected(CallID, AnsweringParty)

    case playbackStarted(CallID, durationMilliseconds: Int)
    /// Natural end, or the reason why nothing could be played.
    case playbackFinished(CallID, error: String?)

    case recordStarted(CallID, url: String)
    case recordStopped(CallID, url: String, durationSeconds: Int)
    case recordError(CallID, error: String)

    case unit(UnitID, UnitEvent)

    /// The leg that the event belongs to; a unit's own name where it belongs to none.
    public var callID: CallID {
        switch self {
        case .ringing(let id, _), .audioStarted(let id, _), .connected(let id, _, _), .failed(let id, _, _, _),
            .disconnected(let id, _), .messageReceived(let id, _, _), .infoReceived(let id, _, _, _),
            .toneReceived(let id, _, _), .onHold(let id), .offHold(let id), .playbackStarted(let id, _),
            .playbackFinished(let id, _), .recordStarted(let id, _), .recordStopped(let id, _, _),
            .recordError(let id, _), .forwarding(let id, _), .replaced(let id, _, _, _),
            .transferRequested(let id, _, _),
            .transferCompleted(let id, _), .transferFailed(let id, _, _, _), .firstAudioPacket(let id),
            .audioQuality(let id, _),
            .rtpStopped(let id), .rtpResumed(let id), .micStatusChanged(let id, _), .progressToneDetected(let id),
            .beepDetected(let id, _), .beepMissed(let id, _), .answerDetected(let id, _):
            id
        case .unit(let id, _): id.call
        }
    }
}

/// How an answered leg ended.
public struct CallEnd: Sendable, Equatable {
    /// Seconds from the answer to the end, begun ones too; 0 for a leg that was never answered.
    ///
    /// The engine tells the time itself; whoever rates the call says here how many seconds it counts.
    public var durationSeconds: Int
    /// From the answer to the end; zero for a leg that was never answered.
    public var talk: Duration
    /// SIP status or Q.850 cause.
    public var code: Int
    public var reason: String
    public var headers: CallHeaders
    /// Price in the account's currency, filled in by whoever rates the call.
    public var cost: Double
    /// The price group's text, for example `any outgoing voip`; filled in together with the cost.
    public var direction: String

    /// - Parameter talk: A leg that was answered and ended at once has talked for a moment, never for no time.
    public init(
        talk: Duration, code: Int, reason: String, headers: CallHeaders = [:], cost: Double = 0, direction: String = ""
    ) {
        self.talk = talk
        durationSeconds = Self.begunSeconds(of: talk)
        self.code = code
        self.reason = reason
        self.headers = headers
        self.cost = cost
        self.direction = direction
    }

    public init(
        durationSeconds: Int, code: Int, reason: String, headers: CallHeaders = [:], cost: Double = 0,
        direction: String = ""
    ) {
        self.init(
            talk: .seconds(durationSeconds), code: code, reason: reason, headers: headers, cost: cost,
            direction: direction)
    }

    private static func begunSeconds(of talk: Duration) -> Int {
        let (seconds, rest) = talk.components
        return Int(max(0, seconds)) + (rest > 0 ? 1 : 0)
    }
}
