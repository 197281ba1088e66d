/// Collects decoded sound of any rate into a clip, within a length.
struct ClipBuilder {
    private var samples: [Int16] = []
    private var resampler: Resampler?
    private let maximumSamples: Int

    init(maximumSeconds: Int) { maximumSamples = maximumSeconds * PCMClip.sampleRate }

    var isEmpty: Bool { samples.isEmpty && resampler == nil }

    /// Adds one channel of sound in −1…1; a change of the rate in mid-stream is followed.
    mutating func append(_ sound: UnsafeBufferPointer<Float>, rate: Int) throws(AudioFileError) {
        guard !sound.isEmpty else { return }
        if resampler?.inputRate != rate {
            resampler?.finish(into: &samples)
            resampler = Resampler(from: rate, to: PCMClip.sampleRate)
        }
        resampler?.process(sound, into: &samples)
        guard samples.count <= maximumSamples else {
            let seconds = maximumSamples / PCMClip.sampleRate
            throw AudioFileError(.tooLarge, "longer than \(seconds) s; play a shorter file")
        }
    }

    mutating func finish() -> PCMClip {
        resampler?.finish(into: &samples)
        resampler = nil
        return PCMClip(samples: samples)
    }
}
