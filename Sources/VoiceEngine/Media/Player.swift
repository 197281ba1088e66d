import Media

/// What is played into a leg.
enum Sound: Sendable {
    case clip(PCMClip, loops: Bool)
    case tone(ToneScript, loops: Bool)
}

/// One playback in progress: a frame of sound at every tick.
final class Player {
    let id: PlaybackID
    /// One round in milliseconds; 0 for a sound without end.
    let durationMilliseconds: Int
    private var source: Source
    private let frame: UnsafeMutableBufferPointer<Int16>

    private enum Source {
        case clip(PCMClip, position: Int, loops: Bool)
        case tone(ToneGenerator)
        case none
    }

    init(id: PlaybackID, sound: Sound) {
        self.id = id
        frame = .allocate(capacity: PacketSender.frameSize)
        switch sound {
        case .clip(let clip, let loops):
            source = .clip(clip, position: 0, loops: loops)
            durationMilliseconds = clip.durationMilliseconds
        case .tone(let script, let loops):
            source = .tone(ToneGenerator(script, loops: loops))
            durationMilliseconds = script.durationMilliseconds ?? 0
        }
    }

    deinit { frame.deallocate() }

    /// Encodes the next frame, the last one filled up with silence; false when the sound is over and nothing was written.
    func next(into octets: UnsafeMutableRawBufferPointer, law: G711) -> Bool {
        let count: Int
        switch source {
        case .none: return false
        case .clip(let clip, let position, let loops):
            count = fill(from: clip, position, loops: loops)
        case .tone(var generator):
            // Taken out first, so that the generator's oscillators are not copied.
            source = .none
            count = generator.fill(frame)
            source = .tone(generator)
        }
        guard count > 0 else { return false }
        frame[count...].update(repeating: 0)
        law.encode(UnsafeBufferPointer(frame), into: octets)
        return true
    }

    private func fill(from clip: PCMClip, _ start: Int, loops: Bool) -> Int {
        var (position, filled) = (start, 0)
        clip.samples.withUnsafeBufferPointer { samples in
            while filled < frame.count, samples.count > 0 {
                if position >= samples.count {
                    guard loops else { break }
                    position = 0
                }
                let count = min(frame.count - filled, samples.count - position)
                let part = UnsafeBufferPointer(rebasing: samples[position..<position + count])
                _ = UnsafeMutableBufferPointer(rebasing: frame[filled...]).update(fromContentsOf: part)
                position += count
                filled += count
            }
        }
        source = .clip(clip, position: position, loops: loops)
        return filled
    }
}
