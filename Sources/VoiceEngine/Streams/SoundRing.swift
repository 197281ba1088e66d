import Synchronization

/// Carries samples from one thread to another without a lock: one side writes, the other reads.
///
/// All its memory is taken at once. What finds no room is dropped.
final class SoundRing: @unchecked Sendable {  // each place is written before the index that tells of it moves
    private let samples: UnsafeMutableBufferPointer<Int16>
    /// Samples since the beginning: written, taken, and given up by the writer.
    private let written = Atomic<Int>(0)
    private let taken = Atomic<Int>(0)
    private let cleared = Atomic<Int>(0)

    init(capacity: Int) {
        samples = .allocate(capacity: capacity)
        samples.initialize(repeating: 0)
    }

    deinit { samples.deallocate() }

    /// Samples that wait to be read.
    var waiting: Int {
        // The index behind is read first, so that the other side's move between the two cannot make the result negative.
        let from = max(taken.load(ordering: .acquiring), cleared.load(ordering: .acquiring))
        return max(0, written.load(ordering: .acquiring) - from)
    }

    /// Appends what there is room for; by the writer only.
    ///
    /// - Returns: Samples that were appended.
    @discardableResult
    func write(_ sound: UnsafeBufferPointer<Int16>) -> Int {
        let end = written.load(ordering: .relaxed)
        // What was given up makes room once the reader has seen it.
        let count = min(sound.count, samples.count - (end - taken.load(ordering: .acquiring)))
        for index in 0..<count { samples[(end + index) % samples.count] = sound[index] }
        written.store(end + count, ordering: .releasing)
        return count
    }

    /// Gives up all that waits; by the writer only.
    func clear() { cleared.store(written.load(ordering: .relaxed), ordering: .releasing) }

    /// Takes as much as waits and fits; by the reader only.
    ///
    /// - Returns: Samples that were taken.
    func read(into sound: UnsafeMutableBufferPointer<Int16>) -> Int {
        let start = max(taken.load(ordering: .relaxed), cleared.load(ordering: .acquiring))
        let count = max(0, min(sound.count, written.load(ordering: .acquiring) - start))
        for index in 0..<count { sound[index] = samples[(start + index) % samples.count] }
        taken.store(start + count, ordering: .releasing)
        return count
    }
}
