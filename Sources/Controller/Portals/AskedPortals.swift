/// Remembers for a while which portals the licence server was asked about because nobody knew what had signed their
/// request, so that strangers do not keep it busy.
struct AskedPortals: Sendable {
    static let memory = Duration.seconds(60)

    private let capacity: Int
    private var until: [PortalID: Moment] = [:]

    init(capacity: Int = 10_000) { self.capacity = capacity }

    mutating func note(_ id: PortalID, at moment: Moment) {
        // Whoever fills it makes the server be asked again, at most as often as the turnstile lets through.
        if until.count >= capacity { until = until.filter { $0.value > moment } }
        if until.count >= capacity { until = [:] }
        until[id] = moment.adding(Self.memory)
    }

    func has(_ id: PortalID, at moment: Moment) -> Bool { until[id].map { moment < $0 } ?? false }
}
