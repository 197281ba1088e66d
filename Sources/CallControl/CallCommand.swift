/// What a scenario asks of the engine; every command names the leg or unit that it acts on.
///
/// A command never fails by itself: what goes wrong comes back as a ``CallEvent`` of the leg.
public enum CallCommand: Sendable, Equatable {
    /// 180 towards an inbound leg that is not answered.
    case ring(CallID, headers: CallHeaders)
    /// 183 with media towards an inbound leg that is not answered.
    case startEarlyMedia(CallID, headers: CallHeaders)
    /// 200 towards an inbound leg; the caller is told the name of whoever answers, if there is one.
    case answer(CallID, headers: CallHeaders, displayName: String? = nil)
    /// Ends a leg whatever its state: refuses, cancels or hangs up. `code` is the SIP status where one is sent.
    case hangup(CallID, code: Int, headers: CallHeaders)

    case callUser(CallID, OutgoingUserCall)
    case callSIP(CallID, OutgoingSIPCall)
    case callConference(CallID, OutgoingConferenceCall)

    case play(CallID, url: String, loop: Bool)
    case playTone(CallID, script: String, loop: Bool)
    case say(CallID, SpeechRequest)
    /// Stops whatever plays into the leg; no `playbackFinished` follows.
    case stopPlayback(CallID)

    case handleTones(CallID, enabled: Bool, kinds: Set<DTMFKind>)
    case sendDigits(CallID, digits: String)
    case sendMessage(CallID, text: String)
    case sendInfo(CallID, mimeType: String, body: String, headers: CallHeaders)

    /// One-way link; a unit receives from one source, a new one replaces the old. Conferences and recorders mix.
    case sendMedia(from: UnitID, to: UnitID)
    case stopMedia(from: UnitID, to: UnitID)

    /// A player, recorder or conference.
    case unit(UnitID, UnitCommand)

    /// REFER to the far end; `transferCompleted` or `transferFailed` follows.
    case transfer(CallID, TransferRequest)
    /// Whether a REFER of the far end is given to the scenario; otherwise it is refused.
    case handleTransfers(CallID, Bool)
    /// Answers `transferRequested`.
    case finishTransfer(CallID, TransferOutcome)
    case detect(CallID, SoundDetection, enabled: Bool)

    /// Records both directions of the leg until it ends.
    case record(CallID, RecordingRequest)
}

/// The three ways in which a digit can travel.
public enum DTMFKind: Int, Sendable, CaseIterable {
    case telephoneEvent = 1
    case inBand = 2
    case sipInfo = 3
}

/// An outgoing leg to a user of the session's application; all devices of the user ring.
public struct OutgoingUserCall: Sendable, Equatable {
    public var username: String
    public var callerID: String
    public var displayName: String?
    public var headers: CallHeaders
    /// Seconds until the leg fails with 408, 10…400.
    public var timeoutSeconds: Int

    public init(
        username: String, callerID: String, displayName: String? = nil, headers: CallHeaders = [:],
        timeoutSeconds: Int = 60
    ) {
        self.username = username
        self.callerID = callerID
        self.displayName = displayName
        self.headers = headers
        self.timeoutSeconds = timeoutSeconds
    }
}

/// An outgoing leg to any SIP address.
public struct OutgoingSIPCall: Sendable, Equatable {
    public var uri: String
    public var callerID: String
    public var displayName: String?
    public var authUser: String?
    public var password: String?
    public var headers: CallHeaders
    public var outboundProxy: String?
    /// The number or user that was called and sends the call on; the callee is told (RFC 5806, RFC 7044).
    public var forwardedFrom: String?
    /// The ways through trunks that are tried, in order; none: the address is called itself.
    public var ways: [TrunkWay]
    /// The registration under whose name the call is sent to its registrar; nil for a call of the platform itself.
    public var registration: OutboundRegistrationID?
    public var timeoutSeconds: Int

    public init(
        uri: String, callerID: String, displayName: String? = nil, authUser: String? = nil, password: String? = nil,
        headers: CallHeaders = [:], outboundProxy: String? = nil, forwardedFrom: String? = nil,
        ways: [TrunkWay] = [], registration: OutboundRegistrationID? = nil, timeoutSeconds: Int = 60
    ) {
        self.uri = uri
        self.callerID = callerID
        self.displayName = displayName
        self.authUser = authUser
        self.password = password
        self.headers = headers
        self.outboundProxy = outboundProxy
        self.forwardedFrom = forwardedFrom
        self.ways = ways
        self.registration = registration
        self.timeoutSeconds = timeoutSeconds
    }
}

/// An outgoing leg into a conference of the session's application, which begins when nobody is in it yet.
public struct OutgoingConferenceCall: Sendable, Equatable {
    /// What the patterns of the application's rules are tried on.
    public var conference: String
    public var callerID: String
    public var displayName: String?
    public var headers: CallHeaders
    public var timeoutSeconds: Int

    public init(
        conference: String, callerID: String, displayName: String? = nil, headers: CallHeaders = [:],
        timeoutSeconds: Int = 60
    ) {
        self.conference = conference
        self.callerID = callerID
        self.displayName = displayName
        self.headers = headers
        self.timeoutSeconds = timeoutSeconds
    }
}

/// How a leg is recorded, and what becomes of the recording.
public struct RecordingRequest: Sendable, Equatable {
    /// False: both directions mixed. True: what the leg sends in the right channel, what it hears in the left.
    public var stereo: Bool
    /// False: mp3 of 8 kHz and 32 kbit/s. True: mp3 of 48 kHz and 192 kbit/s.
    public var isHighQuality: Bool
    /// True: flac of 16 kHz instead of mp3.
    public var isLossless: Bool
    /// The name that the history shows.
    public var name: String?
    /// Whether the recording is given only to those who prove who they are.
    public var isSecure: Bool
    public var life: RecordingLife

    public init(
        stereo: Bool = false, isHighQuality: Bool = false, isLossless: Bool = false, name: String? = nil,
        isSecure: Bool = false,
        life: RecordingLife = .threeMonths
    ) {
        self.stereo = stereo
        self.isHighQuality = isHighQuality
        self.isLossless = isLossless
        self.name = name
        self.isSecure = isSecure
        self.life = life
    }
}

/// How long a recording is kept; the values of `RecordExpireTime`.
public enum RecordingLife: String, Sendable, CaseIterable {
    case threeMonths = ""
    case sixMonths = "-6m"
    case oneYear = "-1y"
    case twoYears = "-2y"
    case threeYears = "-3y"
    case fiveYears = "-5y"

    public var months: Int {
        switch self {
        case .threeMonths: 3
        case .sixMonths: 6
        case .oneYear: 12
        case .twoYears: 24
        case .threeYears: 36
        case .fiveYears: 60
        }
    }
}

extension CallCommand {
    /// The legs that the command is about; names of other units where it is about them.
    public var callIDs: [CallID] {
        switch self {
        case .ring(let id, _), .startEarlyMedia(let id, _), .answer(let id, _, _), .hangup(let id, _, _),
            .callUser(let id, _), .callSIP(let id, _), .callConference(let id, _), .play(let id, _, _),
            .playTone(let id, _, _), .say(let id, _), .stopPlayback(let id), .handleTones(let id, _, _),
            .sendDigits(let id, _),
            .sendMessage(let id, _), .sendInfo(let id, _, _, _), .handleTransfers(let id, _),
            .finishTransfer(let id, _), .detect(let id, _, _), .record(let id, _):
            [id]
        case .sendMedia(let from, let to), .stopMedia(let from, let to): [from.call, to.call]
        case .unit(let id, _): [id.call]
        case .transfer(let id, let request): [id] + (request.replacing.map { [$0] } ?? [])
        }
    }
}
