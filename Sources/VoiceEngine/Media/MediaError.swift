/// Why the media loop cannot work or cannot give a port.
public enum MediaError: Error, Equatable, CustomStringConvertible {
    /// The configured address is no numeric IPv4 or IPv6 address.
    case invalidAddress(String)
    /// The configured range holds no even port with an odd one behind it.
    case emptyPortRange(ClosedRange<UInt16>)
    /// Every port pair of the range is in use, in quarantine or taken by another program.
    case portsExhausted(ClosedRange<UInt16>)
    /// The address does not belong to this machine, or the system refuses sockets.
    case socketRefused(address: String, errno: Int32)
    /// The system refuses what the loop's thread needs.
    case threadRefused(errno: Int32)

    public var description: String {
        switch self {
        case .invalidAddress(let text):
            "'\(text)' is not a numeric IPv4 or IPv6 address: set the media address to one of this machine's."
        case .emptyPortRange(let range):
            "The media port range \(range) holds no pair of an even and the next odd port: widen it."
        case .portsExhausted(let range):
            "No free RTP port left in \(range): widen the range or lower the number of concurrent calls."
        case .socketRefused(let address, let errno):
            "No UDP socket could be bound to \(address) (errno \(errno)): check the media address and 'ulimit -n'."
        case .threadRefused(let errno):
            "The media loop could not be started (errno \(errno)): check the limits on threads and open files."
        }
    }
}
