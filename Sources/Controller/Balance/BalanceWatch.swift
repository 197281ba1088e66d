import Billing
import Logging
import Storage

/// Looks at the balances of accounts that are in use, and warns each portal once before its money is out.
///
/// An account is looked at when a call of its was priced, each hour while it spends, and before a fee of its falls due; one that
/// sleeps costs nothing. What it spends comes from the platform's ledger, each movement once: the last one that was taken
/// over is kept in the transaction that adds it up.
struct BalanceWatch: Sendable {
    /// Accounts of one pass.
    private static let batch = 100
    private static let feesLife = Duration.seconds(86_400)
    /// Pages of the ledger that one look reads; the rest comes with the next.
    private static let mostPages = 10

    let store: BalanceStore
    let thresholds: CommonThresholds
    let provisioner: Provisioner
    let portals: PortalRegistry
    let interval: Duration
    let backOff: BackOff
    let locks: PortalLocks
    let clock: any Clock<Duration>
    let now: @Sendable () -> Moment
    let logger: Logger

    /// Looks again and again until cancelled.
    func run() async {
        while !Task.isCancelled {
            var isMore = false
            do {
                isMore = try await pass()
            } catch {
                logger.warning("balances not readable", metadata: ["error": "\(error)"])
            }
            if !isMore { try? await clock.sleep(for: interval) }
        }
    }

    /// Looks at what is due.
    ///
    /// - Returns: Whether more may be due already.
    private func pass() async throws -> Bool {
        let due = try await store.due(at: now(), limit: Self.batch)
        try await SideBySide.run(due) { id in
            do {
                guard let portal = try await portals.find(id) else {
                    throw ControllerError(.licence, "the portal has no licence")
                }
                try await look(portal)
            } catch {
                try await putOff(id, error)
            }
        }
        return due.count == Self.batch && !Task.isCancelled
    }

    /// Takes over what the account spent, asks for its balance, and warns if need be.
    func look(_ portal: Portal) async throws {
        try await locks.withLock(portal.id) {
            let known = try await store.find(portal.id)
            let start =
                known ?? BalanceAccount(portal.id, common: thresholds[portal.access.currency], at: now())
            guard let account = try await provisioner.existing(portal.id) else {
                return try await rest(start)
            }
            guard let (before, page) = try await lastPage(start, account) else { return }
            let fees = try await fees(before, account)
            let funds = try await provisioner.platform.funds(currency: before.settings.currency, account.credentials)
            try await conclude(
                BalanceLook(before: before, page: page, fees: fees, funds: funds, at: now()))
        }
    }

    /// Takes note of a balance that came along with an answer of the platform; a failure is logged.
    func saw(_ info: JSONValue, _ portal: Portal) async {
        guard let funds = PlatformMoney.funds(info, portal.access.currency) else { return }
        do {
            try await locks.withLock(portal.id) {
                let known = try await store.find(portal.id)
                let before =
                    known ?? BalanceAccount(portal.id, common: thresholds[portal.access.currency], at: now())
                // A balance that has not changed is no news.
                guard before.settings.currency == funds.currency, before.funds != funds else { return }
                try await conclude(BalanceLook(before: before, page: nil, fees: nil, funds: funds, at: now()))
            }
        } catch {
            logger.warning("balance not noted", metadata: ["portal.id": "\(portal.id)", "error": "\(error)"])
        }
    }

    /// Reads the ledger up to its last page, which is left to take over; nil when that is not reached with this look.
    private func lastPage(
        _ known: BalanceAccount, _ account: Account
    ) async throws -> (BalanceAccount, LedgerPage)? {
        let reader = LedgerReader(platform: provisioner.platform)
        var known = known
        for _ in 0..<Self.mostPages {
            let page = try await reader.page(of: known, account, at: now())
            if page.after == nil { return (known, page) }
            known = try await turn(page, known)
        }
        return nil
    }

    /// Takes over a page that is followed by others; whatever happens, the account is due until the last one is reached.
    private func turn(_ page: LedgerPage, _ known: BalanceAccount) async throws -> BalanceAccount {
        let moment = now()
        return try await store.database.write { transaction in
            var account = try BalanceStore.find(known.portal, in: transaction) ?? known
            try page.take(&account, in: transaction)
            let isDue = account.nextCheck.map { $0 <= moment } ?? false
            if !isDue { account.nextCheck = moment }
            try BalanceStore.save(account, in: transaction)
            // Whoever has woken the account meanwhile is seen at the end.
            if isDue { account.nextCheck = known.nextCheck }
            return account
        }
    }

    /// Nil while those that are known are fresh.
    private func fees(_ known: BalanceAccount, _ account: Account) async throws -> [BalanceAccount.PlannedFee]? {
        if let at = known.plannedAt, now() < at.adding(Self.feesLife) { return nil }
        let fees = try await provisioner.platform.numberFees(
            currency: known.settings.currency, account.credentials)
        return fees.map { BalanceAccount.PlannedFee(hour: $0.due.seconds / 3600, millionths: $0.fee.millionths) }
    }

    private func conclude(_ look: BalanceLook) async throws {
        let notice = try await store.database.write { try look.apply(in: $0) }
        guard let notice else { return }
        logger.info(
            "balance warning",
            metadata: ["portal.id": "\(look.before.portal)", "kind": "\(notice.kind.rawValue)"])
    }

    /// Without an account at the platform there is no money.
    private func rest(_ account: BalanceAccount) async throws {
        var account = account
        account.nextCheck = nil
        let resting = account
        try await store.database.write(.soon) { try BalanceStore.save(resting, in: $0) }
    }

    private func putOff(_ portal: PortalID, _ error: any Error) async throws {
        let moment = now()
        logger.warning("balance not looked at", metadata: ["portal.id": "\(portal)", "error": "\(error)"])
        try await store.database.write(.soon) { [backOff] transaction in
            guard var account = try BalanceStore.find(portal, in: transaction) else { return }
            account.failures += 1
            account.nextCheck = moment.adding(backOff.pause(afterAttempt: account.failures))
            try BalanceStore.save(account, in: transaction)
        }
    }
}
