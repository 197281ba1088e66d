import Logging
import NIOCore
import ScenarioRuntime
import ServiceLifecycle
import VoiceEngine

/// Keeps the engine and the scripts running between start and shutdown.
final class CallService: Service {
    private let engine: VoiceEngine
    private let runtime: ScenarioRuntime
    private let host: SessionHost
    private let grace: Duration
    private let logger: Logger
    private let ready = Readiness<Void>()

    init(
        engine: VoiceEngine, runtime: ScenarioRuntime, host: SessionHost, grace: Duration,
        logger: Logger
    ) {
        self.engine = engine
        self.runtime = runtime
        self.host = host
        self.grace = grace
        self.logger = logger
    }

    /// Returns when calls are taken, throws when they never will be.
    func started() async throws { try await ready.value() }

    func run() async throws {
        do {
            try await runtime.start().get()
            try await engine.start(router: host)
        } catch {
            ready.fail(error)
            throw error
        }
        ready.succeed(())
        try? await gracefulShutdown()
        // A task of its own: the end must be orderly although this one may be cancelled. It ends with the shutdown.
        await Task { await self.stop() }.value
    }

    private func stop() async {
        try? await engine.eventLoop.submit { [engine, host] in
            engine.drain()
            host.drain()
        }.get()
        // Running calls may end by themselves for a while.
        let nanoseconds = grace.components.seconds * 1_000_000_000
        try? await engine.eventLoop.flatSubmit { [host] in host.whenIdle(within: .nanoseconds(nanoseconds)) }.get()
        try? await engine.eventLoop.submit { [host] in host.terminateAll(.administrative) }.get()
        try? await runtime.shutdown().get()
        await engine.shutdown()
    }
}
