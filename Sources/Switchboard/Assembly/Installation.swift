import AsyncHTTPClient
import Billing
import Controller
import Foundation
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import OutsideRequests
import PhoneNumbers
import Portal
import ScenarioRuntime
import ServiceLifecycle
import UnixSignals
import VoiceEngine
import VoicePlatform

/// The systems of one process, made from settings and run as one service group.
///
/// They know each other by address only, so each could as well run elsewhere.
struct Installation: Sendable {
    /// Version of the call scenarios that come with the program; accounts move forward to it at their next call.
    static let scenarioVersion: Int64 = 9

    let settings: Settings
    let secrets: Secrets
    let roles: Set<Role>
    let group: MultiThreadedEventLoopGroup
    let client: HTTPClient
    let listening = ListeningSystems()
    private let serviceGroup = NIOLockedValueBox<ServiceGroup?>(nil)

    /// To one host at a time: whoever waits for a slow answer is not to stand in the way of calls.
    private static let mostConnections = 128

    init(settings: Settings, roles: Set<Role>) throws {
        try settings.checkAddresses(of: roles)
        // Databases, logs and recordings are for the user who runs the systems, and nobody else.
        umask(0o077)
        OpenFiles.raiseLimit()
        self.settings = settings
        self.roles = roles
        secrets = try Secrets.present(for: settings)
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var web = HTTPClient.Configuration()
        // Whoever asks has his own way to ask again, or nobody waits for it: a caller hears of a dead server at once.
        web.connectionPool.retryConnectionEstablishment = false
        web.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.mostConnections
        client = HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: web)
    }

    /// Runs the systems until a signal, a graceful shutdown or a failure ends them.
    func run(signals: [UnixSignal] = [.sigterm, .sigint]) async throws {
        do {
            let services = try await makeServices()
            let configuration = ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: signals, logger: Logger(label: "switchboard"))
            let running = ServiceGroup(configuration: configuration)
            serviceGroup.withLockedValue { $0 = running }
            let executor = EventLoopExecutor(eventLoop: MultiThreadedEventLoopGroup.singleton.any())
            try await withTaskExecutorPreference(executor) { try await running.run() }
        } catch {
            listening.fail(error)
            await close()
            throw error
        }
        listening.fail(CancellationError())
        await close()
    }

    /// Ends everything in order, as a signal would; ``run(signals:)`` returns when it is done.
    func stop() async { await serviceGroup.withLockedValue { $0 }?.triggerGracefulShutdown() }

    /// Lets go of threads and connections of an installation that does not run (any more).
    func close() async {
        try? await client.shutdown()
        try? await group.shutdownGracefully()
    }

    /// Returns when every system of this process takes requests; throws when one could not start.
    func ready() async throws { try await listening.all(roles) }

    private func makeServices() async throws -> [any Service] {
        // The group ends its services in reverse order: calls that end while the voice platform drains still reach the
        // controller, and the controller's reports the portal.
        var services: [any Service] = []
        if roles.contains(.portal) { services.append(try await portal()) }
        if roles.contains(.controller) { services.append(try controller()) }
        if roles.contains(.voice) { services.append(try voicePlatform()) }
        return services
    }

    private var dataDirectory: String { settings.text("data.directory") }

    var soundsDirectory: String { "\(dataDirectory)/sounds" }

    // MARK: Systems

    private func voicePlatform() throws -> any Service {
        let (trunks, dialPlan) = try settings.trunks(environment: ProcessInfo.processInfo.environment)
        var runtime = RuntimeConfiguration(workerExecutable: ProgramFiles.scriptWorker)
        runtime.session.signallingBytes = settings.integer("voice.logs.sip") << 10
        let platform = VoicePlatform(
            configuration: try platformConfiguration(dialPlan), engine: try engineConfiguration(trunks),
            runtime: runtime, eventLoop: group.next(), httpClient: client, logger: Logger(label: "voice-platform"))
        return Announced(service: platform) {
            _ = try await platform.addresses()
            listening.note(.voice)
        }
    }

    private var masterAccounts: [MasterAccount] {
        Currency.allCases.compactMap { currency in
            secrets.masterKeys[currency.code].map { key in
                MasterAccount(
                    name: MasterAccounts.name(currency), email: "\(MasterAccounts.name(currency))@localhost.invalid",
                    currency: currency, apiKey: key)
            }
        }
    }

    private func platformConfiguration(_ dialPlan: DialPlan) throws -> VoicePlatformConfiguration {
        let watch = TariffWatch(settings: settings)
        var configuration = VoicePlatformConfiguration(
            host: settings.text("voice.http.address"), port: settings.integer("voice.http.port"),
            publicURL: settings.url("voice.http"), mediaServerAddress: settings.text("voice.rtp.address"),
            dataDirectory: "\(dataDirectory)/voice", domain: settings.text("domain"),
            masterAccounts: masterAccounts, tariffs: try settings.tariffs(), numbers: try settings.numbers(),
            dialPlan: dialPlan,
            scenarioTrust: settings.text("voice.scripts") == "account" ? .eachAccount : .operatorPublished,
            limits: try settings.platformLimits())
        configuration.changedTariffs = { try watch.changed() }
        configuration.callbacks = OutsidePolicy(
            allowsPrivateNetworks: settings.boolean("voice.callbacks.private"))
        configuration.sipRegistrationPrices = try settings.registrationPrices()
        configuration.dollarRates = try settings.dollarRates()
        configuration.scripts = try settings.scriptLimits()
        return configuration
    }

    private func engineConfiguration(_ trunks: [Trunk]) throws -> VoiceEngineConfiguration {
        let first = UInt16(clamping: settings.integer("voice.rtp.first"))
        let last = UInt16(clamping: settings.integer("voice.rtp.last"))
        var engine = VoiceEngineConfiguration(
            sipAddress: settings.text("voice.sip.address"), sipPort: settings.integer("voice.sip.port"),
            rtpAddress: settings.text("voice.rtp.address"), rtpPorts: min(first, last)...max(first, last),
            comfortNoise: settings.comfortNoise(), codecs: try settings.codecs(), trunks: trunks,
            realm: settings.text("domain"), digestAlgorithms: settings.digestAlgorithms(),
            soundFolders: [soundsDirectory])
        engine.tls = try settings.tls()
        engine.lookup = try settings.lookup()
        engine.srtp = SRTPPolicy(rawValue: settings.text("voice.rtp.srtp")) ?? .off
        engine.keyExchange = KeyExchange(rawValue: settings.text("voice.rtp.keys")) ?? .tls
        engine.googleSpeech = try settings.googleSpeech()
        engine.conferenceEndpoints = settings.integer("voice.conference.endpoints")
        engine.showsSignalling = settings.integer("voice.logs.sip") > 0
        return engine
    }

    private func controller() throws -> any Service {
        let folder = try settings.scenarioFolder()
        let directory = "\(dataDirectory)/controller"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let database = try settings.database("controller.database", usual: "\(directory)/controller.sqlite")
        let logger = Logger(label: "controller")
        let payments = try PaymentKeyWatch(directory: dataDirectory, secrets: secrets, logger: logger)
        return Deferred { [self] in
            var configuration = ControllerConfiguration(
                host: settings.text("controller.address"), port: settings.integer("controller.port"),
                database: database, publicURL: settings.url("controller"), platform: try await platformAccess(),
                portals: [ownPortal], storageKey: Secret(secrets.storageKey),
                operatorToken: Secret(secrets.operatorToken),
                scenario: Controller.ScenarioSource(path: folder, version: Self.scenarioVersion))
            try read(&configuration)
            configuration.paymentSystems = { payments.current() }
            return TelephonyController(
                configuration, logger: logger, onListening: { _ in listening.note(.controller) })
        }
    }

    private func platformAccess() async throws -> PlatformAccess {
        let serviceKeys = try MasterAccounts.serviceKeys(in: settings.text("controller.platform.keys"))
        let masters = try await MasterAccounts.resolve(
            at: settings.url("voice.http"),
            keys: secrets.masterKeys.filter { code, _ in !serviceKeys.keys.contains { $0.code == code } },
            client: client)
        return PlatformAccess(
            baseURL: settings.url("voice.http"),
            sipServer: "\(settings.text("voice.sip.address")):\(settings.integer("voice.sip.port"))",
            masters: masters, serviceKeys: serviceKeys,
            recordingHosts: settings.text("controller.recordings.hosts").split(separator: " ").map(String.init))
    }

    private var ownPortal: PortalAccess {
        PortalAccess(
            id: PortalID(rawValue: settings.text("portal.id")), licenceKey: Secret(secrets.licenceKey),
            baseURL: settings.url("portal"), currency: Currency(rawValue: settings.text("portal.currency")) ?? .usd)
    }

    /// What the operator has chosen.
    private func read(_ configuration: inout ControllerConfiguration) throws {
        let environment = ProcessInfo.processInfo.environment
        configuration.licenceServer = try settings.licenceServer(environment)
        configuration.licences = LicencePolicy(
            interval: .seconds(settings.integer("controller.licence.interval") * 3600),
            grace: .seconds(settings.integer("controller.licence.grace") * 3600),
            calls: .seconds(settings.integer("controller.licence.calls") * 3600))
        configuration.limits = TimeLimits(
            crm: .milliseconds(settings.integer("controller.crm.milliseconds")),
            reconciliation: .seconds(settings.integer("controller.reconciliation.seconds")))
        configuration.rollout = settings.rolloutPolicy()
        configuration.thresholds = try settings.warningThresholds()
        configuration.mailer = try settings.mailer(environment)
        configuration.webhooks = OutsidePolicy(
            allowsPrivateNetworks: settings.boolean("controller.webhooks.private"))
    }

    private func portal() async throws -> any Service {
        try SoundFactory(folder: soundsDirectory).makeMissing()
        let portal = try await Portal.open(
            try settings.portal(secrets), http: client, logger: Logger(label: "portal"))
        return Announced(service: portal) {
            _ = try await portal.port()
            listening.note(.portal)
        }
    }
}
