import Foundation

/// Ports that nobody uses at the moment.
enum FreePorts {
    static func choose() throws -> ServerProcess.Ports {
        // Held together, so that all four differ.
        let sockets = try (0..<4).map { _ in try bound() }
        defer { sockets.forEach { close($0.socket) } }
        return ServerProcess.Ports(
            portal: sockets[0].port, controller: sockets[1].port, platform: sockets[2].port, sip: sockets[3].port)
    }

    private static func bound() throws -> (socket: Int32, port: Int) {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, size) == 0 && getsockname(socket, $0, &size) == 0
            }
        }
        guard isBound else { throw ServerProcess.Failure(description: "No free port on 127.0.0.1.") }
        return (socket, Int(UInt16(bigEndian: address.sin_port)))
    }
}
