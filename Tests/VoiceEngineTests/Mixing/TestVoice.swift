import Media
import SDP

@testable import VoiceEngine

/// A phone that says one tone without end, and remembers what it hears.
final class TestVoice {
    let leg: TestLeg
    let codec: AudioCodec
    private let frequency: Double?
    private let encoder = FrameEncoder()
    private let decoder = FrameDecoder()
    private let narrow = RateAdapter()
    private var position = 0
    /// What was heard, at 8 kHz.
    private(set) var heard: [Int16] = []
    /// Level in dBm0 of noise under the tone; nil for none.
    private var noise: ComfortNoise?

    /// - Parameter frequency: nil for a phone that is silent.
    init(_ bench: MediaBench, _ frequency: Double?, codec: AudioCodec = .pcmu, noise level: Double? = nil) throws {
        leg = try bench.leg(codec)
        self.codec = codec
        self.frequency = frequency
        noise = level.map { ComfortNoise(seed: UInt64(leg.id.rawValue) &* 77 &+ 1, level: $0) }
    }

    var node: MediaNode { .leg(leg.id) }

    /// Says 20 ms.
    func say() {
        let rate = codec == .g722 ? 16_000 : 8000
        let count = rate / 50
        var samples = [Int16](repeating: 0, count: count)
        if noise != nil { samples.withUnsafeMutableBufferPointer { noise?.fill($0) } }
        if let frequency {
            let tone = TestSound.sine(frequency, count: count, from: position, rate: rate)
            for index in samples.indices {
                samples[index] = Int16(clamping: Int(samples[index]) + Int(tone[index]) / 2)
            }
        }
        position += count
        var octets = [UInt8](repeating: 0, count: 160)
        samples.withUnsafeBufferPointer { frame in
            octets.withUnsafeMutableBytes { encoder.encode(frame, as: WireCodec(codec), into: $0) }
        }
        leg.phone.say(octets, type: codec.staticPayloadType)
    }

    /// Takes everything that has come.
    func listen() {
        while let packet = leg.phone.receive(seconds: 0) {
            guard let codec = WireCodec(payloadType: packet.type), packet.payload.count == 160 else { continue }
            packet.payload.withUnsafeBytes { octets in
                heard += narrow.convert(decoder.decode(octets, codec), to: .narrow)
            }
        }
    }

    func forget() { heard = [] }

    /// The share of what was heard in which a frequency is loud.
    func share(_ frequency: Double) -> Double { TestSound.share(frequency, in: heard) }

    /// Lets some phones talk and listen in real time.
    static func talk(_ voices: [TestVoice], frames: Int) {
        let beat = Beat()
        for _ in 0..<frames {
            beat.next()
            for voice in voices { voice.say() }
            for voice in voices { voice.listen() }
        }
    }
}
