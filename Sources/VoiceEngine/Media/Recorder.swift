import Media

/// Records a leg: puts both directions on one time line, the tick's.
///
/// Each direction has a jitter buffer, so what is recorded does not depend on the order of packets; a lost packet is
/// bridged, and what is missing for longer is silence. Lives on the media thread.
final class Recorder {
    /// Milliseconds that a direction collects: more than for listening, as nobody waits.
    private static let delay = 60
    /// Frames that wait in the buffers at most: some hundred milliseconds.
    private static let waitingFrames = 25

    let id: RecordingID
    private let content: RecordingPlan.Content
    private let blocks: RecordingBlocks
    private let heard: RecordedDirection
    private let said: RecordedDirection
    /// What both directions make together.
    private let frame: UnsafeMutableBufferPointer<Int16>

    init(id: RecordingID, plan: RecordingPlan, file: RecordingFile) {
        self.id = id
        content = plan.content
        blocks = RecordingBlocks(plan, file: file)
        heard = RecordedDirection(delay: Self.delay, rate: plan.rate)
        said = RecordedDirection(delay: Self.delay, rate: plan.rate)
        frame = .allocate(capacity: plan.rate.frameLength * plan.channels)
    }

    deinit { frame.deallocate() }

    /// A packet of the far end; `codec` is nil for one without sound.
    func received(_ octets: UnsafeRawBufferPointer, _ header: RTPHeader, _ codec: WireCodec?, at now: UInt64) {
        said.track.insert(octets, header, codec: codec, at: now)
    }

    /// A packet towards the far end; `codec` is nil for one without sound.
    func sent(_ octets: UnsafeRawBufferPointer, _ header: RTPHeader, _ codec: WireCodec?, at now: UInt64) {
        guard content != .received else { return }
        heard.track.insert(octets, header, codec: codec, at: now)
    }

    /// Takes one frame of both directions; frames of ticks that were given up are silence.
    func tick(frames: Int) {
        blocks.skip(frames - 1)
        takeFrame()
    }

    /// Hands over what is left and completes the file.
    func stop() {
        for _ in 0..<Self.waitingFrames where said.track.hasSound || heard.track.hasSound { takeFrame() }
        blocks.close()
    }

    private func takeFrame() {
        let said = said.takeFrame()
        switch content {
        case .received: blocks.append(said)
        case .mix:
            Mixer.mix(said, heard.takeFrame(), into: frame)
            blocks.append(SoundFrame(frame))
        case .stereo:
            let heard = heard.takeFrame()
            for index in said.indices {
                frame[2 * index] = heard[index]
                frame[2 * index + 1] = said[index]
            }
            blocks.append(SoundFrame(frame))
        }
    }
}

/// One direction of a leg's recording, at the recording's rate.
private final class RecordedDirection {
    let track: SoundTrack
    private let rate: SoundRate
    private let adapter = RateAdapter()
    private let silence: UnsafeMutableBufferPointer<Int16>

    init(delay: Int, rate: SoundRate) {
        track = SoundTrack(delay: delay)
        self.rate = rate
        silence = .allocate(capacity: rate.frameLength)
        silence.initialize(repeating: 0)
    }

    deinit { silence.deallocate() }

    /// The next 20 ms, silence where nothing came.
    func takeFrame() -> SoundFrame {
        track.takeFrame().map { adapter.convert($0, to: rate) } ?? SoundFrame(silence)
    }
}
