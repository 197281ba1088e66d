import AsyncHTTPClient
import Logging
import NIOCore
import NIOPosix
import ScenarioRuntime
import ServiceLifecycle
import Storage
import VoiceEngine

/// The voice platform: accounts, sessions and history around a voice engine and a scenario runtime.
///
/// Everything happens in `run`, which returns after a graceful shutdown: new calls are refused first, running ones may
/// end, then sockets, scripts and the database close in reverse order of their start.
public final class VoicePlatform: Service {
    private let configuration: VoicePlatformConfiguration
    private let engineConfiguration: VoiceEngineConfiguration
    private let runtimeConfiguration: RuntimeConfiguration
    private let eventLoop: any EventLoop
    private let httpClient: HTTPClient
    private let logger: Logger
    private let ready = Readiness<Addresses>()

    /// Where a running platform listens.
    public struct Addresses: Sendable, Equatable {
        public let httpPort: Int
        public let sipPort: Int
    }

    /// - Parameter eventLoop: All signalling and all sessions live on it.
    public init(
        configuration: VoicePlatformConfiguration, engine: VoiceEngineConfiguration,
        runtime: RuntimeConfiguration = RuntimeConfiguration(), eventLoop: any EventLoop, httpClient: HTTPClient,
        logger: Logger = Logger(label: "voice-platform")
    ) {
        self.configuration = configuration
        engineConfiguration = engine
        runtimeConfiguration = runtime
        self.eventLoop = eventLoop
        self.httpClient = httpClient
        self.logger = logger
    }

    /// The ports, once calls and requests are taken.
    ///
    /// - Throws: What `run` has thrown when the platform could not start.
    public func addresses() async throws -> Addresses { try await ready.value() }

    public func run() async throws {
        do {
            try await serve()
        } catch {
            ready.fail(error)
            throw error
        }
    }

    private func serve() async throws {
        let core = try await PlatformCore.open(configuration, logger: logger)
        let engine = try VoiceEngine(
            configuration: engineConfiguration, eventLoop: eventLoop, httpClient: httpClient, logger: logger)
        let scenarioClient = AsyncHTTPScenarioClient(eventLoopGroup: eventLoop)
        let runtime = ScenarioRuntime(
            configuration: runtimeConfiguration, eventLoop: eventLoop,
            httpClient: scenarioClient, logger: logger)
        let host = SessionHost(core: core, eventLoop: eventLoop, scripts: runtime) { engine.makeSession() }
        let calls = CallService(
            engine: engine, runtime: runtime, host: host, grace: configuration.limits.shutdownGrace, logger: logger)
        let registrations = RegistrationKeeper(
            database: core.database, registrar: EngineRegistrar(engine), platformDomain: configuration.domain,
            clock: core.clock, logger: logger)
        let announcement = Announcement { [ready] in
            let port = try await core.address.wait()
            try await calls.started()
            let sipPort = try await engine.eventLoop.submit { engine.sipPort }.get()
            ready.succeed(Addresses(httpPort: port, sipPort: sipPort))
        }
        let services: [any Service] = [
            core.history, Heartbeat(database: core.database, clock: core.clock, logger: logger),
            PlatformJobs(core: core, registrations: registrations), registrations, courier(core),
            core.httpService(hosting: host, orders: Self.orders(engine, registrations)), calls, announcement,
        ]
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await ServiceGroup(services: services, logger: logger).run())
        } catch {
            outcome = .failure(error)
        }
        try await scenarioClient.shutdown()
        try core.database.close()
        try outcome.get()
    }

    private static func orders(_ engine: VoiceEngine, _ registrations: RegistrationKeeper) -> EngineOrders {
        EngineOrders(
            registrationsChanged: { registrations.changed() },
            forgetPhones: { user in
                // Fails only when the loop has ended, and every phone's registration with it.
                try? await engine.eventLoop.submit { engine.endRegistrations(of: user) }.get()
            },
            trunks: { (try? await engine.eventLoop.submit { engine.trunkStatus() }.get()) ?? [] })
    }

    private func courier(_ core: PlatformCore) -> CallbackCourier {
        CallbackCourier(
            database: core.database,
            sender: HTTPCallbackSender(
                policy: configuration.callbacks, group: MultiThreadedEventLoopGroup.singleton,
                logger: logger),
            keys: AccountKeys(masters: configuration.masterAccounts), policy: configuration.callbacks,
            clock: core.clock, logger: logger)
    }
}

/// Says that everything runs, then waits for the end.
private struct Announcement: Service {
    let announce: @Sendable () async throws -> Void

    func run() async throws {
        try await announce()
        try? await gracefulShutdown()
    }
}
