import NIOCore
import Testing

@testable import VoiceEngine

@Suite struct TalkTests {
    @Test(arguments: [(0, 1), (1, 1), (999_999_999, 999_999_999), (60_900_000_000, 60_900_000_000)])
    func `an answered leg has talked for a moment at least, and no part of it is cut off`(
        nanoseconds: Int64, talk: Int64
    ) {
        let answer = NIODeadline.now()
        let end = answer + .nanoseconds(nanoseconds)
        #expect(Duration.talk(since: answer, until: end) == .nanoseconds(talk))
    }

    @Test func `a leg that was never answered has not talked`() {
        #expect(Duration.talk(since: nil) == .zero)
    }
}
