import CallControl

/// Who takes part in a conference, and in which way.
struct ConferenceRoster {
    /// The error that a script sees when there is no room.
    static let fullCode = 101
    /// The error that a script sees when conferences would hear themselves.
    static let circleCode = 103
    static let circleText =
        "The conferences would hear themselves by way of a third; take one of their links away first."

    /// A direction in which sound goes between an endpoint and the conference.
    struct Role: OptionSet {
        let rawValue: UInt8
        static let speaks = Role(rawValue: 1)
        static let hears = Role(rawValue: 2)
    }

    /// Endpoints that the conference takes.
    let limit: Int
    private var roles: [UnitID: Role] = [:]

    init(limit: Int) { self.limit = limit }

    var fullText: String { "The conference has \(limit) endpoints already; remove one first." }

    var endpoints: [UnitID] { roles.keys.sorted { $0.rawValue < $1.rawValue } }

    /// The endpoints to or from which sound goes.
    func endpoints(_ role: Role) -> [UnitID] { roles.filter { $0.value.contains(role) }.map(\.key) }

    /// Whether the endpoint is in, or may come in.
    func hasRoom(for endpoint: UnitID) -> Bool { roles[endpoint] != nil || roles.count < limit }

    /// True when the endpoint is new.
    mutating func add(_ endpoint: UnitID, _ role: Role) -> Bool {
        let before = roles[endpoint]
        roles[endpoint] = (before ?? []).union(role)
        return before == nil
    }

    /// True when the endpoint is out of it now.
    mutating func remove(_ endpoint: UnitID, _ role: Role) -> Bool {
        guard let before = roles[endpoint] else { return false }
        let left = before.subtracting(role)
        roles[endpoint] = left.isEmpty ? nil : left
        return left.isEmpty
    }
}
