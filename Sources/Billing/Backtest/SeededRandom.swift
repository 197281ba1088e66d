/// Numbers that look random and are the same for the same seed on every machine (SplitMix64).
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number of the range; every one is as likely.
    mutating func within(_ range: ClosedRange<Int64>) -> Int64 { .random(in: range, using: &self) }

    /// True so many times in a thousand.
    mutating func happens(perMille: Int64) -> Bool { within(0...999) < perMille }
}
