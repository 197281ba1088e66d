/// Why bytes from the other side are not frames; the connection is of no use after it.
public enum FrameError: Error, Sendable, Equatable, CustomStringConvertible {
    case length(Int)
    case kind(UInt8)

    public var description: String {
        switch self {
        case .length(let length):
            "a frame of \(length) bytes was announced, 9 to \(Frame.maximumPayload + 9) are allowed; restart the server"
        case .kind(let kind):
            "a frame of unknown kind \(kind) arrived; switchboard and script-worker must come from one build"
        }
    }
}

/// Cuts a byte stream into frames.
///
/// Holds at most one incomplete frame, so memory is bounded by ``Frame/maximumPayload`` plus one read.
public struct FrameDecoder: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0

    public init() {}

    /// Adds bytes that were read.
    public mutating func append(_ bytes: some Collection<UInt8>) {
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 16)
            start = 0
        } else if start > 1 << 16 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole frame, nil when more bytes are needed.
    public mutating func next() throws(FrameError) -> Frame? {
        guard buffer.count - start >= Frame.headerSize else { return nil }
        let length = Int(number(at: start, size: 4))
        guard (9...Frame.maximumPayload + 9).contains(length) else { throw .length(length) }
        guard let kind = FrameKind(rawValue: buffer[start + 4]) else { throw .kind(buffer[start + 4]) }
        guard buffer.count - start >= length + 4 else { return nil }
        let payload = Array(buffer[start + Frame.headerSize..<start + 4 + length])
        let frame = Frame(kind: kind, subject: number(at: start + 5, size: 8), payload: payload)
        start += length + 4
        return frame
    }

    private func number(at index: Int, size: Int) -> UInt64 {
        buffer[index..<index + size].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
