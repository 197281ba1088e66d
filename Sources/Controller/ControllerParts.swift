import AsyncHTTPClient
import CRM
import Digests
import Logging
import RequestSigning
import Storage

/// The controller's parts, each knowing only those that it needs.
struct ControllerParts: Sendable {
    let routes: Routes
    /// What runs beside the server.
    let loops: [@Sendable () async -> Void]

    init(
        configuration: ControllerConfiguration, scenario: ScenarioText, database: Database, http: HTTPClient,
        clock: any Clock<Duration>, now: @escaping @Sendable () -> Moment, logger: Logger
    ) {
        let limits = configuration.limits
        let portals = PortalDirectory(
            configuration.portals.map { Portal($0, limits: limits, http: http, clock: clock, now: now) })
        let calls = CallStore(database: database)
        let history = HistoryStore(database: database)
        let outbox = OutboxStore(database: database)
        let notices = PortalNotices(logger: logger)
        let (outboxBell, reconcilerBell) = (Bell(), Bell())
        let provisioner = Provisioner(
            store: AccountStore(database: database),
            platform: ManagementClient(
                transport: ManagementTransport(
                    baseURL: configuration.platform.baseURL, http: http, limit: limits.platform, clock: clock),
                tokens: ServiceTokens(keys: configuration.platform.serviceKeys, now: now)),
            masters: configuration.platform.masters, scenario: scenario,
            digests: Dictionary(
                portals.all.map { ($0.id, ScenarioText.digest(scenario.rendered($0.access))) },
                uniquingKeysWith: { first, _ in first }), locks: PortalLocks(), now: now,
            logger: logger)
        let settings = LineSettingsCache(
            store: LineSettingsStore(database: database), provisioner: provisioner, now: now, logger: logger,
            locks: PortalLocks())
        let routing = CallRouting(
            calls: calls, settings: settings, employees: EmployeeDirectory(database: database, now: now),
            notices: notices, now: now, logger: logger)
        let reporter = HistoryReporter(
            calls: calls, history: history, outboxBell: outboxBell, reconcilerBell: reconcilerBell, now: now,
            logger: logger)
        let courier = OutboxCourier(
            store: outbox, portals: portals,
            backOff: BackOff(first: limits.firstBackOff, longest: limits.longestBackOff), bell: outboxBell,
            clock: clock, now: now, logger: logger)
        let reconciler = Reconciler(
            calls: calls, history: history, provisioner: provisioner, portals: portals,
            interval: limits.reconciliation, bell: reconcilerBell, outboxBell: outboxBell, clock: clock, now: now,
            logger: logger)
        let (archive, totals) = (HistorySearch(database: database), CallTotals(database: database))
        let source = RecordingSource(
            provisioner: provisioner, platform: configuration.platform, http: http, limit: limits.platform)
        let retention = HistoryRetention(
            database: database, deleteRecording: source.delete, interval: limits.retention, clock: clock, now: now,
            logger: logger)
        routes = Routes(
            gate: RequestGate(
                portals: portals,
                decoy: RequestKey(
                    licenceKey: Hexadecimal.encode(SecureRandom.bytes(32)), direction: .portalToController), now: now),
            scenario: ScenarioEndpoint(
                settings: settings, routing: routing, calls: calls, history: reporter, provisioner: provisioner,
                notices: notices, now: now),
            portal: PortalEndpoint(
                provisioner: provisioner, settings: settings,
                relay: CommandRelay(calls: calls, http: http, limit: limits.platform), history: history,
                desk: HistoryDesk(search: archive, totals: totals),
                recordings: RecordingEndpoint(
                    links: RecordingLinks(database: database, publicURL: configuration.publicURL), history: history,
                    source: source, now: now),
                sipServer: configuration.platform.sipServer),
            admin: AdminEndpoint(
                token: configuration.operatorToken, portals: portals, calls: calls, history: history, outbox: outbox,
                totals: totals,
                routing: routing, now: now), logger: logger)
        loops = [
            courier.run, reconciler.run, notices.run, HistoryBackfill(database: database, logger: logger).run,
            retention.run,
        ]
    }
}

extension Portal {
    init(
        _ access: PortalAccess, limits: TimeLimits, http: HTTPClient, clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Moment
    ) {
        func key(_ direction: RequestKey.Direction) -> RequestKey {
            RequestKey(licenceKey: access.licenceKey.revealed, direction: direction)
        }
        let signed = SignedClient(
            base: access.baseURL, portal: access.id.rawValue, key: key(.controllerToPortal), http: http,
            now: { now().seconds })
        self.init(
            access: access,
            keys: Dictionary(uniqueKeysWithValues: RequestKey.Direction.allCases.map { ($0, key($0)) }),
            client: PortalClient(signed: signed, limit: limits.portal),
            crm: CRMWithinLimit(PortalCRM(client: signed), limit: limits.crm, clock: clock))
    }
}
