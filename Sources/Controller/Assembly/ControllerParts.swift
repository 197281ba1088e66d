import AsyncHTTPClient
import Digests
import HTTPServing
import Logging
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

    init(_ tools: ControllerTools) {
        let accounts = AccountParts(tools)
        let calls = CallParts(tools, accounts)
        let history = HistoryParts(tools, accounts, calls)
        let money = MoneyParts(tools, accounts)
        let staff = StaffParts(tools, accounts)
        let nonces = ReplayMemory(database: tools.database)
        let portal = Self.portal(tools, accounts, calls, history, money)
        (registry, versions, commands) = (accounts.registry, accounts.versions, portal.commands)
        loops = accounts.loops + calls.loops + history.loops + money.loops
        let sweeper = NonceSweeper(
            nonces: nonces, patrol: tools.patrol(.seconds(60)), now: tools.now, logger: tools.logger)
        duties = accounts.duties + history.duties + money.duties + staff.duties + [sweeper.run]
        let metrics = RequestMetrics()
        let health = HealthEndpoint(
            database: tools.database,
            pulse: PlatformPulse(baseURL: tools.configuration.platform.baseURL, http: tools.http), ending: ending)
        routes = Routes(
            endpoints: [
                Self.scenario(tools, accounts, calls, history).endpoint, portal.endpoint,
                history.recordings.endpoint, SettingsSchema.endpoint,
                Self.metrics(tools, accounts, calls, history, money, staff, duty, metrics).endpoint,
            ] + health.endpoints + Self.admin(accounts, calls, history, money).endpoints + staff.endpoints
                + PaymentEndpoint(desk: money.payments, portals: accounts.registry).endpoints
                + Self.support(tools, accounts, calls, history, money).endpoints,
            gate: Self.gate(tools, accounts, nonces),
            payments: PaymentGate(systems: tools.configuration.paymentSystems, now: tools.now), staff: staff.gate,
            commands: Set(commands.map(\.name)), metrics: metrics, logger: tools.logger)
    }

    private static func gate(
        _ tools: ControllerTools, _ accounts: AccountParts, _ nonces: ReplayMemory
    ) -> RequestGate {
        let decoy = RequestKey(
            licenceKey: Hexadecimal.encode(SecureRandom.bytes(32)), direction: .portalToController)
        return RequestGate(portals: accounts.registry, nonces: nonces, decoy: decoy, now: tools.now)
    }

    private static func scenario(
        _ tools: ControllerTools, _ accounts: AccountParts, _ calls: CallParts, _ history: HistoryParts
    ) -> ScenarioEndpoint {
        ScenarioEndpoint(
            portals: accounts.registry, settings: calls.settings, routing: calls.routing, calls: calls.store,
            history: history.reporter, updates: calls.updates, notices: calls.notices, running: calls.running,
            now: tools.now)
    }

    private static func portal(
        _ tools: ControllerTools, _ accounts: AccountParts, _ calls: CallParts, _ history: HistoryParts,
        _ money: MoneyParts
    ) -> PortalEndpoint {
        PortalEndpoint(
            provisioner: accounts.provisioner, settings: calls.settings, relay: calls.relay,
            history: history.store, desk: history.desk,
            calls: CallDesk(
                calls: calls.store, view: history.view, logs: history.logs, routing: calls.routing, now: tools.now),
            recordings: history.recordings, balances: money.balances, watch: money.watch,
            numbers: NumberDesk(shop: money.shop), payments: money.payments, statement: money.statement,
            support: SupportDesk(store: SupportStore(database: tools.database), now: tools.now),
            warnings: money.warnings, sipServer: tools.configuration.platform.sipServer)
    }

    private static func admin(
        _ accounts: AccountParts, _ calls: CallParts, _ history: HistoryParts, _ money: MoneyParts
    ) -> AdminEndpoint {
        AdminEndpoint(
            portals: accounts.registry, calls: calls.store, outbox: history.outbox, totals: history.totals,
            balances: money.balances)
    }

    private static func support(
        _ tools: ControllerTools, _ accounts: AccountParts, _ calls: CallParts, _ history: HistoryParts,
        _ money: MoneyParts
    ) -> SupportEndpoint {
        SupportEndpoint(
            store: SupportStore(database: tools.database), portals: accounts.registry, view: history.view,
            desk: history.desk, lines: calls.settings.store, accounts: accounts.accounts,
            statement: money.statement, logs: history.logs, recordings: history.recordings, now: tools.now)
    }

    private static func metrics(
        _ tools: ControllerTools, _ accounts: AccountParts, _ calls: CallParts, _ history: HistoryParts,
        _ money: MoneyParts, _ staff: StaffParts, _ duty: DutyMark, _ requests: RequestMetrics
    ) -> MetricsEndpoint {
        let queues = QueueMetrics(
            outbox: history.outbox, calls: calls.store, history: history.store, duty: duty,
            provisioning: accounts.queue, now: tools.now)
        return MetricsEndpoint(sources: [
            requests.families, queues.families, RolloutMetrics(desk: staff.rollout).families,
            PaymentMetrics(store: money.paymentStore, now: tools.now).families,
        ])
    }
}
