import Media
import Testing

@Suite struct AnswerDetectorTests {
    /// Levels of stretches of sound, `+` speech and `-` silence, in tenths of a second.
    private static func outcome(
        _ stretches: [(Character, Int)], timeout: Int = 6500, prompt: Int = 3000, endsWithPause: Bool = true
    ) -> (milliseconds: Int, AnswerDetector.Outcome)? {
        var detector = AnswerDetector(
            .init(timeoutMilliseconds: timeout, promptMilliseconds: prompt, endsWithPause: endsWithPause))
        let levels = stretches.flatMap { Array(repeating: $0.0 == "+" ? -20.0 : -.infinity, count: $0.1 * 5) }
        for (index, level) in levels.enumerated() {
            if let outcome = detector.hear(level: level) { return ((index + 1) * 20, outcome) }
        }
        return nil
    }

    @Test func `A word and a pause are a person, a second after the word`() throws {
        let (time, outcome) = try #require(Self.outcome([("-", 5), ("+", 8), ("-", 50)]))
        #expect(outcome == .person && (2200...2400).contains(time))
    }

    @Test func `Words that go on are a machine, with the pauses between them`() throws {
        let words = (0..<10).flatMap { _ in [("+" as Character, 5), ("-" as Character, 3)] }
        let (time, outcome) = try #require(Self.outcome([("-", 10)] + words))
        #expect(outcome == .machine && (3900...4200).contains(time))
    }

    @Test func `Silence is nobody, words until the end of the time are a person`() throws {
        #expect(try #require(Self.outcome([("-", 100)])) == (6500, .silence))
        #expect(try #require(Self.outcome([("-", 55), ("+", 30)])) == (6500, .person))
        #expect(try #require(Self.outcome([("+", 1), ("-", 9)], timeout: 0)).1 == .silence)
    }

    @Test func `A pause may be waited for, and what comes after it counts anew`() throws {
        let stretches: [(Character, Int)] = [("+", 15), ("-", 12), ("+", 30)]
        let (time, outcome) = try #require(
            Self.outcome(stretches, timeout: 10_000, prompt: 2000, endsWithPause: false))
        #expect(outcome == .machine && time > 4600)
        #expect(Self.outcome([("+", 15), ("-", 90)], timeout: 5000, prompt: 2000, endsWithPause: false)?.1 == .person)
    }
}
