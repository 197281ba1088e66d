import Foundation
import Media

/// Which tones a stretch of sound holds, measured in blocks of 50 ms.
struct ToneTrack {
    static let blockMilliseconds = 50
    private let samples: [Int16]

    init(_ clip: PCMClip) { samples = clip.samples }

    /// Seconds in a wav file that grows.
    static func secondsWritten(to path: String) -> Double {
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        return Double(size) / 2 / Double(PCMClip.sampleRate)
    }

    /// Level of a frequency in each block, in dBm0.
    func levels(_ frequency: Double) -> [Double] {
        let goertzel = Goertzel(frequency: frequency)
        let length = PCMClip.sampleRate * Self.blockMilliseconds / 1000
        return stride(from: 0, through: samples.count - length, by: length).map { start in
            goertzel.dBm0(in: samples, start..<start + length)
        }
    }

    /// Seconds from the beginning to the first block that holds the frequency.
    func start(of frequency: Double, above threshold: Double = -25) -> Double? {
        levels(frequency).firstIndex { $0 > threshold }.map { Double($0 * Self.blockMilliseconds) / 1000 }
    }

    /// Seconds from the beginning to the end of the last block that holds the frequency; 0 when none does.
    func end(of frequency: Double, above threshold: Double = -25) -> Double {
        seconds((levels(frequency).lastIndex { $0 > threshold } ?? -1) + 1)
    }

    /// Seconds that the frequency is heard in.
    func seconds(of frequency: Double, above threshold: Double = -25) -> Double {
        seconds(levels(frequency).count { $0 > threshold })
    }

    /// The sound from the first second that is full of the frequency on: speech and other tones before it fall away.
    func fromSteady(_ frequency: Double, above threshold: Double = -25) -> ToneTrack? {
        let levels = levels(frequency)
        let needed = 1000 / Self.blockMilliseconds
        guard levels.count >= needed,
            let first = (0...levels.count - needed).first(where: { start in
                levels[start..<start + needed].allSatisfy { $0 > threshold }
            })
        else { return nil }
        let skipped = first * PCMClip.sampleRate * Self.blockMilliseconds / 1000
        return ToneTrack(PCMClip(samples: Array(samples.dropFirst(skipped))))
    }

    /// Stretches of at least `atLeast` seconds without the frequency, between its first and its last block.
    func gaps(of frequency: Double, atLeast: Double, above threshold: Double = -25) -> [ClosedRange<Double>] {
        let levels = levels(frequency)
        guard let first = levels.firstIndex(where: { $0 > threshold }),
            let last = levels.lastIndex(where: { $0 > threshold })
        else { return [] }
        var gaps: [ClosedRange<Double>] = []
        var begin: Int?
        for index in first...last {
            if levels[index] > threshold {
                if let begin, seconds(index - begin) >= atLeast { gaps.append(seconds(begin)...seconds(index)) }
                begin = nil
            } else if begin == nil {
                begin = index
            }
        }
        return gaps
    }

    private func seconds(_ blocks: Int) -> Double { Double(blocks * Self.blockMilliseconds) / 1000 }
}
