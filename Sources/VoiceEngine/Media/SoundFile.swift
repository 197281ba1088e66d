import CMediaIO
import Media

/// A sound file that is being written, fed with interleaved samples of the plan's rate.
final class SoundFile {
    private enum Writer {
        case mp3(MP3Writer, OutputFile)
        case wav(WAVWriter)
        case flac(FLACWriter)
    }

    private let writer: Writer
    private let channels: Int
    private var encoded: [UInt8] = []

    /// Creates or replaces the file.
    init(_ plan: RecordingPlan) throws {
        channels = plan.channels
        switch plan.format {
        case .mp3:
            let encoder = try MP3Writer(configuration: plan.mp3)
            writer = .mp3(encoder, try OutputFile(path: plan.path))
        case .flac:
            writer = .flac(
                try FLACWriter(path: plan.path, channels: plan.channels, sampleRate: plan.rate.rawValue))
        case .wav:
            writer = .wav(try WAVWriter(path: plan.path, channels: plan.channels, sampleRate: plan.rate.rawValue))
        }
    }

    func write(_ samples: [Int16]) throws {
        switch writer {
        case .flac(let file):
            try samples.withUnsafeBufferPointer { samples throws in try file.append(samples) }
        case .wav(let file):
            try samples.withUnsafeBufferPointer { samples throws in try file.append(samples) }
        case .mp3(let encoder, let file):
            try encode(samples, encoder)
            try flush(to: file)
        }
    }

    func close() throws {
        switch writer {
        case .flac(let file):
            try file.close()
        case .wav(let file):
            try file.close()
        case .mp3(let encoder, let file):
            try encoder.finish(to: &encoded)
            try flush(to: file)
            try file.close()
        }
    }

    private func encode(_ samples: [Int16], _ encoder: MP3Writer) throws {
        guard channels == 2 else {
            return try samples.withUnsafeBufferPointer { samples throws in
                try encoder.append(samples, to: &encoded)
            }
        }
        let left = stride(from: 0, to: samples.count, by: 2).map { samples[$0] }
        let right = stride(from: 1, to: samples.count, by: 2).map { samples[$0] }
        try left.withUnsafeBufferPointer { left throws in
            try right.withUnsafeBufferPointer { right throws in
                try encoder.append(left: left, right: right, to: &encoded)
            }
        }
    }

    private func flush(to file: OutputFile) throws {
        try encoded.withUnsafeBytes { bytes throws in try file.write(bytes) }
        encoded.removeAll(keepingCapacity: true)
    }
}

extension RecordingPlan {
    fileprivate var mp3: MP3Writer.Configuration {
        switch quality {
        case .telephone: .init(isStereo: channels == 2)
        case .high, .lossless:
            .init(isStereo: channels == 2, sampleRate: 48_000, bitRate: 192, inputRate: rate.rawValue)
        }
    }
}
