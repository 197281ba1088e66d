import Testing

@testable import VoiceEngine

@Suite("The stream towards a far end")
struct OutgoingStreamTests {
    private func stream() -> OutgoingStream { OutgoingStream(ssrc: 7, sequence: 0xFFF0, timestamp: 0xFFFF_FF00) }

    /// A packet of a source, sent on by the stream.
    private func forward(
        _ stream: inout OutgoingStream, _ sequence: UInt16, _ timestamp: UInt32, ssrc: UInt32 = 1,
        at milliseconds: UInt64
    ) -> OutgoingStream.Header? {
        let header = stream.forward(
            sequence: sequence, timestamp: timestamp, ssrc: ssrc, marker: false, duration: 160,
            at: milliseconds * 1000)
        if header != nil { stream.count(octets: 160) }
        return header
    }

    @Test("Loss and order of the source stay visible")
    func keepsGaps() throws {
        var stream = stream()
        let first = try #require(forward(&stream, 10, 1000, at: 0))
        let afterLoss = try #require(forward(&stream, 13, 1480, at: 60))
        let late = try #require(forward(&stream, 12, 1320, at: 61))
        #expect(first.sequence == 0xFFF1)
        #expect(first.marker)
        #expect(afterLoss.sequence == first.sequence &+ 3)
        #expect(afterLoss.timestamp == first.timestamp &+ 480)
        #expect(late.sequence == first.sequence &+ 2)
        #expect(!afterLoss.marker && !late.marker)
    }

    @Test("A switch of sources continues the numbers, moves the time on and sets the marker")
    func continuesOverSwitch() throws {
        var stream = stream()
        let last = try #require(forward(&stream, 10, 1000, at: 0))
        stream.switchSource()
        let next = try #require(forward(&stream, 40_000, 77, ssrc: 2, at: 500))
        #expect(next.sequence == last.sequence &+ 1)
        #expect(next.timestamp == last.timestamp &+ 4000)
        #expect(next.marker)
    }

    @Test("A new SSRC without a switch is a switch too")
    func noticesNewSource() throws {
        var stream = stream()
        let last = try #require(forward(&stream, 10, 1000, at: 0))
        let next = try #require(forward(&stream, 9, 5, ssrc: 2, at: 20))
        #expect(next.sequence == last.sequence &+ 1)
        #expect(next.timestamp == last.timestamp &+ 160)
    }

    @Test("A late packet from before the switch is not sent with a number that was used")
    func dropsOldPackets() throws {
        var stream = stream()
        _ = try #require(forward(&stream, 10, 1000, at: 0))
        stream.switchSource()
        _ = try #require(forward(&stream, 500, 8000, ssrc: 2, at: 20))
        let late = forward(&stream, 499, 7840, ssrc: 2, at: 21)
        #expect(late == nil)
    }

    @Test(
        "A source that starts its numbers anew keeps the stream continuous", arguments: [(40_000, 1160), (11, 900_000)])
    func noticesRestart(sequence: UInt16, timestamp: UInt32) throws {
        var stream = stream()
        let last = try #require(forward(&stream, 10, 1000, at: 0))
        let next = try #require(forward(&stream, sequence, timestamp, at: 20))
        #expect(next.sequence == last.sequence &+ 1)
        #expect(next.timestamp == last.timestamp &+ 160)
    }

    @Test("Frames made here follow each other by their duration, whatever the tick's jitter")
    func generatesEvenly() {
        var stream = stream()
        let first = stream.generate(duration: 160, at: 0)
        stream.count(octets: 160)
        let second = stream.generate(duration: 160, at: 27_000)
        let third = stream.generate(duration: 160, frames: 3, at: 80_000)
        #expect(first.marker && !second.marker && !third.marker)
        #expect(second.timestamp == first.timestamp &+ 160)
        #expect(third.timestamp == second.timestamp &+ 480)
        #expect(third.sequence == first.sequence &+ 2)
    }

    @Test("Audio after an event lies behind the event")
    func resumesAfterEvent() {
        var stream = stream()
        let audio = stream.generate(duration: 160, at: 0)
        stream.count(octets: 160)
        let start = stream.timestamp(at: 20_000)
        let event = stream.event(timestamp: start, marker: true, at: 20_000)
        stream.count(octets: 4)
        let next = stream.generate(duration: 160, at: 120_000)
        #expect(event == .init(sequence: audio.sequence &+ 1, timestamp: audio.timestamp &+ 160, marker: true))
        #expect(next == .init(sequence: audio.sequence &+ 2, timestamp: audio.timestamp &+ 960, marker: true))
    }

    @Test("A stream that begins with an event keeps its time from there")
    func beginsWithEvent() {
        var stream = stream()
        let start = stream.timestamp(at: 50_000_000)
        _ = stream.event(timestamp: start, marker: true, at: 50_000_000)
        #expect(stream.timestamp(at: 50_700_000) &- start == 5600)
    }

    @Test("A packet that was taken out leaves no gap")
    func omits() throws {
        var stream = stream()
        let first = try #require(forward(&stream, 10, 1000, at: 0))
        stream.omitted()
        let next = try #require(forward(&stream, 12, 1320, at: 40))
        #expect(next.sequence == first.sequence &+ 1)
        #expect(next.timestamp == first.timestamp &+ 320)
    }
}
