import Testing
import WorkerProtocol

struct FrameTests {
    private let frames = [
        Frame(kind: .openHeld, subject: 7, payload: [0, 0, 0, 1]),
        Frame(kind: .event, subject: UInt64.max, payload: Array("{\"k\":\"timer\"}".utf8)),
        Frame(kind: .kill, subject: 0),
    ]

    @Test func framesSurviveBytesThatArriveOneByOne() throws {
        var decoder = FrameDecoder()
        var decoded: [Frame] = []
        for byte in frames.flatMap(\.encoded) {
            decoder.append([byte])
            while let frame = try decoder.next() { decoded.append(frame) }
        }
        #expect(decoded == frames)
    }

    @Test func severalFramesInOneReadComeOutInOrder() throws {
        var decoder = FrameDecoder()
        decoder.append(frames.flatMap(\.encoded))
        var decoded: [Frame] = []
        while let frame = try decoder.next() { decoded.append(frame) }
        #expect(decoded == frames)
    }

    @Test(arguments: [0, 8, Frame.maximumPayload + 10]) func anImpossibleLengthIsAnError(length: Int) {
        var decoder = FrameDecoder()
        let header = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
        decoder.append(header + [3] + [UInt8](repeating: 0, count: 8))
        #expect(throws: FrameError.length(length)) { try decoder.next() }
    }

    @Test func anUnknownKindIsAnError() {
        var decoder = FrameDecoder()
        decoder.append([0, 0, 0, 9, 200] + [UInt8](repeating: 0, count: 8))
        #expect(throws: FrameError.kind(200)) { try decoder.next() }
    }

    @Test func aLongStreamDoesNotPileUp() throws {
        var decoder = FrameDecoder()
        let frame = Frame(kind: .event, subject: 1, payload: [UInt8](repeating: 65, count: 50_000))
        for _ in 0..<100 {
            decoder.append(frame.encoded)
            #expect(try decoder.next() == frame)
        }
        #expect(try decoder.next() == nil)
    }
}
