import AsyncHTTPClient
import OutsideRequests

/// Balances, numbers, payments, and the warnings before the money is out.
struct MoneyParts: Sendable {
    let balances: BalanceDesk
    let watch: BalanceWatch
    let statement: StatementDesk
    let shop: NumberShop
    let payments: PaymentDesk
    let paymentStore: PaymentStore
    let warnings: WarningDesk
    let loops: [@Sendable () async -> Void]
    let duties: [@Sendable () async -> Void]

    init(_ tools: ControllerTools, _ accounts: AccountParts) {
        let (configuration, now, provisioner) = (tools.configuration, tools.now, accounts.provisioner)
        let (store, locks) = (BalanceStore(database: tools.database), tools.locks("balance"))
        balances = BalanceDesk(store: store, thresholds: configuration.thresholds, locks: locks, now: now)
        watch = BalanceWatch(
            store: store, thresholds: configuration.thresholds, provisioner: provisioner,
            portals: accounts.registry, interval: tools.limits.reconciliation,
            backOff: BackOff(first: tools.limits.firstBackOff, longest: .seconds(3600)),
            locks: locks, clock: tools.clock, now: now, logger: tools.logger)
        statement = StatementDesk(provisioner: provisioner, watch: watch, now: now)
        shop = NumberShop(
            store: NumberStore(database: tools.database), provisioner: provisioner, balance: watch,
            backOff: tools.backOff, now: now, logger: tools.logger)
        paymentStore = PaymentStore(database: tools.database, thresholds: configuration.thresholds)
        payments = PaymentDesk(
            store: paymentStore, provisioner: provisioner, orderLife: configuration.paymentOrderLife, now: now,
            logger: tools.logger)
        let warningStore = WarningStore(database: tools.database, secrets: tools.secrets)
        warnings = WarningDesk(
            store: warningStore, policy: configuration.webhooks, hasMail: configuration.mailer != nil)
        let (paymentBell, followPayments) = tools.bell(.payments)
        let (warningBell, followWarnings) = tools.bell(.warnings)
        loops = [followPayments, followWarnings]
        duties = [
            watch.run,
            NumberWatch(
                shop: shop, portals: accounts.registry, patrol: tools.patrol(tools.limits.reconciliation),
                logger: tools.logger
            ).run,
            PaymentCourier(
                store: paymentStore, provisioner: provisioner, portals: accounts.registry, watch: watch,
                rounds: tools.rounds(paymentBell), logger: tools.logger
            ).run,
            Self.courier(tools, warningStore, warningBell).run,
        ]
    }

    private static func courier(_ tools: ControllerTools, _ store: WarningStore, _ bell: Bell) -> WarningCourier {
        let policy = tools.configuration.webhooks
        return WarningCourier(
            store: store, mailer: tools.configuration.mailer,
            poster: OutsidePoster(policy: policy, group: tools.http.eventLoopGroup), policy: policy,
            rounds: tools.rounds(bell), logger: tools.logger)
    }
}
