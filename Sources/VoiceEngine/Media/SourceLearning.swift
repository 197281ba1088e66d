/// Decides which source address a leg believes: learned once, then fixed until a new session description.
///
/// The signalled address is believed whenever it comes, and for good. Any other first source (a far end behind NAT) is
/// believed for the time being; for a short while a source at the signalled host may take its place, so that a stranger
/// who is quicker than the far end gains nothing. A source that fits equally well never replaces the first.
struct SourceLearning {
    /// How well a source fits the signalled address.
    enum Fit: UInt8, Comparable {
        case none
        /// Another host altogether: NAT, or a stranger.
        case stranger
        /// The signalled host, another port.
        case host
        case exact

        static func < (a: Fit, b: Fit) -> Bool { a.rawValue < b.rawValue }
    }

    /// How long a better source may replace the first, in microseconds.
    static let window: UInt64 = 500_000

    private(set) var fit = Fit.none
    private var deadline: UInt64 = 0

    /// Nothing is believed until ``accept(_:at:)`` says so.
    init() {}

    /// True when the source of a valid packet is to be believed from now on.
    mutating func accept(_ candidate: Fit, at now: UInt64) -> Bool {
        guard candidate > fit else { return false }
        if fit == .none {
            deadline = now &+ Self.window
        } else if candidate != .exact, now >= deadline {
            return false
        }
        fit = candidate
        return true
    }
}
