import Media

/// A sound file that is being written.
enum SoundFile {
    case mp3(MP3Writer)
    case wav(WAVWriter)

    init(_ plan: RecordingPlan) throws {
        switch plan.format {
        case .mp3: self = .mp3(try MP3Writer(path: plan.path, channels: plan.channels))
        case .wav: self = .wav(try WAVWriter(path: plan.path, channels: plan.channels))
        }
    }

    mutating func write(_ samples: [Int16]) throws {
        switch self {
        case .mp3(let writer): try writer.write(samples)
        case .wav(let writer): try writer.write(samples)
        }
    }

    mutating func close() throws {
        switch self {
        case .mp3(let writer): try writer.close()
        case .wav(let writer): try writer.close()
        }
    }
}
