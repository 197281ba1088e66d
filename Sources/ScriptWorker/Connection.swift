import Glibc
import WorkerProtocol

/// The worker's end of the socket; blocking.
struct Connection {
    let descriptor: Int32

    var isOpen: Bool { fcntl(descriptor, F_GETFD) >= 0 }

    /// True when something can be read within a time.
    func waitForInput(milliseconds: Int32) -> Bool {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, milliseconds) != 0
    }

    /// Bytes that have arrived, empty when the other end has closed.
    func read(into buffer: inout [UInt8]) -> Int {
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count >= 0 || errno != EINTR { return max(0, count) }
        }
    }

    /// Writes all bytes; false when the other end has closed.
    func write(_ bytes: [UInt8]) -> Bool {
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
