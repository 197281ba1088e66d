import Media

/// What a unit of the media graph is to be.
enum MediaUnitPlan: Sendable {
    case player(isPaused: Bool)
    case recorder(RecordingPlan)
    case conference
    /// Sounds as what is written into the ring.
    case streamSource(SoundRing, SoundRate)
    /// Writes what it hears into the ring.
    case streamSink(SoundRing, SoundRate)
}

/// The players, recorders, conferences and streams of the media thread.
final class MediaUnits {
    private(set) var players: [PlayerUnit] = []
    private(set) var recorders: [RecorderUnit] = []
    private(set) var conferences: [Conference] = []
    private(set) var streamSources: [StreamSourceUnit] = []
    private(set) var streamSinks: [StreamSinkUnit] = []
    private var units: [MediaUnitID: AnyObject] = [:]

    var all: [MediaUnitID] { Array(units.keys) }

    func player(_ id: MediaUnitID) -> PlayerUnit? { units[id] as? PlayerUnit }

    func recorder(_ id: MediaUnitID) -> RecorderUnit? { units[id] as? RecorderUnit }

    func conference(_ id: MediaUnitID) -> Conference? { units[id] as? Conference }

    func streamSink(_ id: MediaUnitID) -> StreamSinkUnit? { units[id] as? StreamSinkUnit }

    /// Anything that sounds.
    func heard(_ id: MediaUnitID) -> (any HeardUnit)? { units[id] as? any HeardUnit }

    func insert(_ player: PlayerUnit) {
        units[player.id] = player
        players.append(player)
    }

    func insert(_ recorder: RecorderUnit) {
        units[recorder.id] = recorder
        recorders.append(recorder)
    }

    func insert(_ conference: Conference) {
        units[conference.id] = conference
        conferences.append(conference)
    }

    func insert(_ stream: StreamSourceUnit) {
        units[stream.id] = stream
        streamSources.append(stream)
    }

    func insert(_ stream: StreamSinkUnit) {
        units[stream.id] = stream
        streamSinks.append(stream)
    }

    func remove(_ id: MediaUnitID) {
        guard units.removeValue(forKey: id) != nil else { return }
        players.removeAll { $0.id == id }
        recorders.removeAll { $0.id == id }
        conferences.removeAll { $0.id == id }
        streamSources.removeAll { $0.id == id }
        streamSinks.removeAll { $0.id == id }
    }
}
