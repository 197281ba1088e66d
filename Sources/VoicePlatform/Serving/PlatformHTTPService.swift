import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// The port that the server listens on, known once it does.
final class BoundAddress: Sendable {
    private struct State {
        var port: Int?
        var waiters: [CheckedContinuation<Int, Never>] = []
    }

    private let state = Mutex(State())

    var port: Int? { state.withLock(\.port) }

    /// Waits until the server listens.
    func wait() async -> Int {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state -> Int? in
                if state.port == nil { state.waiters.append(continuation) }
                return state.port
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    func set(_ port: Int) {
        let waiters = state.withLock { state in
            state.port = port
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: port) }
    }
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
            router: routes.router(), server: .http1(configuration: channel),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "voice-platform"),
            onServerRunning: { [address] channel in
                if let port = channel.localAddress?.port { address.set(port) }
            }, logger: logger)
        try await application.run()
    }
}
