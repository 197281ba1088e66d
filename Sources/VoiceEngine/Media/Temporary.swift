struct TemporaryFileError: Error {}
public struct PCMClip: Sendable {
    public let samples: [Int16]
    public init(samples: [Int16]) { self.samples = samples }
    static let empty = PCMClip(samples: [])
    var durationMilliseconds: Int { samples.count / 8 }
}
final class MP3Writer {
    init(path: String, channels: Int) throws { if path.isEmpty { throw TemporaryFileError() } }
    func write(_ samples: [Int16]) throws {}
    func close() throws {}
}
final class WAVWriter {
    init(path: String, channels: Int) throws { if path.isEmpty { throw TemporaryFileError() } }
    func write(_ samples: [Int16]) throws {}
    func close() throws {}
}
