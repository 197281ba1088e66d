/// Decides which port pair is tried next; pairs are numbered from 0, the caller turns them into ports.
///
/// A pair is free, taken or in quarantine. Time and randomness are arguments.
struct PortAllocator {
    private enum Pair: Equatable {
        case free
        case taken
        case quarantined(until: ContinuousClock.Instant)
    }

    private var pairs: [Pair]
    private let quarantine: Duration

    init(pairCount: Int, quarantine: Duration) {
        self.pairs = Array(repeating: .free, count: max(0, pairCount))
        self.quarantine = quarantine
    }

    var pairCount: Int { pairs.count }

    /// Where a search begins: random, so that a port cannot be guessed from the one before it.
    func start(using generator: inout some RandomNumberGenerator) -> Int {
        pairs.isEmpty ? 0 : Int.random(in: 0..<pairs.count, using: &generator)
    }

    /// Takes the pair when it may be used now.
    mutating func take(_ pair: Int, at now: ContinuousClock.Instant) -> Bool {
        switch pairs[pair] {
        case .taken: return false
        case .quarantined(let until) where until > now: return false
        case .free, .quarantined: break
        }
        pairs[pair] = .taken
        return true
    }

    /// Gives back a pair that carried a call.
    mutating func release(_ pair: Int, at now: ContinuousClock.Instant) {
        pairs[pair] = .quarantined(until: now + quarantine)
    }

    /// Gives back a pair that could not be bound.
    mutating func refuse(_ pair: Int) {
        pairs[pair] = .free
    }
}
