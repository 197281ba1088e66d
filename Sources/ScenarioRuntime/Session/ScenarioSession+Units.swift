import CallControl
import NIOCore
import WorkerProtocol

/// Players, recorders and conferences.
extension ScenarioSession {
    func perform(_ request: UnitRequest, on id: UnitID) {
        switch request {
        case .createPlayer(let player): createPlayer(id, player)
        case .createRecorder(let wishes):
            guard add(id, .recorder) else { return }
            control.execute(.unit(id, .createRecorder(RecordingRequest(wishes))))
        case .createConference:
            guard add(id, .conference) else { return }
            control.execute(.unit(id, .createConference))
        default:
            // A script may speak to a unit that has just ended: the log shows it, the engine is not asked.
            guard let kind = units.kind(of: id), let command = request.command(for: kind) else { return }
            control.execute(.unit(id, command))
        }
    }

    private func createPlayer(_ id: UnitID, _ player: PlayerRequest) {
        let kind: UnitBook.Kind = if case .sequence = player.sound { .sequence } else { .player }
        guard add(id, kind) else { return }
        post(.event(ScriptEvent(unit: id, "\(kind.eventPrefix).Created")))
        if let length = player.sound.longestSpeech, length > limits.speechCharacters {
            let error = "The text has \(length) characters, \(limits.speechCharacters) are allowed"
            return deliver(.playerFinished(error: error), of: id)
        }
        control.execute(.unit(id, .createPlayer(player.sound, loop: player.loop, isPaused: player.isPaused)))
    }

    /// Adds the unit; one too many reports an error, an id that nobody gave out ends the session.
    func add(_ id: UnitID, _ kind: UnitBook.Kind) -> Bool {
        guard calls.claim(id.call), units.kind(of: id) == nil else {
            fail("the script made a unit with an id that it was not given")
            return false
        }
        guard !units.add(id, kind) else { return true }
        let error = "Exceeded the limit of \(kind.eventPrefix) units at one time"
        log.text("WARNING! \(error).")
        post(.event(ScriptEvent(unit: id, "\(kind.eventPrefix).Error", ["error": .string(error)])))
        return false
    }

    /// Gives an event of a unit to the script.
    func deliver(_ event: UnitEvent, of id: UnitID) {
        if let socket = SocketStreams.socket(of: id) { return perform(socket) { $0.handle(event, of: id) } }
        guard let kind = units.apply(id, event) else { return }
        if units.kind(of: id) == nil { endStreams(of: id) }
        // A script that only listens to errors, or only to the end, shall hear of both.
        if case .playerFinished(let error?) = event {
            post(.event(ScriptEvent(unit: id, "\(kind.eventPrefix).Error", ["error": .string(error)])))
        }
        post(.event(ScriptEvent(event, of: id, kind)))
    }
}

extension UnitRequest {
    /// The command for a unit that exists, nil when a unit of this kind has no such command.
    fileprivate func command(for kind: UnitBook.Kind) -> UnitCommand? {
        switch (kind, self) {
        case (.player, .pausePlayer), (.sequence, .pausePlayer): .pausePlayer
        case (.player, .resumePlayer), (.sequence, .resumePlayer): .resumePlayer
        case (.player, .stopPlayer), (.sequence, .stopPlayer): .stopPlayer
        case (.player, .addMarker(let offset, _)): .addMarker(milliseconds: offset, segment: nil)
        case (.sequence, .addMarker(let offset, let segment)): .addMarker(milliseconds: offset, segment: segment)
        case (.recorder, .muteRecorder(let on)): .muteRecorder(on)
        case (.recorder, .stopRecorder): .stopRecorder
        case (.conference, .destroyConference): .destroyConference
        default: nil
        }
    }
}

extension RecordingRequest {
    /// What the engine is asked for.
    ///
    /// A life that the reference does not know is as long as one without a wish: the script's side has warned of it.
    init(_ wishes: RecordingWishes) {
        self.init(
            stereo: wishes.stereo, isHighQuality: wishes.isHighQuality, isLossless: wishes.isLossless,
            name: wishes.name.map { String($0.prefix(255)) },
            isSecure: wishes.isSecure, life: wishes.expire.flatMap(RecordingLife.init(rawValue:)) ?? .threeMonths)
    }
}

extension PlayerSound {
    /// Characters of the longest text to speak, nil when nothing is spoken.
    fileprivate var longestSpeech: Int? {
        switch self {
        case .speech(let speech): speech.text.count
        case .sequence(let segments): segments.compactMap(\.longestSpeech).max()
        case .url, .tone: nil
        }
    }
}

extension ScriptEvent {
    /// An event of a unit.
    init(
        unit id: UnitID, _ name: String, _ fields: [String: ScenarioValue] = [:], target: Target = .unit
    ) {
        self = .init(name, call: id.call, fields)
        self.target = target
    }

    /// The event of a unit in the form of the log.
    fileprivate init(_ event: UnitEvent, of id: UnitID, _ kind: UnitBook.Kind) {
        let (name, fields) = Self.words(event)
        self = .init(unit: id, "\(kind.eventPrefix).\(name)", fields)
    }

    private static func words(_ event: UnitEvent) -> (String, [String: ScenarioValue]) {
        switch event {
        case .playerReady: ("PlaybackReady", [:])
        case .playerStarted(let duration): ("Started", ["duration": .int(Int64(duration))])
        case .playerFinished(let error): ("PlaybackFinished", error.map { ["error": .string($0)] } ?? [:])
        case .playerStopped: ("Stopped", [:])
        case .markerReached(let offset, let segment):
            (
                "PlaybackMarkerReached",
                ["offset": .int(Int64(offset))].merging(segment.map { ["segment": .int(Int64($0))] } ?? [:]) { $1 }
            )
        case .recorderStarted(let url): ("Started", ["url": .string(url)])
        case .recorderStopped(let url, let duration):
            ("Stopped", ["cost": .int(0), "duration": .int(Int64(duration)), "url": .string(url)])
        case .recorderFailed(let error): ("Error", ["error": .string(error)])
        case .conferenceStarted: ("Started", [:])
        case .conferenceStopped: ("Stopped", [:])
        case .endpointAdded(let endpoint): ("EndpointAdded", ["endpointId": .string(endpoint.rawValue)])
        case .endpointRemoved(let endpoint): ("EndpointRemoved", ["endpointId": .string(endpoint.rawValue)])
        case .conferenceFailed(let error, let code):
            ("Error", ["code": .int(Int64(code)), "error": .string(error)])
        case .streamFrame, .streamSilent: ("Stream", [:])
        }
    }
}
