/// What a frame between server and worker means.
///
/// Wire: 4 bytes length of what follows, 1 byte kind, 8 bytes subject (session, script or worker), then the payload; numbers are
/// big-endian. Each direction has its own kinds so that a frame in the wrong direction is an error.
public enum FrameKind: UInt8, Sendable {
    // Server to worker.
    /// Subject: script number. Payload: file name, a zero byte, source text.
    case script = 1
    /// Subject: script number that no later session names.
    case forgetScript = 2
    /// Subject: new session. Payload: its script numbers, 4 bytes each, evaluated in order; the first is the API itself.
    case open = 3
    /// Subject: session. Payload: one event, JSON, for the API's `deliver`.
    case event = 4
    /// Subject: session whose context is thrown away; not answered.
    case close = 5

    // Worker to server.
    /// Subject: 0. The worker waits for frames.
    case ready = 64
    /// Subject: session. Payload: JSON list of commands; answers one `open` or one `event`.
    case batch = 65
    /// Subject: session that was stopped and thrown away. Payload: one ``KillReason`` byte, then the batch so far (may be empty).
    case killed = 66
}

/// Why a worker stopped a session by itself.
public enum KillReason: UInt8, Sendable {
    /// One callback used more than its processor time.
    case time = 1
    /// The script holds more memory than a session may.
    case memory = 2
    /// The session's context could not be made or answered with something that is not text.
    case broken = 3
}

/// One message between server and worker.
public struct Frame: Sendable, Equatable {
    public var kind: FrameKind
    public var subject: UInt64
    public var payload: [UInt8]

    public init(kind: FrameKind, subject: UInt64, payload: [UInt8] = []) {
        self.kind = kind
        self.subject = subject
        self.payload = payload
    }

    /// Bytes before the payload.
    public static let headerSize = 13
    /// Largest payload in either direction: an escaped HTTP response of 2 MB fits.
    public static let maximumPayload = 16 << 20

    /// The frame as it travels.
    public var encoded: [UInt8] {
        var bytes = Frame.header(kind: kind, subject: subject, payloadSize: payload.count)
        bytes.append(contentsOf: payload)
        return bytes
    }

    /// The bytes before a payload of the given size; room for the payload is reserved.
    public static func header(kind: FrameKind, subject: UInt64, payloadSize: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerSize + payloadSize)
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: payloadSize + 9).bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(kind.rawValue)
        withUnsafeBytes(of: subject.bigEndian) { bytes.append(contentsOf: $0) }
        return bytes
    }
}
