import Media

/// A recorder of everything that is sent to it, mixed into one channel.
final class RecorderUnit {
    private struct Input {
        let node: MediaNode
        let source: any SoundSource
        let adapter = RateAdapter()
    }

    let id: MediaUnitID
    /// A muted recorder goes on with silence.
    var isMuted = false
    private let blocks: RecordingBlocks
    private var mixer: Mixer
    private let frame: UnsafeMutableBufferPointer<Int16>
    private var inputs: [Input] = []

    init(_ id: MediaUnitID, plan: RecordingPlan, file: RecordingFile) {
        self.id = id
        blocks = RecordingBlocks(plan, file: file)
        mixer = Mixer(frameLength: plan.rate.frameLength)
        frame = .allocate(capacity: plan.rate.frameLength)
    }

    deinit { frame.deallocate() }

    func hears(_ node: MediaNode) -> Bool { inputs.contains { $0.node == node } }

    func add(_ node: MediaNode, _ source: any SoundSource) { inputs.append(Input(node: node, source: source)) }

    func remove(_ node: MediaNode) { inputs.removeAll { $0.node == node } }

    var sources: [MediaNode] { inputs.map(\.node) }

    /// Takes the frames of a tick; those of ticks that were given up are silence.
    func tick(frames: Int) {
        blocks.skip(frames - 1)
        mixer.begin()
        if !isMuted {
            for input in inputs {
                guard let sound = input.source.sound(for: .unit(id)) else { continue }
                mixer.add(input.adapter.convert(sound, to: blocks.rate))
            }
        }
        mixer.write(excluding: nil, into: frame)
        blocks.append(SoundFrame(frame))
    }

    /// Hands over what is left and completes the file.
    func stop() { blocks.close() }
}
