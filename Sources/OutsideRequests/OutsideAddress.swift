import Foundation
import NIOCore

/// Where a stranger wants requests: an http or https URL whose host may be called.
public struct OutsideAddress: Sendable, Equatable {
    public let url: String
    public let host: String
    public let port: Int

    /// Nil for anything else; a host that is an address is checked at once, a name when it has been looked up.
    public init?(_ text: String, policy: OutsidePolicy) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), let url = URL(string: text),
            let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme), url.user == nil,
            url.password == nil, let host = url.host(percentEncoded: false), !host.isEmpty
        else { return nil }
        let port = url.port ?? (scheme == "https" ? 443 : 80)
        guard (1...65_535).contains(port) else { return nil }
        if let address = try? SocketAddress(ipAddress: host, port: port), !policy.permits(address) { return nil }
        guard policy.allowsPrivateNetworks || host.lowercased() != "localhost" else { return nil }
        self.url = text
        self.host = host
        self.port = port
    }
}
