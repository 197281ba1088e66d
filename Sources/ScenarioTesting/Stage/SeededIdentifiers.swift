import Synchronization

/// The same sequence of numbers for each test: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
/// generators", 2014).
final class SeededIdentifiers: RandomNumberGenerator, Sendable {
    private let state = Mutex<UInt64>(0)

    /// Begins the sequence anew.
    func reset() { state.withLock { $0 = 0x5EED } }

    func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}
