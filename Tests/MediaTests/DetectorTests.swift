import Media
import Testing

@Suite struct DetectorTests {
    /// Calls for each frame of 20 ms until something is found; the frame's number with it.
    static func first<T>(_ samples: [Int16], _ hear: (UnsafeBufferPointer<Int16>) -> T?) -> (frame: Int, found: T)? {
        for start in stride(from: 0, to: samples.count - 159, by: 160) {
            if let found = samples[start..<start + 160].withUnsafeBufferPointer(hear) { return (start / 160, found) }
        }
        return nil
    }

    static func tone(_ script: String, seconds: Int) throws -> [Int16] {
        var generator = ToneGenerator(try ToneScript(parsing: script), loops: true)
        var samples = [Int16](repeating: 0, count: seconds * 8000)
        samples.withUnsafeMutableBufferPointer { _ = generator.fill($0) }
        return samples
    }

    /// Noise with the rhythm of syllables.
    static func speech(seconds: Int) -> [Int16] {
        var noise = ComfortNoise(seed: 7, level: -20)
        var samples = [Int16](repeating: 0, count: seconds * 8000)
        samples.withUnsafeMutableBufferPointer { noise.fill($0) }
        for index in samples.indices where index / 1600 % 3 == 2 { samples[index] /= 200 }
        return samples
    }

    static func findsProgress(_ samples: [Int16]) -> Int? {
        var detector = ProgressToneDetector()
        return first(samples) { detector.hear($0) ? true : nil }?.frame
    }

    @Test(arguments: [
        ProgressTone.ringbackUS, ProgressTone.ringbackRU, ProgressTone.busyUS, ProgressTone.busyRU,
        ProgressTone.congestionUS, "400@-19,450@-19;*(.4/.2/1+2,.4/2/1+2)", "425@-25;10(.5/.5/1)",
    ])
    func `Ringback, busy and congestion are known by their rhythm`(script: String) throws {
        let frame = try #require(Self.findsProgress(try Self.tone(script, seconds: 8)), "\(script)")
        #expect(frame > 30 && frame < 250)
    }

    @Test func `Speech, music, a long tone and a dial tone are no progress`() throws {
        #expect(Self.findsProgress(Self.speech(seconds: 8)) == nil)
        #expect(Self.findsProgress(try Self.tone("425@-19;*(*/0/1)", seconds: 8)) == nil)
        #expect(Self.findsProgress(try Self.tone("700@-19;10(.5/.5/1)", seconds: 8)) == nil)
        #expect(Self.findsProgress(try Self.tone("425@-60;10(.5/.5/1)", seconds: 8)) == nil)
        var detector = ProgressToneDetector()
        let found = (0..<400).map { _ in detector.hear(nil) }
        #expect(!found.contains(true))
    }

    static func beep(_ samples: [Int16], frequencies: [Int] = [], timeout: Int = 20_000) -> (Int, BeepDetector.Outcome)?
    {
        var detector = BeepDetector(frequencies: frequencies, timeoutMilliseconds: timeout)
        return first(samples) { detector.hear($0) }.map { ($0.frame, $0.found) }
    }

    @Test func `A beep after an announcement is reported at its end`() throws {
        let beep = try Self.tone("1000@-12;5(.4/4/1)", seconds: 2)
        let samples = Self.speech(seconds: 3) + beep
        let (frame, outcome) = try #require(Self.beep(samples))
        #expect(outcome == .heard(frequency: 1000))
        #expect((168...175).contains(frame), "3.4 s and a frame are over at \(frame)")
    }

    @Test func `Only the frequencies that are asked for count`() throws {
        let samples = try Self.tone("1400@-12;5(.3/4/1)", seconds: 2)
        let found = Self.beep(samples, frequencies: [1400, 9000])
        guard case .heard(let frequency) = found?.1 else { return #expect(Bool(false), "\(String(describing: found))") }
        #expect(abs(frequency - 1400) <= 24)
        #expect(Self.beep(samples, frequencies: [440, 1000], timeout: 1000)?.1 == .missed)
    }

    @Test func `Without a beep the time ends the wait, with silence and without frames alike`() throws {
        let (frame, outcome) = try #require(Self.beep(Self.speech(seconds: 4), timeout: 3000))
        #expect(outcome == .missed && frame == 149)
        var detector = BeepDetector(frequencies: [], timeoutMilliseconds: 100)
        let outcomes = (0..<5).map { _ in detector.hear(nil) }
        #expect(outcomes == [nil, nil, nil, nil, .missed])
        #expect(Self.beep(try Self.tone("1000@-12;9(*/0/1)", seconds: 6), timeout: 5000)?.1 == .missed)
    }

    @Test func `Speech begins after 60 ms and ends after a pause, clicks do not count`() {
        var activity = SpeechActivity(.report)
        let levels = [-70.0, -20, -70, -70] + Array(repeating: -20.0, count: 10) + Array(repeating: -70.0, count: 40)
        let states = levels.map { activity.hear(level: $0) }
        #expect(states.firstIndex(of: true) == 6)
        #expect(states.lastIndex(of: true) == 14 + 33)
    }

    @Test func `Steady noise closes the gate within seconds, loud sound never`() {
        var noisy = SpeechActivity(.gate)
        for _ in 0..<200 { noisy.hear(level: -46) }
        #expect(!noisy.isSpeaking)
        noisy.hear(level: -30)
        #expect(noisy.isSpeaking)
        var music = SpeechActivity(.gate)
        let heard = (0..<3000).map { _ in music.hear(level: -30) }
        #expect(!heard.contains(false))
        var silent = SpeechActivity(.gate)
        silent.hear(level: -.infinity)
        #expect(!silent.isSpeaking)
    }
}
