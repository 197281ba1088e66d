import CallControl

/// The players, recorders, conferences and streams of one session, and what is linked to them.
///
/// Lives on the engine's event loop.
final class SessionUnits {
    /// Units that a session has at most; a script's own limits are lower.
    static let limit = 200

    private let loop: MediaLoop
    private let sounds: SoundLibrary
    private let owners: MediaOwners
    private let clock: StreamClock
    private let conferenceLimit: Int
    private let emit: (UnitID, UnitEvent) -> Void
    private var units: [UnitID: any SessionUnit] = [:]

    /// - Parameter conferenceLimit: endpoints that a conference takes.
    init(
        loop: MediaLoop, sounds: SoundLibrary, owners: MediaOwners, clock: StreamClock, conferenceLimit: Int,
        emit: @escaping (UnitID, UnitEvent) -> Void
    ) {
        self.loop = loop
        self.conferenceLimit = conferenceLimit
        self.sounds = sounds
        self.owners = owners
        self.clock = clock
        self.emit = emit
    }

    func node(_ id: UnitID) -> MediaNode? { units[id]?.node }

    /// - Parameter target: where a recorder writes; nil when the session has no place for recordings.
    func perform(_ command: UnitCommand, on id: UnitID, target: () -> RecordingTarget?) {
        switch command {
        case .createPlayer(let sound, let loops, let isPaused):
            guard hasRoom(for: id) else { return emit(id, .playerFinished(error: Self.fullText)) }
            add(id) {
                SessionPlayer(sounds.segments(of: sound), loops: loops, isPaused: isPaused, loop: loop, emit: $0)
            }
        case .createRecorder(let request):
            guard hasRoom(for: id) else { return emit(id, .recorderFailed(error: Self.fullText)) }
            guard let target = target() else {
                return emit(id, .recorderFailed(error: "The session has no place for recordings."))
            }
            add(id) { SessionRecorder(target, quality: request.quality, loop: loop, emit: $0) }
        case .createConference:
            guard hasRoom(for: id) else {
                return emit(id, .conferenceFailed(error: Self.fullText, code: ConferenceRoster.fullCode))
            }
            add(id) { SessionConference(limit: conferenceLimit, loop: loop, emit: $0) }
        // A session's streams are bounded by whoever asks for them, far below the limit.
        case .createStreamSink(let encoding):
            guard hasRoom(for: id) else { return }
            add(id) { SessionStreamSink(encoding, loop: loop, clock: clock, emit: $0) }
        case .createStreamSource(let encoding):
            guard hasRoom(for: id) else { return }
            add(id) { SessionStreamSource(encoding, loop: loop, clock: clock, emit: $0) }
        default:
            guard let unit = units[id] else { return }
            unit.perform(command)
            settle(id)
        }
    }

    private static let fullText = "The session has \(limit) players, recorders and conferences; stop one first."

    private func hasRoom(for id: UnitID) -> Bool { units.count < Self.limit && units[id] == nil }

    private func add<Unit: SessionUnit>(_ id: UnitID, _ make: (@escaping (UnitEvent) -> Void) -> Unit) {
        let unit = make { [weak self] event in
            self?.emit(id, event)
            self?.settle(id)
        }
        units[id] = unit
        owners.add(unit)
        // A sound that was known to be missing at once.
        settle(id)
    }

    /// Ends every unit; no event follows.
    func end() {
        for unit in units.values { unit.end() }
        for unit in units.values where !(unit is SessionRecorder) { owners.remove(unit.node) }
        units = [:]
    }

    /// A unit that is over leaves what it took part in.
    private func settle(_ id: UnitID) {
        guard let unit = units[id], unit.isFinished else { return }
        units[id] = nil
        owners.remove(unit.node)
        left(id)
    }
}

// MARK: - Links

extension SessionUnits {
    /// Links a leg or unit to a recorder, a conference or a stream; a link that cannot be is not made.
    func link(_ from: (id: UnitID, node: MediaNode), to sink: UnitID) {
        guard from.id != sink, canBeHeard(from.id), let unit = units[sink],
            unit is SessionConference || unit is SessionRecorder || unit is SessionStreamSink, admits(from.id, to: sink)
        else { return }
        if let conference = units[from.id] as? SessionConference, goesRound(from.id, sink) {
            return conference.refuseCircle()
        }
        (units[from.id] as? SessionConference)?.join(sink, .hears)
        (unit as? SessionConference)?.join(from.id, .speaks)
        loop.connect(from: from.node, to: unit.node)
    }

    /// Whether the sound of one conference would come by the other, and a third, back to it.
    ///
    /// Two that hear each other leave out what they have from each other.
    private func goesRound(_ source: UnitID, _ sink: UnitID) -> Bool {
        guard let sinkUnit = units[sink] as? SessionConference else { return false }
        var waiting = sinkUnit.hearers.filter { $0 != source }
        var seen: Set = [sink]
        while let next = waiting.popLast() {
            if next == source { return true }
            guard seen.insert(next).inserted, let conference = units[next] as? SessionConference else { continue }
            waiting += conference.hearers
        }
        return false
    }

    func unlink(_ from: (id: UnitID, node: MediaNode), to sink: UnitID) {
        guard let unit = units[sink] else { return }
        loop.disconnect(from: from.node, to: unit.node)
        (units[from.id] as? SessionConference)?.leave(sink, .hears)
        (unit as? SessionConference)?.leave(from.id, .speaks)
    }

    /// Everything sounds but a recorder and a stream out of the engine.
    func canBeHeard(_ id: UnitID) -> Bool { !(units[id] is SessionRecorder || units[id] is SessionStreamSink) }

    /// Whether both ends, where they are conferences, have room for each other; an event says when not.
    func admits(_ source: UnitID, to sink: UnitID) -> Bool {
        if let conference = units[source] as? SessionConference, !conference.admits(sink) { return false }
        if let conference = units[sink] as? SessionConference, !conference.admits(source) { return false }
        return true
    }

    /// A leg hears something else than before.
    func leg(_ leg: UnitID, nowHears source: MediaNode?, before: MediaNode?) {
        conference(before)?.leave(leg, .hears)
        conference(source)?.join(leg, .hears)
    }

    /// A leg or unit is gone.
    func left(_ id: UnitID) {
        for case let conference as SessionConference in units.values { conference.leave(id, [.speaks, .hears]) }
    }

    private func conference(_ node: MediaNode?) -> SessionConference? {
        guard let node else { return nil }
        for case let conference as SessionConference in units.values where conference.node == node { return conference }
        return nil
    }
}

extension RecordingRequest {
    var quality: RecordingQuality { isLossless ? .lossless : isHighQuality ? .high : .telephone }
}
