import CallControl
import Testing

@testable import VoiceEngine

@Suite("Streams of a session", .serialized)
struct SessionStreamTests {
    private static let (source, sink) = (UnitID(rawValue: "socket/1"), UnitID(rawValue: "socket/2"))
    private static let octets = StreamEncoding.linear.octets(TestSound.sine(700, count: 1600))

    @Test("What goes in comes out, and the end is reported once all is played")
    func passes() async throws {
        try await UnitStage.run { stage in
            try await stage.begin()
            try await stage.execute(
                .unit(Self.source, .createStreamSource(.linear)), .unit(Self.sink, .createStreamSink(.muLaw)),
                .sendMedia(from: Self.source, to: Self.sink), .unit(Self.source, .feed(Self.octets)),
                .unit(Self.source, .finishStream))
            #expect(try await stage.first(of: Self.source, .streamSilent(milliseconds: 200)))
            try await stage.execute(.unit(Self.sink, .removeStream))
            let heard = stage.events(of: Self.sink).flatMap { event -> [UInt8] in
                if case .streamFrame(let octets) = event { octets } else { [] }
            }
            let samples = TestSound.decode(heard)
            let loud = samples.indices.filter { abs(Int(samples[$0])) > 100 }
            let (first, last) = (try #require(loud.first), try #require(loud.last))
            #expect(loud.count > 1400 && (1400...1700).contains(last - first))
            #expect(TestSound.level(700, in: Array(samples[first...last])) > -12)
        }
    }

    @Test("A second without sound is reported, what is cleared is not counted, and ten seconds are kept")
    func bounds() async throws {
        try await UnitStage.run { stage in
            try await stage.begin()
            try await stage.execute(
                .unit(Self.source, .createStreamSource(.linear)), .unit(Self.source, .feed(Self.octets)))
            #expect(try await stage.first(of: Self.source, .streamSilent(milliseconds: 200)))
            let long = [UInt8](repeating: 0, count: 16_000 * 11)
            try await stage.execute(
                .unit(Self.sink, .createStreamSource(.linear)), .unit(Self.sink, .feed(long)),
                .unit(Self.sink, .clearStream), .unit(Self.sink, .finishStream),
                .unit(Self.source, .removeStream), .unit(Self.source, .feed(Self.octets)))
            _ = try await stage.first { event in
                if case .unit(Self.sink, .streamSilent(let milliseconds)) = event { milliseconds < 100 } else { false }
            }
            #expect(stage.events(of: Self.source).count == 1)
        }
    }
}

extension StreamEncoding {
    fileprivate func octets(_ samples: [Int16]) -> [UInt8] { samples.withUnsafeBufferPointer { octets($0) } }
}
