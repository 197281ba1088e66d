import Media

/// Puts both directions of a leg on one time line, the tick's, and hands the sound to the file in blocks.
///
/// Each direction has a jitter buffer, so what is recorded does not depend on the order of packets, and what is missing
/// is silence. Lives on the media thread; the ``RecordingFile`` encodes and writes elsewhere.
final class Recorder {
    /// Samples a channel in one block: half a second.
    private static let blockFrames = 25

    let id: RecordingID
    private let content: RecordingPlan.Content
    private let file: RecordingFile
    private let heard = RecorderTrack()
    private let said = RecorderTrack()
    private var block: [Int16] = []
    private let blockSize: Int

    init(id: RecordingID, content: RecordingPlan.Content, file: RecordingFile) {
        self.id = id
        self.content = content
        self.file = file
        blockSize = Self.blockFrames * PacketSender.frameSize * (content == .stereo ? 2 : 1)
        block.reserveCapacity(blockSize)
    }

    /// A packet of the far end; `law` is nil for one without sound.
    func received(_ octets: UnsafeRawBufferPointer, _ header: RTPHeader, law: UInt8?, at now: UInt64) {
        said.insert(octets, header, law: law, at: now)
    }

    /// A packet towards the far end; `law` is nil for one without sound.
    func sent(_ octets: UnsafeRawBufferPointer, _ header: RTPHeader, law: UInt8?, at now: UInt64) {
        guard content != .received else { return }
        heard.insert(octets, header, law: law, at: now)
    }

    /// Takes one frame of both directions; frames of ticks that were given up are silence.
    func tick(frames: Int) {
        for _ in 1..<max(1, frames) { append(repeatElement(0, count: blockSize / Self.blockFrames)) }
        takeFrame()
    }

    /// Hands over what is left and completes the file.
    func stop() {
        // The buffers hold some hundred milliseconds at most.
        for _ in 0..<Self.blockFrames where said.hasSound || heard.hasSound { takeFrame() }
        file.write(block)
        block = []
        file.close()
    }

    private func takeFrame() {
        let said = said.takeFrame()
        switch content {
        case .received:
            append(said)
        case .mix:
            let heard = heard.takeFrame()
            append(zip(said, heard).lazy.map { Int16(clamping: Int($0) + Int($1)) })
        case .stereo:
            let heard = heard.takeFrame()
            for index in said.indices {
                block.append(heard[index])
                block.append(said[index])
            }
        }
        guard block.count >= blockSize else { return }
        file.write(block)
        block = []
        block.reserveCapacity(blockSize)
    }

    private func append(_ samples: some Sequence<Int16>) { block.append(contentsOf: samples) }
}

/// One direction of a recording: packets in as they come, a frame of sound out at every tick.
final class RecorderTrack {
    private let buffer = JitterBuffer(configuration: .init(minimumDelayMilliseconds: 60, maximumDelayMilliseconds: 200))
    private let frame: UnsafeMutableBufferPointer<Int16>
    private var law = G711.muLaw

    init() { frame = .allocate(capacity: PacketSender.frameSize) }

    deinit { frame.deallocate() }

    var hasSound: Bool { buffer.depthMilliseconds > 0 }

    func insert(_ octets: UnsafeRawBufferPointer, _ header: RTPHeader, law: UInt8?, at now: UInt64) {
        guard let law else { return buffer.skip(header) }
        self.law = law == 0 ? .muLaw : .aLaw
        buffer.insert(octets, header: header, arrival: MediaTime(microseconds: now))
    }

    /// The next 20 ms, silence where nothing came; valid until the next call.
    func takeFrame() -> UnsafeMutableBufferPointer<Int16> {
        var filled = 0
        if case .frame(let octets) = buffer.pop() { filled = law.decode(octets, into: frame) }
        frame[filled...].update(repeating: 0)
        return frame
    }
}
