/// What one session process may use; the payload of a ``FrameKind/fork`` frame.
///
/// Wire: processor time of one callback in milliseconds, then bytes of memory; 4 and 8 bytes, big-endian.
public struct SessionAllowance: Sendable, Hashable {
    /// Processor time of one callback, microtasks included.
    public var callbackMilliseconds: UInt32
    /// Memory that the session may hold, and by which one callback may make its process grow.
    public var bytes: UInt64

    public init(callbackMilliseconds: UInt32, bytes: UInt64) {
        self.callbackMilliseconds = callbackMilliseconds
        self.bytes = bytes
    }

    /// Nil when the payload has another length.
    public init?(payload: [UInt8]) {
        guard payload.count == 12 else { return nil }
        callbackMilliseconds = payload[..<4].reduce(0) { $0 << 8 | UInt32($1) }
        bytes = payload[4...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The payload.
    public var payload: [UInt8] {
        withUnsafeBytes(of: callbackMilliseconds.bigEndian) { Array($0) }
            + withUnsafeBytes(of: bytes.bigEndian) { Array($0) }
    }
}
