/// What a frame between the server, the template process and a session process means.
///
/// Wire: 4 bytes length of what follows, 1 byte kind, 8 bytes subject (session, program or process), then the payload; numbers
/// are big-endian. Each direction has its own kinds so that a frame in the wrong direction is an error. A program is a list of
/// scripts, as ``PieceList`` of name, text, name, text, …
public enum FrameKind: UInt8, Sendable {
    // Server to template.
    /// Payload: a program of one script, the API itself; answered with `ready`.
    case load = 1
    /// Subject: program number. Payload: the program, to be held for sessions.
    case hold = 2
    /// Subject: number of a held program. Payload: ``PieceList`` of events as a session of it received them; answered with
    /// `rehearsed`.
    case rehearse = 3
    /// Subject: number of a program that no later session names.
    case forget = 4
    /// Subject: new session, whose socket is the next packet on the other socket. Payload: its ``SessionAllowance``.
    case fork = 5
    /// Subject: session whose process is to be killed.
    case kill = 6

    // Server to session process.
    /// Subject: session. Payload: its program as a ``PieceList``, and one more piece, JSON for the API's `deliver`, when there
    /// is something to be told before the program is evaluated.
    case open = 16
    /// Subject: session. Payload: 8 bytes, the number of the held program that is its own, then such a JSON or nothing.
    case openHeld = 17
    /// Subject: session. Payload: one event, JSON, for the API's `deliver`.
    case event = 18

    // Template or session process to server.
    /// A template is ready for forks, subject 0; or a session process for its program, subject its process id.
    case ready = 64
    /// Subject: session. Payload: JSON list of commands; answers one `open`, `openHeld` or `event`.
    case batch = 65
    /// Subject: session that was stopped. Payload: one ``KillReason`` byte, then the batch so far.
    case killed = 66
    /// Subject: number of a program whose code the template has ready now.
    case rehearsed = 67
    /// Subject: session for which no process could be made. Payload: why, as text.
    case refused = 68
}

/// Why a session process stopped its session by itself.
public enum KillReason: UInt8, Sendable {
    /// One callback used more than its processor time.
    case time = 1
    /// The script holds more memory than a session may.
    case memory = 2
    /// The session's context answered with something that is not a list of commands.
    case broken = 3
}

/// One message between the server and one of its script processes.
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
