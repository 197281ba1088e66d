import Media

/// Collects the frames of a recording and hands them to the file in blocks of half a second.
///
/// Lives on the media thread; the ``RecordingFile`` encodes and writes elsewhere.
final class RecordingBlocks {
    private static let frames = 25

    let rate: SoundRate
    private let file: RecordingFile
    private let size: Int
    private var block: [Int16] = []

    init(_ plan: RecordingPlan, file: RecordingFile) {
        rate = plan.rate
        self.file = file
        size = Self.frames * plan.rate.frameLength * plan.channels
        block.reserveCapacity(size)
    }

    /// Adds samples, those of several channels by turns.
    func append(_ samples: SoundFrame) {
        block.append(contentsOf: samples)
        if block.count >= size { flush() }
    }

    /// Adds frames of silence.
    func skip(_ frames: Int) {
        for _ in 0..<max(0, frames) {
            block.append(contentsOf: repeatElement(0, count: size / Self.frames))
            if block.count >= size { flush() }
        }
    }

    /// Hands over what is left and completes the file.
    func close() {
        flush()
        file.close()
    }

    private func flush() {
        file.write(block)
        block = []
        block.reserveCapacity(size)
    }
}
