import Glibc
import WorkerProtocol

/// A blocking socket on which frames come and go.
final class Connection {
    private let descriptor: Int32
    private let buffer: UnsafeMutableRawBufferPointer
    private var decoder = FrameDecoder()

    /// - Parameter bufferSize: bytes of one read; a session process keeps it small, it has the memory for itself.
    init(descriptor: Int32, bufferSize: Int) {
        self.descriptor = descriptor
        buffer = .allocate(byteCount: bufferSize, alignment: 1)
    }

    deinit { buffer.deallocate() }

    /// A frame that has arrived as a whole.
    func next() throws(FrameError) -> Frame? { try decoder.next() }

    /// Waits for bytes; false when the other end has closed.
    func read() -> Bool {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count > 0 {
                decoder.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                return true
            }
            if count == 0 || errno != EINTR { return false }
        }
    }

    /// Writes a frame; false when the other end has closed.
    func write(_ frame: Frame) -> Bool {
        let bytes = frame.encoded
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written, Int32(MSG_NOSIGNAL))
            }
            if count > 0 { written += count } else if errno != EINTR { return false }
        }
        return true
    }
}
