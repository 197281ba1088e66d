import AsyncHTTPClient
import CRM
import Foundation
import HTTPServing
import Hummingbird
import Logging
import NIOCore
import RequestSigning
import ServiceLifecycle
import Storage

/// The telephony controller: accounts, settings, routes and history between portals and the voice platform.
///
/// Run it in a `ServiceGroup`. On shutdown it takes no new requests, finishes those that run, and closes its database;
/// undelivered reports wait in the database for the next start.
public struct TelephonyController: Service {
    private let configuration: ControllerConfiguration
    private let logger: Logger
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Moment
    private let witness: (any WriteWitness)?
    private let onListening: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - clock: Measures limits and pauses.
    ///   - now: Tells the time of day.
    ///   - witness: Is told of every durable step.
    ///   - onListening: Called once with the port when requests are taken.
    public init(
        _ configuration: ControllerConfiguration, logger: Logger, clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Moment = {
            Moment(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        },
        witness: (any WriteWitness)? = nil, onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.logger = logger
        self.clock = clock
        self.now = now
        self.witness = witness
        self.onListening = onListening
    }

    /// To one host at a time: the turnstile's commands, and beside them the calls that go on.
    private static let mostConnections = 128

    /// Runs until shutdown or cancellation.
    ///
    /// - Throws: `StorageError`, `ControllerError` for an unreadable scenario, or the server's error for a taken address.
    public func run() async throws {
        let scenario = try ScenarioText.load(configuration.scenario, controllerURL: configuration.publicURL)
        let database = try await Database.open(configuration.database, witness: witness)
        try await database.migrate(Schema.migrations)
        // A peer that refuses connections is away now; whoever must reach it later has a back-off of its own.
        var pool = HTTPClient.Configuration.ConnectionPool()
        pool.retryConnectionEstablishment = false
        pool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.mostConnections
        let http = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: HTTPClient.Configuration(connectionPool: pool))
        let outcome: Result<Void, any Error>
        do {
            let parts = try parts(database, http)
            try await parts.registry.take(configuration.portals)
            try await parts.versions.start(scenario)
            try await serve(parts, database)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try await http.shutdown()
        try database.close()
        try outcome.get()
    }

    private func serve(_ parts: ControllerParts, _ database: Database) async throws {
        let application = Application(
            router: parts.routes.router(), server: .orderlyHTTP1(),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "switchboard"),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) }, logger: logger)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await withGracefulShutdownHandler {
                    try await application.run()
                } onGracefulShutdown: {
                    parts.ending.set()
                }
                return true
            }
            let duty = Duty(database: database, mark: parts.duty, clock: clock, logger: logger)
            for loop in parts.loops + [{ await duty.run(parts.duties) }] {
                group.addTask {
                    await cancelWhenGracefulShutdown { await loop() }
                    return false
                }
            }
            // The server's end is the controller's end; the loops end first.
            while let isServer = try await group.next(), !isServer {}
            group.cancelAll()
        }
    }

    private func parts(_ database: Database, _ http: HTTPClient) throws -> ControllerParts {
        ControllerParts(
            try ControllerTools(
                configuration: configuration, database: database, http: http, clock: clock, now: now, logger: logger))
    }
}
