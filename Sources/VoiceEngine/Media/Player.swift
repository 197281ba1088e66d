import Media

/// One sound in progress: a frame at every tick.
final class Player {
    let sound: Sound
    /// Samples of the present round that are over.
    private(set) var position = 0
    private let length: Int?
    private var segment = 0
    private var source = Source.none
    private let frame: UnsafeMutableBufferPointer<Int16>

    private enum Source {
        case clip(PCMClip, position: Int)
        case tone(ToneGenerator)
        case none
    }

    init(_ sound: Sound) {
        self.sound = sound
        length = sound.length
        frame = .allocate(capacity: SoundRate.narrow.frameLength)
        begin()
    }

    deinit { frame.deallocate() }

    /// The next frame, the last one filled up with silence; nil when the sound is over.
    func next() -> SoundFrame? {
        // Sounds without a sample would go round for ever.
        guard length != 0 else { return nil }
        var filled = 0
        while filled < frame.count {
            let count = fill(UnsafeMutableBufferPointer(rebasing: frame[filled...]))
            filled += count
            position += count
            if count == 0, !advance() { break }
        }
        guard filled > 0 else { return nil }
        frame[filled...].update(repeating: 0)
        return SoundFrame(frame)
    }

    /// Fills from the present segment; 0 when it is over.
    private func fill(_ part: UnsafeMutableBufferPointer<Int16>) -> Int {
        switch source {
        case .none: return 0
        case .clip(let clip, let start):
            let count = min(part.count, clip.samples.count - start)
            clip.samples.withUnsafeBufferPointer { samples in
                _ = part.update(fromContentsOf: SoundFrame(rebasing: samples[start..<start + count]))
            }
            source = .clip(clip, position: start + count)
            return count
        case .tone(var generator):
            // Taken out first, so that the generator's oscillators are not copied.
            source = .none
            let count = generator.fill(part)
            source = .tone(generator)
            return count
        }
    }

    /// Goes to the next segment; false at the end of all.
    private func advance() -> Bool {
        segment += 1
        if segment >= sound.segments.count {
            guard sound.loops else {
                source = .none
                return false
            }
            segment = 0
            position = 0
        }
        begin()
        return true
    }

    private func begin() {
        guard sound.segments.indices.contains(segment) else { return source = .none }
        switch sound.segments[segment] {
        case .clip(let clip): source = .clip(clip, position: 0)
        case .tone(let script): source = .tone(ToneGenerator(script))
        }
    }
}
