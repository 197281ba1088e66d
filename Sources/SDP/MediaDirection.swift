/// Which way a stream flows, seen from whoever wrote the description (RFC 8866 section 6.7).
public enum MediaDirection: String, Hashable, Sendable, CaseIterable {
    case sendReceive = "sendrecv"
    case sendOnly = "sendonly"
    case receiveOnly = "recvonly"
    case inactive

    /// From the two halves.
    public init(sends: Bool, receives: Bool) {
        switch (sends, receives) {
        case (true, true): self = .sendReceive
        case (true, false): self = .sendOnly
        case (false, true): self = .receiveOnly
        case (false, false): self = .inactive
        }
    }

    init?(in attributes: [SDPAttribute]) {
        for attribute in attributes where attribute.value == nil {
            guard let direction = MediaDirection(rawValue: attribute.name) else { continue }
            self = direction
            return
        }
        return nil
    }

    /// True when the writer may send.
    public var sends: Bool { self == .sendReceive || self == .sendOnly }
    /// True when the writer wants to receive.
    public var receives: Bool { self == .sendReceive || self == .receiveOnly }

    /// The same flow seen from the other side.
    public var reversed: MediaDirection { MediaDirection(sends: receives, receives: sends) }

    /// What both allow.
    public func limited(to other: MediaDirection) -> MediaDirection {
        MediaDirection(sends: sends && other.sends, receives: receives && other.receives)
    }
}
