/// What a scenario asks of a unit that is no leg; errors come back as ``UnitEvent``s.
public enum UnitCommand: Sendable, Equatable {
    /// Makes a player. It starts by itself, unless it starts paused.
    case createPlayer(PlayerSound, loop: Bool, isPaused: Bool)
    case pausePlayer
    case resumePlayer
    /// Stops the player for good; `stopped` follows.
    case stopPlayer
    /// Asks for a report when playback passes an offset, of a segment where the sound is a sequence; negative offsets
    /// count from the end.
    case addMarker(milliseconds: Int, segment: Int?)

    /// Makes a recorder of everything that is sent to it.
    case createRecorder(RecordingRequest)
    /// A muted recorder goes on with silence.
    case muteRecorder(Bool)
    case stopRecorder

    /// Makes a conference: each of its listeners hears all who send to it but himself.
    case createConference
    case destroyConference

    /// Makes a stream out of the engine: what it hears comes as `streamFrame`, in real time; it hears one source.
    case createStreamSink(StreamEncoding)
    /// Makes a stream into the engine, which sounds as what it is fed.
    case createStreamSource(StreamEncoding)
    /// Sound that is played after what came before; what is more than 10 s behind real time is dropped.
    case feed([UInt8])
    /// Drops what a stream has been fed and not played.
    case clearStream
    /// No more comes: the stream is over once all is played, and `streamSilent` follows.
    case finishStream
    /// Ends a stream of either kind; nothing follows.
    case removeStream
}

/// Where a player's sound comes from.
public enum PlayerSound: Sendable, Equatable {
    case url(SoundRequest)
    case speech(SpeechRequest)
    /// A tone script (``loop`` repeats it whole).
    case tone(script: String)
    /// One after the other, without a gap.
    case sequence([PlayerSound])
}

/// A sound that is fetched by HTTP or read from the operator's folder.
public struct SoundRequest: Sendable, Equatable {
    public var url: String
    public var method: String
    public var headers: CallHeaders
    public var body: [UInt8]

    public init(url: String, method: String = "GET", headers: CallHeaders = [:], body: [UInt8] = []) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
    }
}

/// A text to speak.
public struct SpeechRequest: Sendable, Hashable {
    public var text: String
    /// A BCP 47 tag such as `ru-RU`.
    public var language: String
    /// The voice by name; nil takes the language's own.
    public var voice: String?
    /// Factors of the voice's own speed and pitch, and decibels above its own volume; nil leaves them.
    public var rate: Double?
    public var pitch: Double?
    public var volume: Double?

    public init(
        text: String, language: String, voice: String? = nil, rate: Double? = nil, pitch: Double? = nil,
        volume: Double? = nil
    ) {
        self.text = text
        self.language = language
        self.voice = voice
        self.rate = rate
        self.pitch = pitch
        self.volume = volume
    }
}
