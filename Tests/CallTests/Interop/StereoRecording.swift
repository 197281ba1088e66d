import CSndfile
import Media

/// A recording that the platform made of a leg in stereo.
struct StereoRecording {
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// What the leg's far end was sent.
    let heard: PCMClip
    /// What came from it.
    let said: PCMClip

    init(path: String) throws {
        var info = SF_INFO()
        guard let file = sf_open(path, Int32(SFM_READ), &info) else {
            throw Unreadable(description: "\(path): \(String(cString: sf_strerror(nil)))")
        }
        defer { sf_close(file) }
        guard info.channels == 2, info.samplerate == PCMClip.sampleRate else {
            throw Unreadable(description: "\(path) has \(info.channels) channels at \(info.samplerate) Hz.")
        }
        var sound: [Int16] = []
        var block = [Int16](repeating: 0, count: 2 * PCMClip.sampleRate)
        while true {
            let count = Int(sf_readf_short(file, &block, sf_count_t(PCMClip.sampleRate)))
            guard count > 0 else { break }
            sound += block[..<(2 * count)]
        }
        let frames = sound.count / 2
        heard = PCMClip(samples: (0..<frames).map { sound[2 * $0] })
        said = PCMClip(samples: (0..<frames).map { sound[2 * $0 + 1] })
    }
}
