/// The `c=` line: where media is received (RFC 8866 section 5.7).
public struct ConnectionData: Hashable, Sendable {
    /// The family of the address.
    public enum Family: String, Hashable, Sendable {
        case ip4 = "IP4"
        case ip6 = "IP6"
    }

    /// The family that the line names.
    public var family: Family
    /// An IPv4 or IPv6 address, or a host name.
    public var address: String
    /// What follows the address of a multicast group: `127` or `127/3`.
    public var multicastScope: String?

    /// The family is told from the address: a colon means IPv6.
    public init(address: String) {
        self.family = address.utf8.contains(UInt8(ascii: ":")) ? .ip6 : .ip4
        self.address = address
    }

    init?(line text: Substring) {
        let fields = text.split(separator: " ")
        guard fields.count == 3 else { return nil }
        self.init(network: fields[0], type: fields[1], address: fields[2])
    }

    init?(network: Substring, type: Substring, address: Substring) {
        let parts = address.split(separator: "/", maxSplits: 1)
        guard network.uppercased() == "IN", let family = Family(rawValue: type.uppercased()), let host = parts.first,
            host.utf8.count <= 255
        else { return nil }
        self.family = family
        self.address = String(host)
        multicastScope = parts.count > 1 ? String(parts[1]) : nil
    }

    /// True for `0.0.0.0` and `::`, the hold of RFC 2543: nothing can be sent there.
    public var isUnspecified: Bool {
        switch family {
        case .ip4: address == "0.0.0.0"
        case .ip6: address.utf8.allSatisfy { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "0") }
        }
    }

    var text: String { "IN \(family.rawValue) \(address)" + (multicastScope.map { "/" + $0 } ?? "") }
}
