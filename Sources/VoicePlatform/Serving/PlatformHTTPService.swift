import HTTPServing
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// The port that the server listens on, known once it does.
final class BoundAddress: Sendable {
    private let known = Mutex<Int?>(nil)
    private let ready = Readiness<Int>()

    var port: Int? { known.withLock { $0 } }

    /// Waits until the server listens.
    ///
    /// - Throws: Why it never will.
    func wait() async throws -> Int { try await ready.value() }

    func set(_ port: Int) {
        known.withLock { $0 = port }
        ready.succeed(port)
    }

    func fail(_ error: any Error) { ready.fail(error) }
}

/// Serves the platform's routes until it is told to stop.
struct PlatformHTTPService: Service {
    let routes: PlatformHTTP
    let configuration: VoicePlatformConfiguration
    let address: BoundAddress
    let logger: Logger

    /// A client that sends nothing for so long is disconnected.
    private static let idleTimeout = TimeAmount.seconds(75)

    func run() async throws {
        let limits = configuration.limits
        let channel = HTTP1Channel.Configuration(
            idleTimeout: Self.idleTimeout,
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                maxHeaderFieldCount: 100))
        let application = Application(
            router: routes.router(), server: .orderlyHTTP1(configuration: channel),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "voice-platform"),
            onServerRunning: { [address] channel in
                if let port = channel.localAddress?.port { address.set(port) }
            }, logger: logger)
        do {
            try await application.run()
            address.fail(CancellationError())
        } catch {
            address.fail(error)
            throw error
        }
    }
}
