import CallControl

/// The players, recorders, conferences and WebSockets of a session and the limits on them.
struct UnitBook {
    /// What a unit is.
    enum Kind: Equatable {
        case player
        /// A player whose events name a sequence.
        case sequence
        case recorder, conference, socket

        /// `Player` in `Player.Started`.
        var eventPrefix: String {
            switch self {
            case .player: "Player"
            case .sequence: "SequencePlayer"
            case .recorder: "Recorder"
            case .conference: "Conference"
            case .socket: "WebSocket"
            }
        }
    }

    private let limits: SessionLimits
    private var kinds: [UnitID: Kind] = [:]
    private var made = 0

    init(limits: SessionLimits) { self.limits = limits }

    /// Adds a unit; false when there are too many of its kind, or the script has made units without end.
    mutating func add(_ id: UnitID, _ kind: Kind) -> Bool {
        let isPlayer = kind == .player || kind == .sequence
        let alike = kinds.values.count { $0 == kind || (isPlayer && ($0 == .player || $0 == .sequence)) }
        made += 1
        guard alike < (isPlayer ? limits.players : limits.otherUnits), made <= limits.unitsMade else { return false }
        kinds[id] = kind
        return true
    }

    mutating func remove(_ id: UnitID) { kinds[id] = nil }
    func kind(of id: UnitID) -> Kind? { kinds[id] }
    /// The WebSockets that are open.
    var sockets: [UnitID] { kinds.filter { $0.value == .socket }.map(\.key) }

    /// Notes what happened; nil when the unit is unknown or gone.
    mutating func apply(_ id: UnitID, _ event: UnitEvent) -> Kind? {
        guard let kind = kinds[id] else { return nil }
        switch event {
        case .playerFinished, .playerStopped, .recorderStopped, .recorderFailed, .conferenceStopped: kinds[id] = nil
        default: break
        }
        return kind
    }
}
