import Billing
import CallControl
import Storage

/// A call for which money is held, with the price that it began with.
struct CallHold: Sendable, Hashable {
    /// Names the call's hold and the booking of its charge.
    struct Key: Sendable, Hashable {
        let session: SessionID
        let leg: CallID

        /// The booking that the hold ends in.
        var booking: IdempotencyKey { IdempotencyKey(rawValue: "call-\(session)-\(leg)") }
    }

    let key: Key
    let account: AccountID
    let price: CallPrice
    /// What the account may spend on calls within an hour; nil for any amount.
    var hourlyLimit: Money?
}

/// Money that is held for running calls: a row for each, gone when the call is charged.
///
/// What is held and not yet charged is never more than balance and credit, whatever the number of calls.
struct HoldStore {
    let transaction: Transaction
    let now: UnixTime

    /// How long a hold outlives the time for which it pays; a call that was forgotten holds money no longer.
    private static let margin: Int64 = 900

    /// Holds the price of a call's first step.
    ///
    /// - Returns: The second until which money is held; that of the first time when the call has a hold.
    /// - Throws: ``MoneyRefusal``.
    func open(_ hold: CallHold) throws -> Int {
        if let known = try through(hold.key) { return known }
        try transaction.execute(
            "DELETE FROM money_hold WHERE account_id = ? AND expires_ms <= ?",
            [.integer(hold.account.rawValue), .integer(now.milliseconds)])
        let first = hold.price.firstStepEnd
        // Free seconds alone are no start: the first step must be covered.
        let through = try funds(hold).cover(hold.price, from: first - 1, upTo: first, limit: hold.hourlyLimit)
        let price = hold.price
        try transaction.execute(
            """
            INSERT INTO money_hold (session_id, call_id, account_id, amount, through_s, expires_ms, price_group,
                per_minute, setup_fee, first_step_s, next_step_s, free_s)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(hold.key.session.rawValue), .text(hold.key.leg.rawValue), .integer(hold.account.rawValue),
                .integer(try price.charge(seconds: through).amount.millionths), .integer(through),
                .integer(expiry(seconds: through)), .text(price.group), .integer(price.perMinute.millionths),
                .integer(price.setupFee.millionths), .integer(price.step.first), .integer(price.step.next),
                .integer(price.freeSeconds),
            ])
        return through
    }

    /// Holds the price of more seconds, as many until `target` as can be paid.
    ///
    /// - Returns: The second until which money is held now.
    /// - Throws: ``MoneyRefusal``; ``MoneyRefusal/accountClosed`` also for a call that has no hold (any more).
    func extend(_ hold: CallHold, through target: Int) throws -> Int {
        guard let known = try through(hold.key) else { throw MoneyRefusal.accountClosed }
        guard target > known else { return known }
        let through = try funds(hold).cover(hold.price, from: known, upTo: target, limit: hold.hourlyLimit)
        try transaction.execute(
            """
            UPDATE money_hold SET amount = ?, through_s = ?, expires_ms = ?
            WHERE session_id = ? AND call_id = ? AND account_id = ?
            """,
            [
                .integer(try hold.price.charge(seconds: through).amount.millionths), .integer(through),
                .integer(expiry(seconds: through - known)), .integer(hold.key.session.rawValue),
                .text(hold.key.leg.rawValue), .integer(hold.account.rawValue),
            ])
        return through
    }

    /// Lets go of what is held for a call.
    func release(_ key: CallHold.Key) throws {
        try transaction.execute(
            "DELETE FROM money_hold WHERE session_id = ? AND call_id = ?",
            [.integer(key.session.rawValue), .text(key.leg.rawValue)])
    }

    private func through(_ key: CallHold.Key) throws -> Int? {
        try transaction.queryOne(
            "SELECT through_s FROM money_hold WHERE session_id = ? AND call_id = ?",
            [.integer(key.session.rawValue), .text(key.leg.rawValue)]
        ).map { Int(try $0.integer("through_s")) }
    }

    private func funds(_ hold: CallHold) throws -> AccountFunds {
        try LedgerStore(transaction: transaction).funds(of: hold.account, at: now, without: hold.key)
    }

    private func expiry(seconds: Int) -> Int64 { now.milliseconds + (Int64(seconds) + Self.margin) * 1000 }
}

extension HoldStore {
    /// The answer of `open` or `extend` as a value: a refusal spoils no transaction.
    func answer(_ ask: (HoldStore) throws -> Int) throws -> Result<Int, MoneyRefusal> {
        do { return .success(try ask(self)) } catch let refusal as MoneyRefusal { return .failure(refusal) }
    }
}

extension MoneyRefusal {
    /// The SIP status that a call gets which is not made.
    var status: Int {
        switch self {
        case .insufficientFunds: 402
        case .spendingLimit, .accountClosed: 403
        }
    }

    /// The reason beside the status.
    var phrase: String {
        switch self {
        case .insufficientFunds: "Insufficient Funds"
        case .spendingLimit: "Spending Limit Reached"
        case .accountClosed: "Forbidden"
        }
    }
}
