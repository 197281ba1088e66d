import CallControl
import ScenarioRuntime

/// Players, recorders and conferences.
extension StagedCalls {
    func perform(_ command: UnitCommand, on id: UnitID) {
        switch command {
        case .createPlayer(let sound, let loop, let isPaused):
            let unit = add(id, .player(sound, loop: loop))
            if !isPaused { start(unit) }
        case .createRecorder:
            let url = nextRecording()
            add(id, .recorder(url: url, since: clock.unixMilliseconds))
            report(after: 1, .unit(id, .recorderStarted(url: url)))
        case .createConference:
            add(id, .conference)
            report(after: 1, .unit(id, .conferenceStarted))
        default: unit(id).map { perform(command, $0) }
        }
    }

    private func unit(_ id: UnitID) -> StagedUnit? { units.first { $0.id == id } }

    @discardableResult
    private func add(_ id: UnitID, _ kind: StagedUnit.Kind) -> StagedUnit {
        let unit = StagedUnit(id: id, kind: kind)
        units.append(unit)
        return unit
    }

    private func remove(_ unit: StagedUnit) {
        unit.playback?.cancel()
        units.removeAll { $0 === unit }
    }

    private func perform(_ command: UnitCommand, _ unit: StagedUnit) {
        switch (command, unit.kind) {
        case (.pausePlayer, .player):
            unit.playback?.cancel()
            unit.remaining -= clock.unixMilliseconds - unit.resumedAt
        case (.resumePlayer, .player): unit.hasStarted ? go(unit) : start(unit)
        case (.stopPlayer, .player):
            remove(unit)
            report(after: 1, .unit(unit.id, .playerStopped))
        case (.addMarker(let milliseconds, let segment), .player): unit.markers.append((milliseconds, segment))
        case (.stopRecorder, .recorder(let url, let since)):
            remove(unit)
            let seconds = Int((clock.unixMilliseconds - since) / 1000)
            report(after: 1, .unit(unit.id, .recorderStopped(url: url, durationSeconds: seconds)))
        case (.destroyConference, .conference):
            remove(unit)
            report(after: 1, .unit(unit.id, .conferenceStopped))
        default: break
        }
    }

    private func start(_ unit: StagedUnit) {
        guard case .player(let sound, _) = unit.kind else { return }
        unit.hasStarted = true
        switch SoundLength.of(sound, test) {
        case .missing:
            remove(unit)
            report(after: Self.refusal, .unit(unit.id, .playerFinished(error: "the sound was not found")))
        case .endless:
            report(after: 1, .unit(unit.id, .playerReady))
            report(after: 1, .unit(unit.id, .playerStarted(durationMilliseconds: 0)))
        case .milliseconds(let duration):
            unit.remaining = duration
            report(after: 1, .unit(unit.id, .playerReady))
            report(after: 1, .unit(unit.id, .playerStarted(durationMilliseconds: Int(duration))))
            go(unit)
            for marker in unit.markers {
                let offset =
                    marker.milliseconds < 0 ? duration + Int64(marker.milliseconds) : Int64(marker.milliseconds)
                report(
                    after: 1 + offset,
                    .unit(unit.id, .markerReached(milliseconds: marker.milliseconds, segment: marker.segment)))
            }
        }
    }

    /// Plays on to the end; what repeats has none.
    private func go(_ unit: StagedUnit) {
        guard case .player(_, let loop) = unit.kind, !loop else { return }
        unit.playback?.cancel()
        unit.resumedAt = clock.unixMilliseconds
        unit.playback = clock.schedule(afterMilliseconds: 1 + unit.remaining) { [weak self] in
            self?.units.removeAll { $0 === unit }
            self?.emit(.unit(unit.id, .playerFinished(error: nil)))
        }
    }

    /// Who sends to a conference, or hears it, takes part.
    func link(_ source: UnitID, _ target: UnitID) {
        for (conference, other) in [(source, target), (target, source)] {
            guard let unit = unit(conference), case .conference = unit.kind, !unit.endpoints.contains(other) else {
                continue
            }
            unit.endpoints.append(other)
            report(after: 1, .unit(conference, .endpointAdded(other)))
        }
    }

    func unlink(_ source: UnitID, _ target: UnitID) {
        for (conference, other) in [(source, target), (target, source)] {
            if let unit = unit(conference) { removeEndpoint(other, from: unit) }
        }
    }

    func removeEndpoint(_ endpoint: UnitID, from unit: StagedUnit) {
        guard let index = unit.endpoints.firstIndex(of: endpoint) else { return }
        unit.endpoints.remove(at: index)
        report(after: 1, .unit(unit.id, .endpointRemoved(endpoint)))
    }
}
