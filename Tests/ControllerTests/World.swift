import AsyncHTTPClient
import Billing
import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import OutsideRequests
import RequestSigning
import ServiceLifecycle
import Storage
import Synchronization
import TestPostgres

@testable import Controller

/// A controller over real HTTP between a fake platform and two fake portals.
struct World: Sendable {
    static let licence = "DEMO-KEY-0001"
    static let otherLicence = "DEMO-KEY-0002"
    static let token = "operator-token"
    static let masterKey = "master-key-of-roubles"

    let platform: FakePlatform
    let portal: FakePortal
    let base: String
    let platformBase: String
    let log: RecordedLog
    let databasePath: String
    let configuration: ControllerConfiguration
    var client = HTTPClient.shared
    var now: @Sendable () -> Moment = Setting().now
    var mailer = FakeMailer()
    /// How long a request waits for its answer.
    var patience = TimeAmount.seconds(180)

    /// What a test may set before the controller starts.
    struct Setting: Sendable {
        var limits = TimeLimits(
            crm: .seconds(5), portal: .seconds(5), platform: .seconds(60), reconciliation: .seconds(3600),
            update: .seconds(60), rollout: .milliseconds(20),
            firstBackOff: .milliseconds(10), longestBackOff: .milliseconds(40))
        var version: Int64 = 9
        var source = "/* common source */"
        var rollout = RolloutPolicy()
        var thresholds = CommonThresholds()
        var licensedUntil: Int64?
        var licences: FakeLicenceServer?
        var policy = LicencePolicy()
        var licenceLimit = Duration.seconds(60)
        /// Rows of the built-in table beside `demo` and `other`; the address is the fake portal's.
        var morePortals: [PortalAccess] = []
        var now: @Sendable () -> Moment = { Moment(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
        var demoKey = World.licence
        var databasePath: String?
        var platform = FakePlatform()
        var portal = FakePortal(licenceKey: World.licence)
        var log = RecordedLog()
        var witness: (any WriteWitness)?
        /// Of the master's service account; without it the master has an API key.
        var serviceKey: ServiceKey?
        var paymentSystems: @Sendable () -> [PaymentSystem] = { World.paymentSystems }
        var mailer = FakeMailer()
    }

    /// Runs `test` in a running world, then takes everything down.
    static func run(_ setting: Setting = Setting(), _ test: @Sendable (World) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "controller-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data(setting.source.utf8).write(to: URL(filePath: folder + "/scenario.js"))
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let logger = Logger(label: "controller") { _ in RecordingLogHandler(log: setting.log) }
        let (platformPort, portalPort, port) = (Promise<Int>(), Promise<Int>(), Promise<Int>())
        let platform = Self.server(setting.platform.router(), platformPort, quiet)
        let portal = Self.server(setting.portal.router(), portalPort, quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await platform.run() }
            group.addTask { try await portal.run() }
            let path = setting.databasePath ?? folder + "/controller.sqlite"
            let platformBase = "http://127.0.0.1:\(await platformPort.value)"
            var configuration = Self.configuration(
                setting, try await TestDatabases.location(path), folder, platformBase: platformBase,
                portalPort: await portalPort.value)
            if let licences = setting.licences {
                let licencePort = Promise<Int>()
                let server = Self.server(
                    licences.router(portal: "http://127.0.0.1:\(await portalPort.value)"), licencePort, quiet)
                group.addTask { try await server.run() }
                configuration.licenceServer = LicenceServerAccess(
                    baseURL: "http://127.0.0.1:\(await licencePort.value)", token: Secret(FakeLicenceServer.token),
                    limit: setting.licenceLimit)
            }
            let controller = TelephonyController(
                configuration, logger: logger, now: setting.now, witness: setting.witness,
                onListening: { port.fulfil($0) })
            let services = ServiceGroup(services: [controller], logger: quiet)
            group.addTask {
                do { try await services.run() } catch {
                    // Who waits for its port learns that nobody listens.
                    port.fulfil(1)
                    throw error
                }
            }
            let world = World(
                platform: setting.platform, portal: setting.portal, base: "http://127.0.0.1:\(await port.value)",
                platformBase: platformBase, log: setting.log, databasePath: path, configuration: configuration,
                now: setting.now, mailer: setting.mailer)
            let result: Result<Void, any Error>
            do { result = .success(try await test(world)) } catch { result = .failure(error) }
            ManagementContract.expect(setting.platform.state.withLock { $0.commands })
            // Whoever still hangs in the fakes is let go.
            setting.platform.releaseAll()
            setting.portal.state.withLock { $0.crm = .fails }
            setting.portal.events.announce()
            setting.licences?.release()
            await services.triggerGracefulShutdown()
            try await group.next()
            group.cancelAll()
            while (try? await group.next()) != nil {}
            try result.get()
        }
    }

    static func server(
        _ router: Router<BasicRequestContext>, _ port: Promise<Int>, _ logger: Logger
    ) -> some ApplicationProtocol {
        Application(
            router: router, server: .orderlyHTTP1(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.fulfil($0.localAddress?.port ?? 0) }, logger: logger)
    }

    static func configuration(
        _ setting: Setting, _ database: DatabaseLocation, _ folder: String, platformBase: String, portalPort: Int
    ) -> ControllerConfiguration {
        let address = "http://127.0.0.1:\(portalPort)"
        let master = PlatformAccess.Credentials(accountID: 1, apiKey: Secret(World.masterKey))
        return ControllerConfiguration(
            port: 0, database: database, publicURL: "http://controller.example",
            platform: PlatformAccess(
                baseURL: platformBase, sipServer: "127.0.0.1:5060", masters: [.rub: master],
                serviceKeys: setting.serviceKey.map { [.rub: $0] } ?? [:], recordingHosts: ["storage.example.com"]),
            portals: [
                PortalAccess(
                    id: PortalID(rawValue: "demo"), licenceKey: Secret(setting.demoKey), baseURL: address,
                    licensedUntil: setting.licensedUntil),
                PortalAccess(
                    id: PortalID(rawValue: "other"), licenceKey: Secret(otherLicence), baseURL: address),
            ] + setting.morePortals, licences: setting.policy,
            storageKey: Secret(String(repeating: "07", count: 32)), operatorToken: Secret(token),
            scenario: ScenarioSource(path: folder + "/scenario.js", version: setting.version), limits: setting.limits,
            rollout: setting.rollout, paymentSystems: setting.paymentSystems, thresholds: setting.thresholds,
            mailer: setting.mailer, webhooks: OutsidePolicy(allowsPrivateNetworks: true))
    }
}

/// A value that comes once.
final class Promise<Value: Sendable>: Sendable {
    private let state = Mutex<(value: Value?, waiters: [CheckedContinuation<Value, Never>])>((nil, []))

    func fulfil(_ value: Value) {
        let waiters = state.withLock { state in
            state.value = value
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: value) }
    }

    /// Only the first time counts.
    func fulfilOnce(_ value: Value) {
        let isFirst = state.withLock { state in
            guard state.value == nil else { return false }
            state.value = value
            return true
        }
        if isFirst { fulfil(value) }
    }

    var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                let value: Value? = state.withLock { state in
                    if state.value == nil { state.waiters.append(continuation) }
                    return state.value
                }
                if let value { continuation.resume(returning: value) }
            }
        }
    }
}

/// Everything that was logged, as text.
final class RecordedLog: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var text: String { lines.withLock { $0.joined(separator: "\n") } }
}

struct RecordingLogHandler: LogHandler {
    let log: RecordedLog
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    init(log: RecordedLog) { self.log = log }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        log.add("\(event.level) \(event.message) \(metadata.merging(event.metadata ?? [:]) { $1 })")
    }
}
