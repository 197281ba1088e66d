/// The `o=` line: the maker of a description, its session and the version (RFC 8866 section 5.2).
public struct SessionOrigin: Hashable, Sendable {
    /// The maker's name, `-` without one.
    public var username: String
    /// Names the session together with user and address.
    public var sessionID: UInt64
    /// Grows by one with every changed description of the session (RFC 3264 section 8).
    public var version: UInt64
    /// The maker's address; nothing is sent there.
    public var address: ConnectionData

    /// An origin to write.
    public init(username: String = "-", sessionID: UInt64, version: UInt64, address: ConnectionData) {
        self.username = username
        self.sessionID = sessionID
        self.version = version
        self.address = address
    }

    init?(line text: Substring) {
        let fields = text.split(separator: " ")
        guard fields.count == 6, let session = Self.number(fields[1]), let version = Self.number(fields[2]),
            let address = ConnectionData(network: fields[3], type: fields[4], address: fields[5])
        else { return nil }
        self.init(username: String(fields[0]), sessionID: session, version: version, address: address)
    }

    /// Numbers of any length are legal; the upper digits of longer ones are of no use to us, the order of versions is.
    private static func number(_ text: Substring) -> UInt64? {
        guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), !text.isEmpty else { return nil }
        return UInt64(text.suffix(19))
    }

    var text: String { "\(username) \(sessionID) \(version) \(address.text)" }
}
