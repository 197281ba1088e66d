import CallControl

/// The legs of a session and the limits on them.
struct CallBook {
    private enum State { case unanswered, answered, ended }

    private let limits: SessionLimits
    private var legs: [CallID: State] = [:]
    private var attempts = 0
    /// Ids that the script was given in advance and has not used.
    private var granted: [CallID] = []

    init(limits: SessionLimits, incoming: CallID?) {
        self.limits = limits
        if let incoming {
            legs[incoming] = .unanswered
            attempts = 1
        }
    }

    /// What the session may do with an id for a new outgoing leg.
    enum Verdict: Equatable {
        case dial
        /// Too many attempts, or too many legs that wait for an answer.
        case refused(reason: String)
        /// The id was not given out and is not one that a worker makes, or it is in use.
        case unusable
    }

    /// Adds an outgoing leg if the limits allow it.
    mutating func addOutgoing(_ id: CallID) -> Verdict {
        guard claim(id) else { return .unusable }
        attempts += 1
        // A refused leg is known, so that its Failed event can be delivered; it is bounded by the stop of a script that insists.
        guard attempts <= limits.callAttempts * 20 else { return .unusable }
        legs[id] = .unanswered
        guard attempts <= limits.callAttempts else { return .refused(reason: "Call limit reached") }
        guard legs.values.count(where: { $0 == .unanswered }) <= limits.unansweredCalls else {
            return .refused(reason: "Call limit reached")
        }
        return .dial
    }

    /// Takes an id for a new leg or unit; false when the script was not given it, or has used it.
    mutating func claim(_ id: CallID) -> Bool {
        if let index = granted.firstIndex(of: id) {
            granted.remove(at: index)
            return true
        }
        return Self.looksLikeOutgoing(id) && legs[id] == nil
    }

    /// Adds a leg that joins the running session; false when there are too many.
    mutating func addIncoming(_ id: CallID) -> Bool {
        guard legs[id] == nil, legs.values.count(where: { $0 != .ended }) < limits.joinedCalls else { return false }
        legs[id] = .unanswered
        return true
    }

    /// Notes what happened to a leg; false when the leg is not one of the session.
    mutating func apply(_ event: CallEvent) -> Bool {
        guard let state = legs[event.callID] else { return false }
        switch event {
        case .connected: if state == .unanswered { legs[event.callID] = .answered }
        case .failed, .disconnected: legs[event.callID] = .ended
        default: break
        }
        return true
    }

    func isKnown(_ id: CallID) -> Bool { legs[id] != nil }
    func isAlive(_ id: CallID) -> Bool { legs[id].map { $0 != .ended } ?? false }
    func isUnanswered(_ id: CallID) -> Bool { legs[id] == .unanswered }
    var hasLiveLegs: Bool { legs.values.contains { $0 != .ended } }

    /// Ids to give out so that the script has some in stock; empty while it has enough.
    mutating func grant(_ make: () -> CallID) -> [CallID] {
        guard granted.count < 2 else { return [] }
        let fresh = (granted.count..<6).map { _ in make() }
        granted += fresh
        return fresh
    }

    private static func looksLikeOutgoing(_ id: CallID) -> Bool {
        id.rawValue.utf8.count == 43
            && id.rawValue.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
