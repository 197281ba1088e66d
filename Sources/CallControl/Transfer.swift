/// Asks the far end of a leg to call somebody else (REFER, RFC 3515).
public struct TransferRequest: Sendable, Equatable {
    /// The SIP address to call; with `replacing` that leg's far end, and this is left empty.
    public var target: String
    /// The leg that the far end shall take over (attended transfer, RFC 3891).
    public var replacing: CallID?
    public var headers: CallHeaders

    public init(target: String, replacing: CallID? = nil, headers: CallHeaders = [:]) {
        self.target = target
        self.replacing = replacing
        self.headers = headers
    }
}

/// What the initiator of a transfer is told about it.
public enum TransferOutcome: Sendable, Equatable {
    case succeeded
    case failed(code: Int, reason: String)
}

/// What the platform listens for in the sound of a leg.
public enum SoundDetection: Sendable, Equatable {
    /// Speech begins and ends (`micStatusChanged`).
    case speech
    /// A call progress tone: busy, congestion, ring-back; reported once.
    case progressTone
    /// A beep of an answering machine within a time; frequencies in hertz.
    case beep(frequencies: [Int], timeoutMilliseconds: Int)
    /// Who has answered (`answerDetected`): speech of the length of a prompt is a machine's; a pause after fewer words, if
    /// that ends the wait, is a person's.
    case answer(timeoutMilliseconds: Int, promptMilliseconds: Int, endsWithPause: Bool)
}

/// Who seems to have answered a call, by what is said first.
public enum AnsweringParty: String, Sendable, Equatable {
    case machine, person
    /// Nobody has said anything.
    case nobody
}
