import Billing
import Logging

/// Brings the money of paid orders to their accounts, again and again until it is there.
///
/// The order's reference goes with the transfer, and the platform passes a transfer over whose reference it knows: a
/// crash or a lost answer between the two systems moves no money twice.
struct PaymentCourier: Sendable {
    private static let batch = 100
    /// The platform looks this long before the order for its reference, as clocks differ.
    private static let margin = Duration.seconds(86_400)
    /// For a balance that goes along with the news of a payment.
    private static let patience = Duration.seconds(2)

    let store: PaymentStore
    let provisioner: Provisioner
    let portals: PortalRegistry
    let watch: BalanceWatch
    let rounds: Rounds
    let logger: Logger

    /// Works at each ring of the bell and whenever an order is due, until cancelled.
    func run() async {
        await rounds.run("payments not readable", logger) {
            try await pass()
            return try await store.nextDue()
        }
    }

    private func pass() async throws {
        let due = try await store.due(at: rounds.now(), limit: Self.batch)
        try await SideBySide.run(due, of: \.portal) { order in
            do {
                try await credit(order)
            } catch {
                try await putOff(order, error)
            }
        }
    }

    private func credit(_ order: PaymentOrder) async throws {
        guard let portal = try await portals.find(order.portal) else {
            throw ControllerError(.licence, "the portal is not in the licence table; add it or wait")
        }
        let existing = try await provisioner.existing(order.portal)
        let account = if let existing { existing } else { try await provisioner.account(portal) }
        guard let master = provisioner.masters[order.amount.currency] else {
            throw ControllerError(
                .wrongConfiguration, "no master account for \(order.amount.currency.code) is configured; add it")
        }
        try await provisioner.platform.transfer(
            order.amount, to: account.credentials.accountID, reference: order.reference.rawValue,
            knownSince: order.createdAt.adding(.zero - Self.margin), master)
        let info = await info(account)
        try await store.credit(
            order, balance: info.flatMap { PlatformMoney.funds($0, order.amount.currency) }, at: rounds.now())
        logger.info(
            "payment credited", metadata: ["portal.id": "\(order.portal)", "order": "\(order.reference)"])
        if let info { await watch.saw(info, portal) }
    }

    /// The money has moved: an answer that does not come soon holds nobody's payment up.
    private func info(_ account: Account) async -> JSONValue? {
        await withTaskGroup(of: JSONValue?.self) { group in
            group.addTask {
                do {
                    return try await provisioner.platform.accountInfo(account.credentials)
                } catch {
                    logger.warning("balance not known after a payment", metadata: ["error": "\(error)"])
                    return nil
                }
            }
            group.addTask {
                try? await rounds.clock.sleep(for: Self.patience)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private func putOff(_ order: PaymentOrder, _ error: any Error) async throws {
        logger.error(
            "payment not credited",
            metadata: ["portal.id": "\(order.portal)", "order": "\(order.reference)", "error": "\(error)"])
        let again = rounds.again(afterAttempt: order.attempts + 1)
        try await store.postpone(order, until: again, error: "\(error)")
    }
}
