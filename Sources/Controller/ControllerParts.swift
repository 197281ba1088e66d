import AsyncHTTPClient
import CRM
import Digests
import HTTPServing
import Logging
import OutsideRequests
import ReplayMemory
import RequestSigning
import Storage

/// The controller's parts, each knowing only those that it needs.
struct ControllerParts: Sendable {
    let routes: Routes
    /// What portals may ask for.
    let commands: [PortalCommand]
    let registry: PortalRegistry
    let versions: ScenarioVersions
    /// Set when the server has been told to end.
    let ending = EndingMark()
    /// Set while this controller is on duty.
    let duty = DutyMark()
    /// What runs beside the server.
    let loops: [@Sendable () async -> Void]
    /// What runs beside the server of one of the controllers of the database.
    let duties: [@Sendable () async -> Void]

    init(
        configuration: ControllerConfiguration, database: Database, http: HTTPClient,
        clock: any Clock<Duration>, now: @escaping @Sendable () -> Moment, logger: Logger
    ) throws {
        let limits = configuration.limits
        let secrets = try StoredSecrets(key: configuration.storageKey)
        let portals = PortalRegistry(
            store: PortalStore(database: database, secrets: secrets),
            server: configuration.licenceServer.map { LicenceServer(access: $0, http: http) },
            policy: configuration.licences, now: now, logger: logger
        ) { Portal($0, limits: limits, http: http, clock: clock, now: now) }
        let accounts = AccountStore(database: database, secrets: secrets)
        let nonces = ReplayMemory(database: database)
        let calls = CallStore(database: database)
        let history = HistoryStore(database: database, thresholds: configuration.thresholds)
        let outbox = OutboxStore(database: database)
        let notices = PortalNotices(logger: logger)
        let (outboxBell, reconcilerBell, keyBell, paymentBell) = (Bell(), Bell(), Bell(), Bell())
        let (deviceBell, backOff) = (Bell(), BackOff(first: limits.firstBackOff, longest: limits.longestBackOff))
        func patrol(_ interval: Duration) -> Patrol { Patrol(interval: interval, clock: clock) }
        func rounds(_ bell: Bell) -> Rounds { Rounds(bell: bell, backOff: backOff, clock: clock, now: now) }
        let versions = ScenarioVersions(
            store: ScenarioVersionStore(database: database), health: HealthStore(database: database),
            controllerURL: configuration.publicURL, now: now, logger: logger)
        let queue = ProvisioningQueue(
            turnstile: Turnstile(width: 32, mostWaiting: 10_000, now: now), clock: clock)
        let provisioner = Provisioner(
            store: accounts,
            platform: ManagementClient(
                transport: ManagementTransport(
                    baseURL: configuration.platform.baseURL, http: http, limit: limits.platform, clock: clock),
                tokens: ServiceTokens(keys: configuration.platform.serviceKeys, now: now)),
            masters: configuration.platform.masters, versions: versions,
            registry: portals, locks: PortalLocks(database: database, work: "account"),
            queue: queue, backOff: backOff, now: now, logger: logger)
        let devices = DeviceCourier(provisioner: provisioner, rounds: rounds(deviceBell), logger: logger)
        let settings = LineSettingsCache(
            store: LineSettingsStore(database: database), provisioner: provisioner, now: now, logger: logger,
            locks: PortalLocks(database: database, work: "settings"))
        let routing = CallRouting(
            calls: calls, settings: settings, employees: EmployeeDirectory(database: database, now: now),
            notices: notices, now: now, logger: logger)
        let reporter = HistoryReporter(
            calls: calls, history: history, versions: versions, now: now, logger: logger)
        let courier = OutboxCourier(
            store: outbox, portals: portals, rounds: rounds(outboxBell), logger: logger)
        let reconciler = Reconciler(
            calls: calls, history: history, provisioner: provisioner, portals: portals,
            interval: limits.reconciliation, bell: reconcilerBell, clock: clock, now: now, logger: logger)
        let sweep = CallSweep(
            store: SweepStore(database: database), reconciler: reconciler, patrol: patrol(limits.reconciliation),
            now: now, logger: logger)
        let (archive, totals) = (HistorySearch(database: database), CallTotals(database: database))
        let source = RecordingSource(
            provisioner: provisioner, platform: configuration.platform, http: http, limit: limits.platform)
        let retention = HistoryRetention(
            database: database, deleteRecording: source.delete, patrol: patrol(limits.retention), now: now,
            logger: logger)
        let keys = ScenarioKeyCourier(
            registry: portals, provisioner: provisioner, rounds: rounds(keyBell), logger: logger)
        let sweeper = NonceSweeper(nonces: nonces, patrol: patrol(.seconds(60)), now: now, logger: logger)
        let outboxSweeper = OutboxSweeper(
            store: outbox, patrol: patrol(limits.retention), now: now, logger: logger)
        registry = portals
        let balanceLocks = PortalLocks(database: database, work: "balance")
        let balances = BalanceStore(database: database)
        let watch = BalanceWatch(
            store: balances, thresholds: configuration.thresholds, provisioner: provisioner, portals: portals,
            interval: limits.reconciliation,
            backOff: BackOff(first: limits.firstBackOff, longest: .seconds(3600)),
            locks: balanceLocks, clock: clock, now: now, logger: logger)
        let shop = NumberShop(
            store: NumberStore(database: database), provisioner: provisioner, balance: watch,
            backOff: backOff, now: now, logger: logger)
        let numberWatch = NumberWatch(
            shop: shop, portals: portals, patrol: patrol(limits.reconciliation), logger: logger)
        let paymentStore = PaymentStore(database: database, thresholds: configuration.thresholds)
        let payments = PaymentDesk(
            store: paymentStore, provisioner: provisioner, orderLife: configuration.paymentOrderLife, now: now,
            logger: logger)
        let paymentCourier = PaymentCourier(
            store: paymentStore, provisioner: provisioner, portals: portals, watch: watch,
            rounds: rounds(paymentBell), logger: logger)
        let warningStore = WarningStore(database: database, secrets: secrets)
        let warningBell = Bell()
        let warnings = WarningCourier(
            store: warningStore, mailer: configuration.mailer,
            poster: OutsidePoster(policy: configuration.webhooks, group: http.eventLoopGroup),
            policy: configuration.webhooks,
            rounds: rounds(warningBell), logger: logger)
        let balanceDesk = BalanceDesk(
            store: balances, thresholds: configuration.thresholds, locks: balanceLocks, now: now)
        let keeper = RolloutKeeper(
            versions: versions, provisioner: provisioner, portals: portals,
            judge: RolloutJudge(policy: configuration.rollout), patrol: patrol(limits.rollout), now: now,
            logger: logger)
        let silence = SilentSessionWatch(
            versions: versions, calls: calls, provisioner: provisioner, patrol: patrol(limits.reconciliation),
            now: now, logger: logger)
        let journal = StaffJournal(database: database, logger: logger)
        let desk = RolloutDesk(versions: versions, keeper: keeper, journal: journal, now: now)
        self.versions = versions
        let scenario = ScenarioEndpoint(
            portals: portals, settings: settings, routing: routing, calls: calls, history: reporter,
            updates: CallUpdates(provisioner: provisioner, limit: limits.update, clock: clock), notices: notices,
            running: RunningSessions(calls: calls, provisioner: provisioner, now: now), now: now)
        let recordings = RecordingEndpoint(
            links: RecordingLinks(database: database, secrets: secrets, publicURL: configuration.publicURL),
            history: history,
            source: source, now: now)
        let supportStore = SupportStore(database: database)
        let historyDesk = HistoryDesk(search: archive, totals: totals)
        let logs = SessionLogs(calls: calls, history: history, provisioner: provisioner, source: source, now: now)
        let view = CallView(calls: calls, history: history)
        let statement = StatementDesk(provisioner: provisioner, watch: watch, now: now)
        let portal = PortalEndpoint(
            provisioner: provisioner, settings: settings,
            relay: CommandRelay(calls: calls, http: http, limit: limits.platform), history: history,
            desk: historyDesk, calls: CallDesk(calls: calls, view: view, logs: logs, routing: routing, now: now),
            recordings: recordings, balances: balanceDesk,
            watch: watch, numbers: NumberDesk(shop: shop), payments: payments,
            statement: statement,
            support: SupportDesk(store: supportStore, now: now),
            warnings: WarningDesk(
                store: warningStore, policy: configuration.webhooks, hasMail: configuration.mailer != nil),
            sipServer: configuration.platform.sipServer)
        let admin = AdminEndpoint(
            portals: portals, calls: calls, outbox: outbox, totals: totals, balances: balanceDesk)
        let support = SupportEndpoint(
            store: supportStore, portals: portals, view: view, desk: historyDesk,
            lines: settings.store, accounts: accounts, statement: statement, logs: logs, recordings: recordings,
            now: now)
        let staff = StaffStore(database: database)
        commands = portal.commands
        let metrics = RequestMetrics()
        let queues = QueueMetrics(
            outbox: outbox, calls: calls, history: history, duty: duty, provisioning: queue, now: now)
        let health = HealthEndpoint(
            database: database, pulse: PlatformPulse(baseURL: configuration.platform.baseURL, http: http),
            ending: ending)
        routes = Routes(
            endpoints: [
                scenario.endpoint, portal.endpoint, recordings.endpoint, SettingsSchema.endpoint,
                MetricsEndpoint(sources: [
                    metrics.families, queues.families, RolloutMetrics(desk: desk).families,
                    PaymentMetrics(store: paymentStore, now: now).families,
                ]).endpoint,
            ] + health.endpoints + admin.endpoints + RolloutEndpoint(desk: desk).endpoints
                + PortalAdministration(registry: portals, accounts: accounts, journal: journal, now: now).endpoints
                + StaffAdministration(store: staff, journal: journal, now: now).endpoints
                + PaymentEndpoint(desk: payments, portals: portals).endpoints
                + support.endpoints,
            gate: RequestGate(
                portals: portals, nonces: nonces,
                decoy: RequestKey(
                    licenceKey: Hexadecimal.encode(SecureRandom.bytes(32)), direction: .portalToController), now: now),
            payments: PaymentGate(systems: configuration.paymentSystems, now: now),
            staff: StaffGate(token: configuration.operatorToken, store: staff),
            commands: Set(commands.map(\.name)), metrics: metrics, logger: logger)
        let changes = database.notifications(of: .scenarioVersions)
        let news = [
            (outboxBell, database.notifications(of: .outbox)), (reconcilerBell, database.notifications(of: .reports)),
            (keyBell, database.notifications(of: .scenarioKeys)), (deviceBell, database.notifications(of: .devices)),
            (paymentBell, database.notifications(of: .payments)),
            (warningBell, database.notifications(of: .warnings)),
        ]
        loops =
            [notices.run, { await versions.follow(changes, clock: clock) }]
            + news.map { bell, news in { @Sendable in await bell.follow(news) } }
        duties = [
            courier.run, outboxSweeper.run, reconciler.run, sweep.run, keys.run, devices.run, sweeper.run, watch.run,
            HistoryBackfill(database: database, logger: logger).run, retention.run, keeper.run, silence.run,
            numberWatch.run, paymentCourier.run, warnings.run,
        ]
    }
}

extension Portal {
    init(
        _ record: PortalRecord, limits: TimeLimits, http: HTTPClient, clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Moment
    ) {
        let keys = record.keys
        func client(_ key: @escaping @Sendable () -> Secret) -> SignedClient {
            SignedClient(
                base: record.baseURL, portal: record.id.rawValue,
                key: { RequestKey(licenceKey: key().revealed, direction: .controllerToPortal) }, http: http,
                now: { now().seconds })
        }
        let signed = client { keys.signing(at: now()) }
        self.init(
            access: record.access, keys: keys, licence: record.licence,
            client: PortalClient(signed: signed, limit: limits.portal),
            former: keys.previous.map { previous in
                PortalClient(signed: client { previous.key }, limit: limits.portal)
            },
            crm: CRMWithinLimit(PortalCRM(client: signed), limit: limits.crm, clock: clock))
    }
}
