import Media
import Testing

@Suite struct MixerTests {
    static func add(_ frame: [Int16], to mixer: inout Mixer) { frame.withUnsafeBufferPointer { mixer.add($0) } }

    static func hear(_ mixer: Mixer, without own: [Int16]?) -> [Int16] {
        var output = [Int16](repeating: 77, count: mixer.frameLength)
        output.withUnsafeMutableBufferPointer { output in
            if let own {
                own.withUnsafeBufferPointer { mixer.write(excluding: $0, into: output) }
            } else {
                mixer.write(excluding: nil, into: output)
            }
        }
        return output
    }

    @Test func `Each listener hears the others, a mere listener all`() {
        var mixer = Mixer(frameLength: 2)
        mixer.begin()
        let frames: [[Int16]] = [[1, 2], [10, 20], [100, 200]]
        for frame in frames { Self.add(frame, to: &mixer) }
        #expect(frames.map { Self.hear(mixer, without: $0) } == [[110, 220], [101, 202], [11, 22]])
        #expect(Self.hear(mixer, without: nil) == [111, 222])
        mixer.begin()
        #expect(Self.hear(mixer, without: nil) == [0, 0])
    }

    @Test func `The sum is clipped after the own voice is taken out`() {
        var mixer = Mixer(frameLength: 2)
        mixer.begin()
        for frame: [Int16] in [[30_000, -30_000], [20_000, -20_000], [-5000, 5000]] { Self.add(frame, to: &mixer) }
        #expect(Self.hear(mixer, without: nil) == [32_767, -32_768])
        #expect(Self.hear(mixer, without: [20_000, -20_000]) == [25_000, -25_000])
        #expect(Self.hear(mixer, without: [-5000, 5000]) == [32_767, -32_768])
    }

    @Test func `Short frames are silent behind their end`() {
        var mixer = Mixer(frameLength: 3)
        mixer.begin()
        Self.add([5], to: &mixer)
        Self.add([1, 1, 1], to: &mixer)
        #expect(Self.hear(mixer, without: [5]) == [1, 1, 1])
        #expect(Self.hear(mixer, without: nil) == [6, 1, 1])
    }

    @Test(arguments: 1...20)
    func `Random mixes equal the plain sum of the others`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let frames = (0..<Int.random(in: 1...20, using: &generator)).map { _ in
            (0..<160).map { _ in Int16.random(in: .min...(.max), using: &generator) }
        }
        var mixer = Mixer()
        mixer.begin()
        for frame in frames { Self.add(frame, to: &mixer) }
        for (listener, own) in frames.enumerated() {
            let expected = (0..<160).map { index in
                Int16(clamping: frames.indices.filter { $0 != listener }.map { Int(frames[$0][index]) }.reduce(0, +))
            }
            #expect(Self.hear(mixer, without: own) == expected)
        }
    }

    @Test func `Two stretches are added and clipped`() {
        let left: [Int16] = [1, 30_000, -30_000]
        let right: [Int16] = [2, 10_000, -10_000, 9]
        var output = [Int16](repeating: 4, count: 4)
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                output.withUnsafeMutableBufferPointer { Mixer.mix(left, right, into: $0) }
            }
        }
        #expect(output == [3, 32_767, -32_768, 4])
    }
}
