import Billing
import Logging
import PhoneNumbers

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

    var platform: ManagementClient { provisioner.platform }

    /// Buys a number; the same request again gives what the first one brought.
    ///
    /// A number that is paid and whose calls the platform refuses to send is the portal's: what fails then is tried again.
    ///
    /// - Throws: `ControllerError` with `numberTaken`, `priceChanged`, `insufficientFunds`, `accountBlocked`,
    ///   `requestReused`; `ManagementError` of kind `unreachable` leaves the order open, and it goes on by itself.
    func buy(_ wish: NumberPurchase.Wish, _ id: RequestID, _ portal: Portal) async throws -> RentedNumber {
        let account = try await provisioner.account(portal)
        return try await provisioner.locks.withLock(portal.id) {
            if let known = try await store.purchase(id, portal.id) {
                guard known.order.fulfils(wish) else {
                    throw ControllerError(
                        .requestReused, "REQUEST_ID belongs to another order; give each order one of its own")
                }
                return try await carryOut(known, account, isNew: false)
            }
            let moment = now()
            let order = NumberPurchase.Order(
                number: wish.number, place: try await place(wish, account), price: wish.price)
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

    /// Where the number is sold.
    private func place(_ wish: NumberPurchase.Wish, _ account: Account) async throws -> NumberPlace {
        if let place = wish.place { return place }
        guard let country = PhoneNumber(digits: wish.number)?.region?.code,
            let place = try await platform.offer(of: wish.number, country: country, account.credentials)
        else { throw Self.taken }
        return place
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
    func carryOut(_ purchase: NumberPurchase, _ account: Account, isNew: Bool) async throws -> RentedNumber {
        var purchase = purchase
        if let failure = purchase.failure { throw failure }
        do {
            if purchase.phase == .ordered {
                try await pay(purchase, account, isNew: isNew)
                purchase.phase = .paid
                try await store.save(purchase)
            }
            if purchase.phase == .paid { try await bind(purchase, account) }
        } catch let error as ManagementError {
            try await store.save(putOff(purchase))
            throw error
        }
        guard let number = try await store.find(purchase.order.number, purchase.portal) else { throw Self.taken }
        return number
    }

    private func putOff(_ purchase: NumberPurchase) -> NumberPurchase {
        var purchase = purchase
        purchase.attempts += 1
        purchase.dueAt = now().adding(backOff.pause(afterAttempt: purchase.attempts))
        return purchase
    }

    /// Has the calls of a paid number come to the portal; a refusal leaves the number the portal's, and is not the last word.
    private func bind(_ purchase: NumberPurchase, _ account: Account) async throws {
        let (number, currency) = (purchase.order.number, purchase.order.price.monthly.currency)
        var refusal: ManagementError?
        do throws(ManagementError) {
            try await platform.bindNumber(
                number, application: account.applicationID, rule: account.ruleID, account.credentials)
        } catch {
            guard !error.isPassing else { throw error }
            refusal = error
        }
        let facts = try await platform.rentedNumber(number, currency: currency, account.credentials)
        guard let facts else { throw await failed(purchase, Self.taken) }
        guard let refusal else { return try await store.complete(purchase, facts, at: now()) }
        logger.error(
            "number bought, but its calls do not come",
            metadata: ["portal.id": "\(purchase.portal)", "error": "\(refusal)"])
        try await store.leaveUnbound(putOff(purchase), facts, at: now())
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

    static var taken: ControllerError {
        ControllerError(.numberTaken, "the number is not offered any more; choose another")
    }

    static func short(_ total: Money, _ funds: Money?) -> ControllerError {
        ControllerError(
            .insufficientFunds,
            "the number costs \(total) now\(funds.map { ", and there is \($0)" } ?? ""); pay the difference first")
    }
}
