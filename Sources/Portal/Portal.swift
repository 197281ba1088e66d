import AsyncHTTPClient
import CRM
import Digests
import Foundation
import HTTPServing
import Hummingbird
import Logging
import NIOCore
import ReplayMemory
import RequestSigning
import ServiceLifecycle
import Storage

/// The built-in portal: company, employees, lines and CRM cards of one company, and its side of a call.
///
/// `open` prepares everything that can fail for a reason of configuration; `run` serves until it is cancelled or shut
/// down gracefully, then ends the browsers' event streams and lets running requests finish.
public final class Portal: Service {
    private static let keepAlivePause = Duration.seconds(15)
    private static let sweepPause = Duration.seconds(60)

    private let parts: PortalParts
    private let readiness = Readiness()

    /// Opens the database, brings its schema up to date, and fills an empty portal from the seed file.
    ///
    /// - Parameters:
    ///   - http: The client for the controller; stays the caller's to shut down.
    ///   - now: Seconds since 1970.
    /// - Throws: `StorageError`; ``InputError`` when the seed file is not what was agreed.
    public static func open(
        _ configuration: PortalConfiguration, http: HTTPClient = .shared, logger: Logger = Logger(label: "portal"),
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
    ) async throws -> Portal {
        let database = try await Database.open(configuration.database)
        try await database.migrate(Schema.migrations)
        let seal = try seal(configuration)
        let keys = try await KeyRing.load(database, seal: seal, key: configuration.licenceKey)
        let portal = Portal(configuration, database, keys, seal, http, logger, now)
        if let path = configuration.seedFile { try await portal.importSeed(path: path) }
        return portal
    }

    /// What seals secrets in the portal's database.
    static func seal(_ configuration: PortalConfiguration) throws(InputError) -> SecretSeal {
        guard let seal = Hexadecimal.decode(configuration.storageKey).flatMap(SecretSeal.init(key:)) else {
            throw InputError(
                path: "storage key", expected: "\(2 * SecretSeal.keyLength) hexadecimal digits", found: "another text")
        }
        return seal
    }

    private init(
        _ configuration: PortalConfiguration, _ database: Database, _ keys: KeyRing, _ seal: SecretSeal,
        _ http: HTTPClient, _ logger: Logger, _ now: @escaping @Sendable () -> Int64
    ) {
        let connect = { @Sendable (key: @escaping @Sendable () -> RequestKey) in
            ControllerPort(
                client: SignedClient(
                    base: configuration.controllerURL, portal: configuration.portalID, key: key, http: http, now: now),
                limit: configuration.controllerLimit)
        }
        let controller = connect(keys.signing)
        let hub = EventHub()
        let nonces = ReplayMemory(database: database)
        let address = configuration.publicURL ?? "http://\(configuration.host):\(configuration.port)"
        parts = PortalParts(
            configuration: configuration, database: database,
            access: Access(database: database, iterations: configuration.passwordIterations, now: now),
            keys: keys, nonces: nonces,
            signatures: SignatureCheck(portalID: configuration.portalID, keys: keys, nonces: nonces, now: now),
            hub: hub, desk: CallDesk(database: database, hub: hub, region: configuration.region, now: now),
            outbox: Outbox(
                database: database, controller: controller, retryPause: configuration.retryPause, logger: logger),
            credentials: CredentialDesk(database: database, seal: seal, controller: controller, now: now),
            support: SupportDesk(database: database, controller: controller), controller: controller,
            connect: connect,
            publicURL: address.hasSuffix("/") ? String(address.dropLast()) : address, now: now,
            logger: logger)
    }

    /// The port that the portal listens at; waits until it does.
    ///
    /// - Throws: Why ``run()`` could not start.
    public func port() async throws -> Int { try await readiness.port() }

    /// Serves. Call once.
    public func run() async throws {
        let readiness = readiness
        let application = Application(
            router: router(), server: .orderlyHTTP1(),
            configuration: ApplicationConfiguration(
                address: .hostname(parts.configuration.host, port: parts.configuration.port)),
            onServerRunning: { readiness.resolve(.success($0.localAddress?.port ?? 0)) }, logger: parts.logger)
        let (outbox, hub, ending) = (parts.outbox, parts.hub, parts.ending)
        do {
            try await withGracefulShutdownHandler {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await outbox.run() }
                    group.addTask { try await self.sweep() }
                    group.addTask {
                        while !Task.isCancelled {
                            try await Task.sleep(for: Self.keepAlivePause)
                            hub.keepAlive()
                        }
                    }
                    group.addTask { try await application.run() }
                    // The server is the one that ends by itself; the others live as long as it does.
                    defer { group.cancelAll() }
                    try await group.next()
                }
            } onGracefulShutdown: {
                ending.set()
                hub.close()
            }
        } catch {
            hub.close()
            readiness.resolve(.failure(error))
            try? parts.database.close()
            throw error
        }
        hub.close()
        readiness.resolve(.failure(CancellationError()))
        try parts.database.close()
    }

    /// Removes nonces that have served, now and then.
    private func sweep() async throws {
        while !Task.isCancelled {
            try await parts.nonces.forget(before: parts.now())
            try await Task.sleep(for: Self.sweepPause)
        }
    }

    /// Fills an empty portal from a seed file.
    ///
    /// - Returns: False, and nothing is read, when the portal has a company already.
    /// - Throws: ``InputError`` with the path of what is wrong; then nothing is stored.
    @discardableResult
    public func importSeed(path: String) async throws -> Bool {
        guard try await isEmpty() else { return false }
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw InputError(path: "", expected: "a readable seed file at \(path)", found: "none")
        }
        return try await importSeed(data)
    }

    /// Fills an empty portal from the text of a seed file; see ``importSeed(path:)``.
    @discardableResult
    public func importSeed(_ data: Data) async throws -> Bool {
        guard try await isEmpty() else { return false }
        let seed = try Seed(JSONValue(parsing: data), region: parts.configuration.region)
        let iterations = parts.configuration.passwordIterations
        let passwords = seed.employees.map { PasswordHash(password: $0.input.password ?? "", iterations: iterations) }
        let now = parts.now()
        try await parts.database.write { try seed.store(passwords, in: $0, now: now) }
        parts.outbox.wake()
        return true
    }

    private func isEmpty() async throws -> Bool {
        try await parts.database.read { try $0.queryOne("SELECT id FROM company") == nil }
    }

    private func router() -> Router<BasicRequestContext> {
        let router = endpoints()
        router.answerOtherMethods(makesHead: true) { methods in
            try ErrorAnswers.refusal(PortalRefusal(.wrongMethod, "the address takes \(methods)"))
        }
        return router
    }

    /// Every endpoint and page.
    func endpoints() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ErrorAnswers(logger: parts.logger))
        ControllerRoutes(parts: parts).add(to: router)
        SessionRoutes(parts: parts).add(to: router)
        EmployeeRoutes(parts: parts).add(to: router)
        LineRoutes(parts: parts).add(to: router)
        for kind in CardKind.allCases { CardRoutes(kind: kind, parts: parts).add(to: router) }
        CallRoutes(parts: parts).add(to: router)
        PhoneRoutes(parts: parts).add(to: router)
        BalanceRoutes(parts: parts).add(to: router)
        WarningRoutes(parts: parts).add(to: router)
        HistoryRoutes(parts: parts).add(to: router)
        NumberRoutes(parts: parts).add(to: router)
        SupportRoutes(parts: parts).add(to: router)
        SoundRoutes(directory: parts.configuration.soundsDirectory).add(to: router)
        PageRoutes(parts: parts).add(to: router)
        MoneyPageRoutes(parts: parts).add(to: router)
        WarningPageRoutes(parts: parts).add(to: router)
        HistoryPageRoutes(parts: parts).add(to: router)
        return router
    }
}
