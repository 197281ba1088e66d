import CallControl
import WorkerProtocol

extension UnitRequest {
    /// The request of a command, nil when the command is about something else.
    static func decode(_ name: String, _ arguments: CommandArguments) throws(MalformedCommand) -> UnitRequest? {
        switch name {
        case "CreatePlayer": .createPlayer(try PlayerRequest(arguments))
        case "PausePlayer": .pausePlayer
        case "ResumePlayer": .resumePlayer
        case "StopPlayer": .stopPlayer
        case "AddMarker": .addMarker(milliseconds: try offset(arguments), segment: arguments.optional(2)?.intValue)
        case "CreateRecorder": .createRecorder(RecordingWishes(try arguments.map(1)))
        case "MuteRecorder": .muteRecorder(try arguments.flag(1))
        case "StopRecorder": .stopRecorder
        case "CreateConference": .createConference(isWideband: try arguments.flag(1))
        case "DestroyConference": .destroyConference
        default: nil
        }
    }

    /// Markers may lie a day before or behind.
    private static func offset(_ arguments: CommandArguments) throws(MalformedCommand) -> Int {
        guard let offset = arguments.optional(1)?.intValue, (-86_400_000...86_400_000).contains(offset) else {
            throw MalformedCommand(name: arguments.name)
        }
        return offset
    }
}

extension RecordingWishes {
    init(_ fields: [String: ScenarioValue]) {
        self.init(
            stereo: fields["stereo"]?.boolValue == true, isHighQuality: fields["hd_audio"]?.boolValue == true,
            isLossless: fields["lossless"]?.boolValue == true,
            name: fields["name"]?.stringValue,
            isSecure: fields["secure"]?.boolValue == true, expire: fields["expire"]?.stringValue)
    }
}

extension SpeechRequest {
    init(_ fields: [String: ScenarioValue], _ arguments: CommandArguments) throws(MalformedCommand) {
        self.init(
            text: try arguments.text(fields["text"]), language: try arguments.text(fields["language"]),
            voice: fields["voice"]?.stringValue, rate: fields["rate"]?.doubleValue, pitch: fields["pitch"]?.doubleValue,
            volume: fields["volume"]?.doubleValue)
    }
}

extension PlayerRequest {
    fileprivate init(_ arguments: CommandArguments) throws(MalformedCommand) {
        let fields = try arguments.map(1)
        self.init(
            sound: try Self.sound(fields, arguments, isSegment: false), loop: fields["loop"]?.boolValue == true,
            isPaused: fields["onPause"]?.boolValue == true, hidesHeaders: fields["hideHeaders"]?.boolValue == true,
            hidesBody: fields["hideBody"]?.boolValue == true)
    }

    private static func sound(
        _ fields: [String: ScenarioValue], _ arguments: CommandArguments, isSegment: Bool
    ) throws(MalformedCommand) -> PlayerSound {
        switch fields["kind"]?.stringValue {
        case "url": return .url(try request(fields, arguments))
        case "speech":
            return .speech(try SpeechRequest(fields, arguments))
        case "tone" where !isSegment: return .tone(script: try arguments.text(fields["script"]))
        case "sequence" where !isSegment:
            guard let items = fields["segments"]?.listValue, (1...100).contains(items.count) else {
                throw MalformedCommand(name: arguments.name)
            }
            return .sequence(
                try items.map { item throws(MalformedCommand) in
                    try sound(item.mapValue ?? [:], arguments, isSegment: true)
                })
        default: throw MalformedCommand(name: arguments.name)
        }
    }

    private static func request(
        _ fields: [String: ScenarioValue], _ arguments: CommandArguments
    ) throws(MalformedCommand) -> SoundRequest {
        let body = fields["body"]?.stringValue.map(Base64.decode) ?? []
        guard let body else { throw MalformedCommand(name: arguments.name) }
        return SoundRequest(
            url: try arguments.text(fields["url"]), method: fields["method"]?.stringValue ?? "GET",
            headers: CommandArguments.headers(fields["headers"]) ?? [:], body: body)
    }
}

extension SocketCommand {
    /// The command, nil when it is about something else.
    static func decode(_ name: String, _ arguments: CommandArguments) throws(MalformedCommand) -> SocketCommand? {
        switch name {
        case "CreateWebSocket":
            let fields = try arguments.map(2)
            return .open(
                ScenarioSocketRequest(
                    url: try arguments.text(1), headers: CommandArguments.headers(fields["headers"]) ?? [:],
                    protocols: try arguments.texts(fields["protocols"])))
        case "ClearMediaBuffer": return .clearSound(tag: arguments.optional(1)?.stringValue)
        case "SendMessageWebSocket": return .send(try arguments.text(1))
        case "DestroyWebSocket":
            return .close(code: try arguments.number(1), reason: try arguments.text(2))
        default: return nil
        }
    }
}

extension StreamRequest {
    /// What is missing, or is no encoding, is as usual.
    init(_ value: ScenarioValue?) {
        let fields = value?.mapValue ?? [:]
        self.init(
            tag: fields["tag"]?.stringValue ?? "",
            encoding: fields["encoding"]?.stringValue.flatMap(StreamEncoding.init) ?? .linear,
            parameters: fields["customParameters"]?.stringValue)
    }
}

extension MailRequest {
    init(_ arguments: CommandArguments) throws(MalformedCommand) {
        let fields = try arguments.map(1)
        guard let port = fields["port"]?.intValue, (1...65_535).contains(port) else {
            throw MalformedCommand(name: arguments.name)
        }
        self.init(
            server: try arguments.text(fields["server"]), port: port, login: fields["login"]?.stringValue,
            password: fields["password"]?.stringValue,
            message: MailMessage(
                from: try arguments.text(fields["from"]), to: try arguments.texts(fields["to"]),
                cc: try arguments.texts(fields["cc"]), bcc: try arguments.texts(fields["bcc"]),
                subject: try arguments.text(fields["title"]), text: try arguments.text(fields["body"]),
                html: fields["html"]?.stringValue))
    }
}
