import CallControl
import WorkerProtocol

/// What stands in the log for a secret.
private let hidden = ScenarioValue.string("******")

extension UnitRequest {
    /// The log's words for the request.
    func logged(_ id: UnitID) -> LoggedCommand {
        switch self {
        case .createPlayer(let request): making("CreatePlayer", id, request.logged)
        case .pausePlayer: about("PausePlayer", id)
        case .resumePlayer: about("ResumePlayer", id)
        case .stopPlayer: about("StopPlayer", id)
        case .addMarker(let milliseconds, let segment):
            about(
                "AddMarker", id,
                [
                    "offset": .int(Int64(milliseconds)),
                    "segment": segment.map { .int(Int64($0)) } ?? .null,
                ])
        case .createRecorder(let wishes): making("CreateRecorder", id, wishes.logged)
        case .muteRecorder(let on): about("MuteRecorder", id, ["mute": .bool(on)])
        case .stopRecorder: about("StopRecorder", id)
        case .createConference(let isWideband): making("CreateConference", id, ["hd_audio": .bool(isWideband)])
        case .destroyConference: about("DestroyConference", id)
        }
    }

    private func making(_ name: String, _ id: UnitID, _ fields: [String: ScenarioValue]) -> LoggedCommand {
        .call(name, id.call, fields)
    }

    private func about(
        _ name: String, _ id: UnitID, _ fields: [String: ScenarioValue] = [:]
    ) -> LoggedCommand {
        LoggedCommand(name: name, parameters: [.map(fields.merging(["id": .string(id.rawValue)]) { $1 })])
    }
}

extension PlayerRequest {
    fileprivate var logged: [String: ScenarioValue] {
        var fields: [String: ScenarioValue] = ["loop": .bool(loop)]
        if isPaused { fields["onPause"] = .bool(true) }
        return fields.merging(logged(sound)) { $1 }
    }

    private func logged(_ sound: PlayerSound) -> [String: ScenarioValue] {
        switch sound {
        case .tone(let script): return ["toneScript": .string(script)]
        case .speech(let speech): return speech.logged
        case .sequence(let segments): return ["segments": .list(segments.map { .map(logged($0)) })]
        case .url(let request):
            var fields: [String: ScenarioValue] = ["url": .string(request.url)]
            guard request.method != "GET" || !request.headers.isEmpty else { return fields }
            fields["method"] = .string(request.method)
            fields["headers"] = hidesHeaders ? hidden : .init(request.headers)
            if !request.body.isEmpty {
                fields["body"] = hidesBody ? hidden : .string(String(decoding: request.body, as: UTF8.self))
            }
            return fields
        }
    }
}

extension SpeechRequest {
    /// What is asked of the voice stands there only where the script has asked for something.
    var logged: [String: ScenarioValue] {
        var fields: [String: ScenarioValue] = ["lang": .string(language), "text": .string(text)]
        if let voice { fields["voice"] = .string(voice) }
        let options = ["pitch": pitch, "rate": rate, "volume": volume].compactMapValues { $0 }
        if !options.isEmpty { fields["ttsOptions"] = .map(options.mapValues { .double($0) }) }
        return fields
    }
}

extension RecordingWishes {
    fileprivate var logged: [String: ScenarioValue] {
        [
            "expire": .init(expire), "hd_audio": .bool(isHighQuality), "name": .init(name), "secure": .bool(isSecure),
            "stereo": .bool(stereo),
        ].merging(isLossless ? ["lossless": .bool(true)] : [:]) { $1 }
    }
}

extension SocketCommand {
    /// The log's words; headers may hold keys and are never shown.
    func logged(_ id: UnitID) -> LoggedCommand {
        switch self {
        case .open(let request):
            LoggedCommand(
                name: "CreateWebSocket",
                parameters: [
                    .map(["id": .string(id.rawValue)]), .string(request.url),
                    .map([
                        "headers": hidden, "protocols": .list(request.protocols.map { .string($0) }),
                    ]),
                ])
        case .send(let text):
            LoggedCommand(name: "SendMessageWebSocket", parameters: [.string(id.rawValue), .string(text)])
        case .clearSound(let tag):
            LoggedCommand(
                name: "ClearMediaBuffer", parameters: [.map(["id": .string(id.rawValue), "tag": .init(tag)])])
        case .close: LoggedCommand(name: "DestroyWebSocket", parameters: [.string(id.rawValue)])
        }
    }
}

extension MailRequest {
    /// Neither the text nor the password of a mail reaches the log.
    var logged: [String: ScenarioValue] {
        func list(_ addresses: [String]) -> ScenarioValue { .list(addresses.map { .string($0) }) }
        return [
            "bcc": list(message.bcc), "cc": list(message.cc), "from": .string(message.from), "login": .init(login),
            "password": password == nil ? .null : hidden, "port": .int(Int64(port)), "server": .string(server),
            "title": .string(message.subject), "to": list(message.to),
        ]
    }
}
