import CallControl
import WorkerProtocol

/// One command that a script sent, checked: the script's process is not trusted.
enum ScriptCommand: Equatable {
    /// A command on a leg that exists; `leg` was not checked against the session.
    case leg(CallID, LegCommand)
    case unit(UnitID, UnitRequest)
    case socket(UnitID, SocketCommand)
    /// With what is asked of a stream where a WebSocket is at an end.
    case media(MediaLink, from: UnitID, to: UnitID, StreamRequest)
    case callUser(CallID, UserCallRequest)
    case callSIP(CallID, SIPCallRequest)
    case callPSTN(CallID, number: String, callerID: String?, followsDiversion: Bool)
    case callConference(CallID, ConferenceCallRequest)
    /// A messenger's call, which the platform cannot make.
    case callWhatsapp(CallID, number: String, callerID: String?)
    case setCustomData(String)
    case log(String)
    case hideTones(Bool)
    case http(id: Int, HTTPCallRequest)
    case mail(id: Int, MailRequest)
    case storage(id: Int, StorageRequest)
    case timer(id: Int, milliseconds: Int64, repeats: Bool)
    case clearTimer(id: Int)
    case reply(id: Int, body: String, isJSON: Bool)
    case error(ScriptFailure)
    /// The script is done; false when it does not listen to what follows.
    case close(wantsEnding: Bool)
}

/// What a script does to one leg.
enum LegCommand: Equatable {
    case ring(CallHeaders?)
    case startAudio(CallHeaders?)
    case accept(CallHeaders?, displayName: String?)
    case hangup(code: Int, CallHeaders?)
    case play(url: String, loop: Bool)
    case playTone(script: String, loop: Bool)
    case say(SpeechRequest)
    case stop
    case handleTones(Bool, Set<DTMFKind>)
    case sendDigits(String)
    case sendMessage(String)
    case sendInfo(mimeType: String, body: String, CallHeaders?)
    case record(RecordingWishes)
    case transfer(to: String, replacing: CallID?, CallHeaders?)
    case handleTransfers(Bool)
    case setCustomData(String)
    case finishTransfer(TransferOutcome)
    case detect(SoundDetection, Bool)
}

/// What a script does to a player, recorder or conference.
enum UnitRequest: Equatable {
    case createPlayer(PlayerRequest)
    case pausePlayer, resumePlayer, stopPlayer
    case addMarker(milliseconds: Int, segment: Int?)
    case createRecorder(RecordingWishes)
    case muteRecorder(Bool)
    case stopRecorder
    case createConference(isWideband: Bool)
    case destroyConference
}

/// A player as the script asked for it.
struct PlayerRequest: Equatable {
    var sound: PlayerSound
    var loop: Bool
    var isPaused: Bool
    /// What the session log must not show.
    var hidesHeaders = false
    var hidesBody = false
}

/// What a script asks of a recording; what the platform does not do is noted by the script's side.
///
/// `expire` is a value of `RecordExpireTime`.
struct RecordingWishes: Equatable {
    var stereo = false
    /// 48 kHz instead of 8 kHz.
    var isHighQuality = false
    /// flac instead of mp3.
    var isLossless = false
    var name: String?
    var isSecure = false
    var expire: String?
}

/// What a script does with a WebSocket.
enum SocketCommand: Equatable {
    case open(ScenarioSocketRequest)
    case send(String)
    /// Drops sound of the server that has not been played, of one tag or of all.
    case clearSound(tag: String?)
    case close(code: Int, reason: String)
}

/// Which links a media command makes or breaks.
enum MediaLink: Equatable {
    case send, stop, sendBetween, stopBetween
}

/// `VoxEngine.callUser` as the script wrote it; nil prints as NULL.
struct UserCallRequest: Equatable {
    var username: String
    var callerID: String?
    var displayName: String?
    var headers: CallHeaders?
    var video: Bool?
    /// `callUserDirect`: the log has another word for it.
    var isDirect = false
}

/// `VoxEngine.callSIP` as the script wrote it.
struct SIPCallRequest: Equatable {
    var to: String
    var callerID: String?
    var displayName: String?
    var password: String?
    var authUser: String?
    var headers: CallHeaders?
    var video: Bool?
    var outboundProxy: String?
    /// The registration to send the call through.
    var registration: Int?
}

/// `VoxEngine.callConference` as the script wrote it.
struct ConferenceCallRequest: Equatable {
    var conference: String
    var callerID: String?
    var displayName: String?
    var headers: CallHeaders?
}

/// `Net.httpRequest` as the script wrote it.
struct HTTPCallRequest: Equatable {
    var url: String
    var method: String
    var headers: CallHeaders
    var body: [UInt8]
    var wantsBytes: Bool
    var timeoutSeconds: Int
    /// 1…6.
    var connectSeconds: Int
}

/// A use of `ApplicationStorage`.
enum StorageRequest: Equatable {
    case get(key: String)
    case put(key: String, value: String, ttlSeconds: Int)
    case remove(key: String)
    case keys(pattern: String?, count: Int)
}

/// An error that no one caught in the script.
struct ScriptFailure: Error, Equatable {
    var message: String
    var file: String?
    var line: Int?
    var column: Int?
    var stack: [String] = []

    /// `JS session error: TypeError: … (bitrix24:12:5)` and the stack, a line each.
    var logText: String {
        var place = file ?? ""
        if let line { place += ":\(line)" }
        if let column, line != nil { place += ":\(column)" }
        let head = "JS session error: \(message)" + (place.isEmpty ? "" : " (\(place))")
        return ([head] + stack.prefix(20).map { "    at \($0)" }).joined(separator: "\n")
    }
}
