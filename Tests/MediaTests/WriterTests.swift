import Foundation
import Media
import Testing

@Suite struct WriterTests {
    /// Encodes frame by frame, as a recording does.
    static func mp3(left: [Int16], right: [Int16]?) throws -> [UInt8] {
        let writer = try MP3Writer(configuration: .init(isStereo: right != nil))
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: left.count, by: 160) {
            let frame = Array(left[start..<min(start + 160, left.count)])
            let other = right.map { Array($0[start..<min(start + 160, left.count)]) }
            try frame.withUnsafeBufferPointer { frame in
                if let other {
                    try other.withUnsafeBufferPointer { try writer.append(left: frame, right: $0, to: &bytes) }
                } else {
                    try writer.append(frame, to: &bytes)
                }
            }
        }
        try writer.finish(to: &bytes)
        try writer.finish(to: &bytes)
        return bytes
    }

    @Test func `A mono mp3 of 32 kbit per second keeps a tone of 1000 Hz within 1 dB`() throws {
        let bytes = try Self.mp3(left: Sine.samples(1000, dBm0: -12, count: 80_000), right: nil)
        #expect((38_000...43_000).contains(bytes.count))
        let clip = try AudioDecoder().decode(bytes)
        #expect(abs(Goertzel(frequency: 1000).dBm0(in: clip.samples, 8000..<72_000) + 12) < 1)
        #expect(Goertzel(frequency: 700).dBm0(in: clip.samples, 8000..<72_000) < -50)
    }

    @Test func `A stereo mp3 is mixed down to half of each side`() throws {
        let bytes = try Self.mp3(
            left: Sine.samples(440, dBm0: -12, count: 40_000), right: Sine.samples(1000, dBm0: -12, count: 40_000))
        // The mode of the first frame is plain stereo (two highest bits of its last octet are 0).
        #expect(bytes[0] == 0xFF && bytes[3] & 0xC0 == 0)
        let clip = try AudioDecoder().decode(bytes)
        for frequency in [440.0, 1000] {
            #expect(abs(Goertzel(frequency: frequency).dBm0(in: clip.samples, 8000..<32_000) + 18) < 1)
        }
    }

    @Test(arguments: [(1_000_000, 32), (8000, 1), (8000, 320), (9000, 32), (0, 0), (.max, .max)])
    func `Rates that mp3 does not have are refused`(sampleRate: Int, bitRate: Int) {
        let error = #expect(throws: AudioFileError.self) {
            _ = try MP3Writer(configuration: .init(sampleRate: sampleRate, bitRate: bitRate))
        }
        #expect(error?.code == .encoder)
    }

    @Test(arguments: [(48_000, 192, true), (8000, 32, true), (8000, 32, false), (16_000, 64, false)])
    func `The rates of recordings are taken`(sampleRate: Int, bitRate: Int, isStereo: Bool) throws {
        _ = try MP3Writer(configuration: .init(isStereo: isStereo, sampleRate: sampleRate, bitRate: bitRate))
    }

    @Test(arguments: [1, 2]) func `A flac file keeps every sample, and is smaller than what it holds`(channels: Int)
        throws
    {
        let path = NSTemporaryDirectory() + "writer-\(UUID().uuidString).flac"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let tone = Sine.samples(1000, dBm0: -12, count: 16_000)
        let samples = channels == 1 ? tone : tone.flatMap { [$0, $0] }
        let writer = try FLACWriter(path: path, channels: channels, sampleRate: 8000)
        for start in stride(from: 0, to: samples.count, by: 320) {
            try samples[start..<start + 320].withUnsafeBufferPointer { block in try writer.append(block) }
        }
        try writer.close()
        try writer.close()
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        #expect(bytes.prefix(4) == Array("fLaC".utf8)[...] && bytes.count < samples.count * 2)
        #expect(try AudioDecoder().decode(bytes).samples == tone)
        #expect(throws: AudioFileError.self) { _ = try FLACWriter(path: "/nowhere/a.flac", sampleRate: 8000) }
        #expect(throws: AudioFileError.self) { _ = try FLACWriter(path: path, channels: 99, sampleRate: 8000) }
    }

    @Test func `A wav file is whole once it is closed`() throws {
        let path = NSTemporaryDirectory() + "writer-\(UUID().uuidString).wav"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let sound = Sine.samples(700, dBm0: -20, count: 1000)
        let writer = try WAVWriter(path: path)
        for start in stride(from: 0, to: 1000, by: 160) {
            try Array(sound[start..<min(start + 160, 1000)]).withUnsafeBufferPointer { try writer.append($0) }
        }
        try writer.close()
        try writer.close()
        #expect(writer.sampleCount == 1000)
        let bytes = Array(try #require(FileManager.default.contents(atPath: path)))
        #expect(bytes == PCMClip(samples: sound).wav)
        #expect(try AudioDecoder().decode(bytes).samples == sound)
        #expect(Array(bytes[40..<44]) == [0xD0, 0x07, 0, 0])
    }

    @Test func `A wav file that cannot be made is told`() {
        let error = #expect(throws: AudioFileError.self) { _ = try WAVWriter(path: "/nonexistent/file.wav") }
        #expect(error?.code == .file)
    }
}
