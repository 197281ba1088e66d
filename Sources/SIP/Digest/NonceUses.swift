/// Which counts of which nonces were used, so that no credentials are accepted twice.
///
/// Bounded: when full, the older half of the nonces is forgotten, and every nonce as old as those counts as expired.
struct NonceUses: Sendable {
    private struct Uses: Sendable {
        var highest: UInt32 = 0
        /// Bit n: the count `highest - n` was used; datagrams overtake each other.
        var window: UInt64 = 0
    }

    private var uses: [DigestNonce: Uses] = [:]
    private var forgotten = Int64.min
    let capacity: Int

    init(capacity: Int) { self.capacity = max(capacity, 2) }

    var count: Int { uses.count }

    /// Whether this count of the nonce is used for the first time; notes it. A nonce that was forgotten is never new.
    mutating func use(_ nonce: DigestNonce, count: UInt32, oldest: Int64) -> Bool {
        guard var entry = uses[nonce] else {
            guard nonce.milliseconds > forgotten else { return false }
            makeRoom(oldest: oldest)
            uses[nonce] = Uses(highest: count, window: 1)
            return nonce.milliseconds > forgotten
        }
        if count > entry.highest {
            let step = UInt64(count - entry.highest)
            entry.window = step < 64 ? entry.window << step | 1 : 1
            entry.highest = count
        } else {
            let age = UInt64(entry.highest - count)
            guard age < 64, entry.window >> age & 1 == 0 else { return false }
            entry.window |= 1 << age
        }
        uses[nonce] = entry
        return true
    }

    private mutating func makeRoom(oldest: Int64) {
        guard uses.count >= capacity else { return }
        uses = uses.filter { $0.key.milliseconds >= oldest }
        guard uses.count >= capacity else { return }
        let times = uses.keys.map(\.milliseconds).sorted()
        forgotten = max(forgotten, times[times.count / 2])
        uses = uses.filter { $0.key.milliseconds > forgotten }
    }
}
