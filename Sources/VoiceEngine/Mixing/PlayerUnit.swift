/// A player that any number of legs, recorders and conferences hear; its clock runs whether or not somebody does.
final class PlayerUnit: HeardUnit {
    /// Markers that a player keeps at most.
    private static let mostMarkers = 256

    let id: MediaUnitID
    /// Who hears it.
    var listeners: [MediaNode] = []
    var isPaused: Bool
    private(set) var isFinished = false
    private let emit: (MediaEvent) -> Void
    private var player: Player?
    private var frame: SoundFrame?
    private var hasStarted = false
    private var markers: [SoundMarker] = []
    private var places: [(place: Int, marker: SoundMarker)] = []

    init(_ id: MediaUnitID, isPaused: Bool, emit: @escaping (MediaEvent) -> Void) {
        self.id = id
        self.isPaused = isPaused
        self.emit = emit
    }

    func sound(for listener: MediaNode) -> SoundFrame? { frame }

    /// Takes the sound, once; markers that were set before now find their places.
    func begin(_ sound: Sound) {
        guard player == nil else { return }
        player = Player(sound)
        for marker in markers { place(marker, in: sound) }
        markers = []
    }

    func add(_ marker: SoundMarker) {
        guard markers.count + places.count < Self.mostMarkers else { return }
        if let player { place(marker, in: player.sound) } else { markers.append(marker) }
    }

    private func place(_ marker: SoundMarker, in sound: Sound) {
        if let place = marker.place(in: sound) { places.append((place, marker)) }
    }

    /// Makes the frame of a tick.
    func tick() {
        frame = nil
        guard let player, !isPaused, !isFinished else { return }
        if !hasStarted {
            hasStarted = true
            emit(.playerStarted(id, durationMilliseconds: player.sound.durationMilliseconds))
        }
        let before = player.position
        frame = player.next()
        isFinished = frame == nil
        if !places.isEmpty { reportMarkers(from: before, to: player.position) }
        if isFinished { emit(.playerFinished(id)) }
    }

    /// Markers between two positions; a position that went back has passed the end of a round.
    private func reportMarkers(from before: Int, to after: Int) {
        let wraps = after < before
        for (place, marker) in places {
            // The end of the sound itself is passed when it is over.
            let isPassed =
                wraps
                ? place >= before || place < after
                : (place >= before && place < after) || (isFinished && place == after)
            if isPassed { emit(.markerReached(id, marker)) }
        }
    }
}
