import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Keeps the configured ports where they are free, and takes others where they are not.
enum FreePorts {
    private static let tcpKeys = ["portal", "controller", "voice.http"]

    static func choose(for settings: Settings) async throws -> Settings {
        var settings = settings
        for system in tcpKeys {
            let address = settings.text("\(system).address")
            let port = try await free(address: address, wanted: settings.integer("\(system).port"), isUDP: false)
            settings = settings.replacing("\(system).port", .integer(port))
        }
        let address = settings.text("voice.sip.address")
        let port = try await free(address: address, wanted: settings.integer("voice.sip.port"), isUDP: true)
        settings = settings.replacing("voice.sip.port", .integer(port))
        guard !settings.text("voice.sip.tls.certificate").isEmpty else { return settings }
        let secure = try await free(address: address, wanted: settings.integer("voice.sip.tls.port"), isUDP: false)
        return settings.replacing("voice.sip.tls.port", .integer(secure))
    }

    /// Below the ports that the system gives to outgoing connections, which could take one between probe and use.
    private static let range = 10_000...19_999
    /// Ports that this process has chosen already.
    private static let chosen = NIOLockedValueBox<Set<Int>>([])

    private static func free(address: String, wanted: Int, isUDP: Bool) async throws -> Int {
        if wanted != 0, let port = try? await probe(address, wanted, isUDP) { return port }
        for _ in 0..<100 {
            let candidate = Int.random(in: range)
            guard chosen.withLockedValue({ $0.insert(candidate).inserted }) else { continue }
            if let port = try? await probe(address, candidate, isUDP) { return port }
        }
        return try await probe(address, 0, isUDP)
    }

    /// Binds the port for a moment; SIP needs the same number for TCP and UDP.
    private static func probe(_ address: String, _ port: Int, _ isUDP: Bool) async throws -> Int {
        let group = MultiThreadedEventLoopGroup.singleton
        let tcp = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1).bind(host: address, port: port).get()
        let number = tcp.localAddress?.port ?? port
        do {
            if isUDP { try await DatagramBootstrap(group: group).bind(host: address, port: number).get().close() }
        } catch {
            try await tcp.close()
            throw error
        }
        try await tcp.close()
        return number
    }
}
