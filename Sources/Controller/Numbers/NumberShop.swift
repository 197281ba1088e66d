import Billing
import Logging

/// Buys numbers for portals and gives them back: each step is written down before the platform hears of it, so that a
/// crash or a lost answer costs nothing but the repetition.
///
/// The platform sells a number once. What a purchase asks a second time it therefore cannot buy twice, and it looks whether the
/// account has the number before it asks again.
struct NumberShop: Sendable {
    /// How long an order is still carried out by itself; nobody waits for it any more afterwards.
    static let orderLife = Duration.seconds(600)

    let store: NumberStore
    let provisioner: Provisioner
    let balance: BalanceWatch
    let backOff: BackOff
    let now: @Sendable () -> Moment
    let logger: Logger

    private var platform: ManagementClient { provisioner.platform }

    // MARK: Buying

    /// Buys a number; the same request again gives what the first one brought.
    ///
    /// - Throws: `ControllerError` with `numberTaken`, `priceChanged`, `insufficientFunds`, `accountBlocked`,
    ///   `requestReused`; `ManagementError` of kind `unreachable` leaves the order open, and it goes on by itself.
    func buy(_ order: NumberPurchase.Order, _ id: RequestID, _ portal: Portal) async throws -> RentedNumber {
        let account = try await provisioner.account(portal)
        return try await provisioner.locks.withLock(portal.id) {
            if let known = try await store.purchase(id, portal.id) {
                guard known.order == order else {
                    throw ControllerError(
                        .requestReused, "REQUEST_ID belongs to another order; give each order one of its own")
                }
                return try await carryOut(known, account, isNew: false)
            }
            let moment = now()
            try await check(order, portal, account)
            let purchase = NumberPurchase(
                portal: portal.id, id: id, order: order, createdAt: moment,
                dueAt: moment.adding(backOff.longest))
            try await store.begin(purchase)
            return try await carryOut(purchase, account, isNew: true)
        }
    }

    /// Takes up a purchase that was left open.
    func resume(_ purchase: NumberPurchase, _ portal: Portal) async throws {
        let account = try await provisioner.account(portal)
        try await provisioner.locks.withLock(portal.id) {
            // Somebody may have been quicker.
            guard let present = try await store.purchase(purchase.id, portal.id), present.dueAt != nil else { return }
            _ = try await carryOut(present, account, isNew: false)
        }
    }

    /// Whether the number is there at the agreed price, and the money for it.
    private func check(_ order: NumberPurchase.Order, _ portal: Portal, _ account: Account) async throws {
        let currency = portal.access.currency
        let found = try await platform.offers(
            at: order.place, .init(mask: order.number, count: 20), currency: currency, account.credentials)
        guard let offer = found.offers.first(where: { $0.number == order.number }) else { throw Self.taken }
        guard offer.price == order.price else {
            let (monthly, installation) = (offer.price.monthly, offer.price.installation)
            throw ControllerError(
                .priceChanged,
                "the number costs \(monthly) a period and \(installation) once by now; agree to that, or choose another"
            )
        }
        let info = try await platform.accountInfo(account.credentials)
        await balance.saw(info, portal)
        let total = try offer.price.first().adding(offer.taxes)
        guard let funds = PlatformMoney.funds(info, currency) else {
            throw ManagementError(method: "GetAccountInfo", kind: .wrongAnswer("field balance is missing"))
        }
        if info["frozen"] == true || (funds.millionths <= 0 && !total.isZero) {
            throw ControllerError(
                .accountBlocked, "the account is blocked, as its money is out (\(funds)); pay first")
        }
        guard try !funds.isLess(than: total) else { throw Self.short(total, funds) }
    }

    /// Goes on from wherever the purchase is.
    private func carryOut(
        _ purchase: NumberPurchase, _ account: Account, isNew: Bool
    ) async throws -> RentedNumber {
        var purchase = purchase
        if let failure = purchase.failure { throw failure }
        do {
            if purchase.phase == .ordered {
                try await pay(purchase, account, isNew: isNew)
                purchase.phase = .paid
                try await store.save(purchase)
            }
            if purchase.phase == .paid {
                let (number, currency) = (purchase.order.number, purchase.order.price.monthly.currency)
                try await platform.bindNumber(
                    number, application: account.applicationID, rule: account.ruleID, account.credentials)
                let facts = try await platform.rentedNumber(number, currency: currency, account.credentials)
                guard let facts else { throw await failed(purchase, Self.taken) }
                try await store.complete(purchase, facts, at: now())
            }
        } catch let error as ManagementError {
            purchase.attempts += 1
            purchase.dueAt = now().adding(backOff.pause(afterAttempt: purchase.attempts))
            try await store.save(purchase)
            throw error
        }
        guard let number = try await store.find(purchase.order.number, purchase.portal) else { throw Self.taken }
        return number
    }

    /// Has the platform sell the number, once.
    private func pay(_ purchase: NumberPurchase, _ account: Account, isNew: Bool) async throws {
        let order = purchase.order
        if !isNew {
            if try await platform.hasNumber(order.number, account.credentials) { return }
            guard now() < purchase.createdAt.adding(Self.orderLife) else {
                throw await failed(
                    purchase,
                    ControllerError(.platformAway, "the order could not be carried out in time; order once more"))
            }
        }
        do throws(ManagementError) {
            try await platform.attachNumber(order.number, at: order.place, account.credentials)
        } catch {
            // Ours after all: an earlier attempt whose answer was lost.
            if error.isNumberGone, try await platform.hasNumber(order.number, account.credentials) { return }
            if error.isNumberGone { throw await failed(purchase, Self.taken) }
            if error.isShortOfMoney { throw await failed(purchase, Self.short(try order.price.first(), nil)) }
            guard error.isRefusal, !error.isUnstarted else { throw error }
            throw await failed(purchase, ControllerError.external(error))
        }
    }

    /// Writes the failure down and gives it back.
    private func failed(_ purchase: NumberPurchase, _ failure: ControllerError) async -> any Error {
        logger.notice(
            "number not bought", metadata: ["portal.id": "\(purchase.portal)", "error": "\(failure.code.rawValue)"])
        do {
            try await store.fail(purchase, failure, at: now())
            return failure
        } catch {
            return error
        }
    }

    private static var taken: ControllerError {
        ControllerError(.numberTaken, "the number is not offered any more; choose another")
    }

    private static func short(_ total: Money, _ funds: Money?) -> ControllerError {
        ControllerError(
            .insufficientFunds,
            "the number costs \(total) now\(funds.map { ", and there is \($0)" } ?? ""); pay the difference first")
    }

    // MARK: What the portal has

    /// Takes over from the platform what the portal has.
    func reconcile(_ portal: Portal, _ account: Account) async throws {
        try await provisioner.locks.withLock(portal.id) {
            let found = try await platform.rentedNumbers(
                currency: portal.access.currency, account.credentials)
            try await store.reconcile(portal.id, found, at: now())
            for number in try await store.releasing(portal.id) { try await giveBack(number, account) }
        }
    }

    /// Gives a number back; one that has been given back already stays so.
    ///
    /// - Throws: `ControllerError` with `numberUnknown`, or `busy` while it is being bought.
    func release(_ number: String, _ portal: Portal) async throws -> RentedNumber {
        let (account, _) = try await owned(number, portal)
        return try await provisioner.locks.withLock(portal.id) {
            guard let present = try await store.find(number, portal.id) else { throw Self.unknown }
            switch present.state {
            case .released: return present
            case .ordered: throw ControllerError(.busy, "the number is being bought; ask again in a minute")
            case .active: try await store.beginRelease(present, at: now())
            case .releasing: break
            }
            try await giveBack(present, account)
            return try await store.find(number, portal.id) ?? present
        }
    }

    private func giveBack(_ number: RentedNumber, _ account: Account) async throws {
        do throws(ManagementError) {
            try await platform.deactivateNumber(number.facts.number, account.credentials)
        } catch {
            // Given back by an earlier attempt whose answer was lost.
            guard error.isNumberGone || error.isUnknownObject,
                try await !platform.hasNumber(number.facts.number, account.credentials)
            else { throw error }
        }
        try await store.completeRelease(number, at: now())
    }

    /// Whether the platform is to renew the number by itself.
    func setRenewal(_ isRenewed: Bool, _ number: String, _ portal: Portal) async throws -> RentedNumber {
        let (account, _) = try await active(number, portal)
        try await platform.setRenewal(isRenewed, number: number, account.credentials)
        return try await refreshed(number, portal, account)
    }

    /// Pays a number that could not be renewed; one that is paid stays as it is and costs nothing.
    ///
    /// - Throws: `ControllerError` with `insufficientFunds` when it is still not paid.
    func renew(_ number: String, _ portal: Portal) async throws -> RentedNumber {
        let (account, known) = try await active(number, portal)
        do throws(ManagementError) {
            try await platform.chargeNumber(number, account.credentials)
        } catch {
            guard error.isShortOfMoney else { throw error }
        }
        let after = try await refreshed(number, portal, account)
        guard !after.facts.isFrozen else { throw Self.short(known.facts.price, nil) }
        return after
    }

    private func refreshed(_ number: String, _ portal: Portal, _ account: Account) async throws -> RentedNumber {
        try await reconcile(portal, account)
        guard let after = try await store.find(number, portal.id) else { throw Self.unknown }
        return after
    }

    private func active(_ number: String, _ portal: Portal) async throws -> (Account, RentedNumber) {
        let found = try await owned(number, portal)
        guard found.1.state == .active else { throw Self.unknown }
        return found
    }

    /// The portal's account and its number; one that is not known yet is looked for at the platform.
    private func owned(_ number: String, _ portal: Portal) async throws -> (Account, RentedNumber) {
        guard let account = try await provisioner.existing(portal.id) else { throw Self.unknown }
        if let known = try await store.find(number, portal.id) { return (account, known) }
        try await reconcile(portal, account)
        guard let known = try await store.find(number, portal.id) else { throw Self.unknown }
        return (account, known)
    }

    private static var unknown: ControllerError {
        ControllerError(.numberUnknown, "the portal has no such number")
    }
}
