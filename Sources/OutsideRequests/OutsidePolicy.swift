import Foundation
import NIOCore

/// Which addresses that strangers chose may be called.
public struct OutsidePolicy: Sendable, Hashable {
    /// Whether hosts of the operator's own networks may be called: loopback, private, link-local addresses.
    ///
    /// A stranger chooses the address, so this lets strangers reach whatever listens there.
    public var allowsPrivateNetworks: Bool

    public init(allowsPrivateNetworks: Bool = false) { self.allowsPrivateNetworks = allowsPrivateNetworks }

    /// Whether a request may go to the address.
    public func permits(_ address: SocketAddress) -> Bool {
        if allowsPrivateNetworks { return true }
        switch address {
        case .v4(let four):
            let value = UInt32(bigEndian: four.address.sin_addr.s_addr)
            return Self.isPublic(value)
        case .v6(let six):
            let bytes = withUnsafeBytes(of: six.address.sin6_addr) { [UInt8]($0) }
            return Self.isPublic(bytes)
        case .unixDomainSocket: return false
        }
    }

    /// Networks that are not reached over the internet (RFC 6890), as first address and length of the prefix.
    private static let specialNetworks: [(UInt32, Int)] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16),
        (0xAC10_0000, 12), (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16),
        (0xC612_0000, 15), (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 3),
    ]

    private static func isPublic(_ address: UInt32) -> Bool {
        !specialNetworks.contains { network, length in (address ^ network) >> UInt32(32 - length) == 0 }
    }

    /// Global unicast only, 2000::/3; what stands for an IPv4 address counts as that address, or is refused.
    private static func isPublic(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 16 else { return false }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        if isMapped { return isPublic(bytes.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }) }
        let isTunnel = bytes[0] == 0x20 && bytes[1] == 0x02 || bytes.prefix(4) == [0x20, 0x01, 0, 0]
        let isDocumentation = bytes.prefix(4) == [0x20, 0x01, 0x0D, 0xB8]
        return bytes[0] >> 5 == 1 && !isTunnel && !isDocumentation
    }
}
