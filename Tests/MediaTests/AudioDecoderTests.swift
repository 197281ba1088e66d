import CSndfile
import Foundation
import Media
import Testing

@Suite struct AudioDecoderTests {
    /// A file made by libsndfile: a tone of 1000 Hz left, 400 Hz right, 2 s at 44.1 kHz.
    static func soundFile(_ format: Int) throws -> [UInt8] {
        let path = NSTemporaryDirectory() + "decoder-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var info = SF_INFO()
        info.samplerate = 44_100
        info.channels = 2
        info.format = Int32(format)
        let file = try #require(sf_open(path, Int32(SFM_WRITE), &info))
        let left = Sine.floats(1000, amplitude: 0.5, count: 88_200, rate: 44_100)
        let right = Sine.floats(400, amplitude: 0.25, count: 88_200, rate: 44_100)
        let sound = zip(left, right).flatMap { [$0, $1] }
        // In pieces, as the vorbis encoder's stack is small.
        for start in stride(from: 0, to: 88_200, by: 4410) {
            let piece = Array(sound[(start * 2)..<((start + 4410) * 2)])
            #expect(sf_writef_float(file, piece, 4410) == 4410)
        }
        sf_close(file)
        return Array(try #require(FileManager.default.contents(atPath: path)))
    }

    static func mp3(rate: Int = 8000, seconds: Int = 2) throws -> [UInt8] {
        let bitRate = rate == 8000 ? 32 : 64
        let writer = try MP3Writer(configuration: .init(isStereo: false, sampleRate: rate, bitRate: bitRate))
        var bytes: [UInt8] = []
        let sound = Sine.samples(1000, dBm0: -10, count: rate * seconds, rate: rate)
        try sound.withUnsafeBufferPointer { try writer.append($0, to: &bytes) }
        try writer.finish(to: &bytes)
        return bytes
    }

    @Test(arguments: [
        SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_WAV | SF_FORMAT_FLOAT, SF_FORMAT_WAV | SF_FORMAT_ULAW,
        SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS,
    ])
    func `Wav, flac and ogg are decoded, mixed down and brought to 8 kHz`(format: Int) throws {
        let clip = try AudioDecoder().decode(Self.soundFile(format))
        #expect(abs(clip.durationMilliseconds - 2000) <= 2)
        // Half of each channel: 0.25 and 0.125 of the full scale.
        #expect(abs(Goertzel(frequency: 1000).dBm0(in: clip.samples, 1000..<15_000) - (3.14 - 12.04)) < 0.3)
        #expect(abs(Goertzel(frequency: 400).dBm0(in: clip.samples, 1000..<15_000) - (3.14 - 18.06)) < 0.3)
    }

    @Test(arguments: [8000, 16_000, 44_100])
    func `Mp3 is decoded at any rate and keeps its tone`(rate: Int) throws {
        let clip = try AudioDecoder().decode(Self.mp3(rate: rate))
        #expect((2000..<2400).contains(clip.durationMilliseconds))
        #expect(abs(Goertzel(frequency: 1000).dBm0(in: clip.samples, 4000..<12_000) + 10) < 1)
    }

    @Test func `An mp3 behind a tag or some zeros is found`() throws {
        let tag = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 16] + [UInt8](repeating: 0, count: 16)
        let expected = try AudioDecoder().decode(Self.mp3()).samples.count
        for start in [tag, [UInt8](repeating: 0, count: 500)] {
            #expect(abs(try AudioDecoder().decode(start + Self.mp3()).samples.count - expected) < 1200)
        }
    }

    @Test func `A file is read from disk`() throws {
        let path = NSTemporaryDirectory() + "decoder-\(UUID().uuidString).wav"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let clip = PCMClip(samples: Sine.samples(500, dBm0: -20, count: 1234))
        #expect(FileManager.default.createFile(atPath: path, contents: Data(clip.wav)))
        #expect(try AudioDecoder().decode(path: path) == clip)
        let error = #expect(throws: AudioFileError.self) { try AudioDecoder().decode(path: path + ".gone") }
        #expect(error?.code == .file)
    }

    @Test func `Limits are kept`() throws {
        let clip = PCMClip(samples: [Int16](repeating: 0, count: 8000 * 3))
        let octets = #expect(throws: AudioFileError.self) { try AudioDecoder(maximumOctets: 48_000).decode(clip.wav) }
        #expect(octets?.code == .tooLarge)
        let seconds = #expect(throws: AudioFileError.self) { try AudioDecoder(maximumSeconds: 2).decode(clip.wav) }
        #expect(seconds?.code == .tooLarge)
        let mp3 = #expect(throws: AudioFileError.self) { try AudioDecoder(maximumSeconds: 1).decode(Self.mp3()) }
        #expect(mp3?.code == .tooLarge)
        #expect(try AudioDecoder(maximumSeconds: 3).decode(clip.wav) == clip)
    }

    @Test(arguments: [[UInt8](), Array("<html><body>Not found</body></html>".utf8), [0, 1, 2, 3, 4, 5, 6, 7]])
    func `What is no sound is told as an unknown format`(bytes: [UInt8]) {
        let error = #expect(throws: AudioFileError.self) { try AudioDecoder().decode(bytes) }
        #expect(error?.code == .unknownFormat)
    }

    @Test(arguments: ["RIFF", "fLaC", "OggS", "ID3"])
    func `A signature without sound is told as damaged`(start: String) {
        let error = #expect(throws: AudioFileError.self) {
            try AudioDecoder().decode(Array(start.utf8) + [UInt8](repeating: 0x20, count: 300))
        }
        #expect(error?.code == .damaged)
    }

    @Test func `A cut file gives what could be decoded`() throws {
        let clip = PCMClip(samples: Sine.samples(500, dBm0: -20, count: 8000))
        #expect(try AudioDecoder().decode(Array(clip.wav.prefix(44 + 8000))).samples.count == 4000)
        let mp3 = try Self.mp3()
        let half = try AudioDecoder().decode(Array(mp3.prefix(mp3.count / 2)))
        #expect((6000..<9000).contains(half.samples.count))
    }

    @Test func `Mutated files never trap`() throws {
        let files = [
            try Self.mp3(seconds: 1), PCMClip(samples: Sine.samples(500, dBm0: -20, count: 2000)).wav,
            try Self.soundFile(SF_FORMAT_FLAC | SF_FORMAT_PCM_16).prefix(20_000) + [],
        ]
        var generator = SeededGenerator(seed: 12)
        var readable = 0
        for round in 0..<300 {
            var bytes = Array(files[round % 3].prefix(round < 30 ? round * 40 : .max))
            for _ in 0..<20 where !bytes.isEmpty {
                let place = Int.random(in: 0..<min(bytes.count, 400), using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            if (try? AudioDecoder(maximumSeconds: 60).decode(bytes)) != nil { readable += 1 }
        }
        #expect(readable > 10)
    }

    @Test func `A clip gives frames and silence behind its end`() {
        let clip = PCMClip(samples: (1...200).map { Int16($0) })
        var frame = [Int16](repeating: 9, count: 160)
        #expect(frame.withUnsafeMutableBufferPointer { clip.copyFrame(at: 160, into: $0) } == 40)
        #expect(frame.prefix(40) == clip.samples[160...] && frame.suffix(120).allSatisfy { $0 == 0 })
        #expect(frame.withUnsafeMutableBufferPointer { clip.copyFrame(at: 5000, into: $0) } == 0)
        #expect(clip.durationMilliseconds == 25)
    }
}
