import CAllocationCount
import CallControl
import Foundation
import Media
import SDP
import Testing

@testable import VoiceEngine

@Suite("Packets and ticks allocate nothing", .serialized)
struct AllocationTests {
    /// Allocations of this thread while the body runs.
    private func allocations(_ body: () -> Void) -> UInt {
        let before = allocation_count()
        body()
        return allocation_count() - before
    }

    private final class Box { var value = 1 }

    @Test("The counter counts")
    func counts() {
        var kept: [Box] = []
        kept.reserveCapacity(2)
        #expect(allocations { kept.append(Box()) } >= 1)
        #expect(allocations { kept[0].value += [UInt8](repeating: 1, count: 100 + kept.count).count } >= 1)
        // The runtime itself allocates the first time that it meets a type.
        func step() { for box in kept { box.value += 1 } }
        step()
        #expect(allocations(step) == 0)
    }

    /// Everything that frames are made of: legs of all codecs in two conferences that hear each other, a player, a bridge
    /// between codecs, detections, a tone to a leg, recorders, streams in and out.
    private func busyStage(_ folder: TestFolder) throws -> (SteppedGraph, [SteppedLeg]) {
        let stage = try SteppedGraph()
        let codecs: [AudioCodec] = [.pcmu, .pcma, .g722]
        let legs = try (0..<12).map { try stage.leg(codecs[$0 % 3]) }
        let (left, right) = (stage.unit(.conference), stage.unit(.conference))
        stage.join(Array(legs[0..<4]), left)
        stage.join(Array(legs[4..<8]), right)
        let player = stage.unit(.player(isPaused: false))
        stage.perform(
            .connect(from: .unit(left), to: .unit(right)), .connect(from: .unit(right), to: .unit(left)),
            .setSound(
                player,
                Sound(
                    segments: [
                        .clip(PCMClip(samples: TestSound.sine(1900, count: 333))),
                        .tone(try ToneScript(parsing: "440@-10;.4(.4/0/1)")),
                    ], loops: false)),
            .connect(from: .unit(player), to: .unit(left)),
            .connect(from: .leg(legs[8].id), to: .leg(legs[9].id)),
            .connect(from: .leg(legs[9].id), to: .leg(legs[8].id)),
            .connect(from: .leg(legs[10].id), to: .leg(legs[11].id)),
            .detect(legs[0].id, .speech, true), .detect(legs[1].id, .progressTone, true),
            .detect(legs[2].id, .beep(frequencies: [], timeoutMilliseconds: 100_000), true))
        let plans = ["mix", "stereo", "unit"].map { name in
            RecordingPlan(
                path: folder.file("\(name).mp3"), content: name == "stereo" ? .stereo : .mix, format: .mp3,
                quality: .telephone)
        }
        stage.perform(
            .record(legs[3].id, RecordingID(rawValue: 1), plans[0]),
            .record(legs[8].id, RecordingID(rawValue: 2), plans[1]))
        let recorder = stage.unit(.recorder(plans[2]))
        stage.perform(.connect(from: .unit(left), to: .unit(recorder)))
        let rings = (0..<2).map { _ in SoundRing(capacity: 160_000) }
        _ = TestSound.sine(500, count: 40_000).withUnsafeBufferPointer { rings[0].write($0) }
        let (source, sink) = (stage.unit(.streamSource(rings[0], .wide)), stage.unit(.streamSink(rings[1], .wide)))
        stage.perform(
            .connect(from: .unit(source), to: .unit(right)), .connect(from: .leg(legs[10].id), to: .unit(sink)))
        return (stage, legs)
    }

    @Test("Not with conferences, players, conversions, detections and recordings, between the blocks of half a second")
    func frames() throws {
        let folder = try TestFolder()
        let (stage, legs) = try busyStage(folder)
        // Speech that begins and ends, so that gates open and close and shared frames change hands.
        let packets = (0..<110).map { frame in
            legs.indices.map { index in
                (frame / 20 + index) % 3 == 0
                    ? [UInt8](repeating: legs[index].codec == .g722 ? 0xFA : 0xFF, count: 160)
                    : (0..<160).map { UInt8(truncatingIfNeeded: ($0 + frame * 160) * (index + 3)) }
            }
        }
        for frame in 0..<76 {
            for (index, leg) in legs.enumerated() { stage.say(packets[frame][index], leg) }
            stage.tick()
        }
        // The blocks of recordings have just been handed over: the next ones are 24 ticks away.
        var found: [UInt] = []
        for frame in 76..<98 {
            for (index, leg) in legs.enumerated() {
                leg.phone.say(packets[frame][index], type: leg.codec.staticPayloadType)
            }
            found.append(allocations { for leg in legs { stage.receive(leg) } })
            found.append(allocations { stage.tick() })
        }
        #expect(found.allSatisfy { $0 == 0 }, "allocations by turns of packets and ticks: \(found)")
    }
}
