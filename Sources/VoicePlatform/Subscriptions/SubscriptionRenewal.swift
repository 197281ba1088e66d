import Billing
import CallControl
import Storage

/// Renews what is paid by the month: takes the price when it is due, freezes what cannot be paid, gives up what stays
/// frozen, and warns before.
///
/// Driven by a clock value; a step that runs twice books once, because each month of a subscription has its own key.
struct SubscriptionRenewal {
    let transaction: Transaction
    let now: UnixTime

    /// How long something that is not paid is kept for its account.
    static let frozenDays: Int64 = 30
    /// How long before a charge an account with too little money is warned.
    static let warningDays: Int64 = 3
    /// Pause between two attempts to charge.
    private static let retrySeconds: Int64 = 3600
    private static let batch: Int64 = 200

    /// What a step did.
    struct Outcome: Sendable, Equatable {
        /// Accounts whose numbers or registrations can be used or not used now otherwise than before.
        var changed: Set<AccountID> = []
        /// Whether there was so much that another step should follow at once.
        var isFull = false
    }

    private enum Event {
        case renewed
        case frozen
        case detached
    }

    /// Handles what is due.
    func step() throws -> Outcome {
        var outcome = Outcome()
        for kind in SubscriptionKind.allCases {
            let rows = try transaction.query(
                """
                SELECT s.*, a.currency FROM \(kind.table) s JOIN account a ON a.id = s.account_id
                WHERE s.deactivated = 0 AND s.due_at <= ? ORDER BY s.due_at LIMIT ?
                """, [.integer(now.seconds), .integer(Self.batch)])
            outcome.isFull = outcome.isFull || rows.count == Int(Self.batch)
            let due = try rows.map { try Subscription(kind, row: $0, Self.currency($0)) }
            for (account, subscriptions) in Dictionary(grouping: due, by: \.accountID) {
                if try handle(subscriptions, of: account) { outcome.changed.insert(account) }
            }
        }
        return outcome
    }

    /// - Returns: Whether something can be used or not used now otherwise than before.
    private func handle(_ due: [Subscription], of account: AccountID) throws -> Bool {
        var events: [(Subscription, Event)] = []
        for subscription in due { if let event = try handle(subscription) { events.append(event) } }
        let outbox = CallbackOutbox(transaction: transaction)
        func those(_ wanted: Event) -> [Subscription] { events.filter { $0.1 == wanted }.map(\.0) }
        if !those(.renewed).isEmpty { try outbox.add(.renewed(those(.renewed)), for: account, at: now) }
        if !those(.frozen).isEmpty { try outbox.add(.frozen(those(.frozen)), for: account, at: now) }
        if !those(.detached).isEmpty { try outbox.add(.detached(those(.detached)), for: account, at: now) }
        return events.contains { $0.1 != .renewed || $0.0.frozenAt != nil }
    }

    private func handle(_ subscription: Subscription) throws -> (Subscription, Event)? {
        if subscription.isChargedAutomatically, let renewed = try renew(subscription) { return (renewed, .renewed) }
        guard let frozenAt = subscription.frozenAt else {
            try update(subscription, "frozen_at = ?, due_at = ?", [.integer(now.seconds), nextAttempt])
            return (subscription, .frozen)
        }
        guard now.seconds - frozenAt.seconds >= Self.frozenDays * 86_400 else {
            try update(subscription, "due_at = ?", [nextAttempt])
            return nil
        }
        try update(
            subscription, "deactivated = 1, application_id = NULL, rule_id = NULL, modified_at = ?",
            [.integer(now.seconds)])
        return (subscription, .detached)
    }

    /// Takes the price of the next month off the balance; nil when there is too little money.
    ///
    /// What was frozen begins anew today: nobody pays for a month in which he could not use it.
    func renew(_ subscription: Subscription) throws -> Subscription? {
        let row = try transaction.queryOne(
            "SELECT * FROM account WHERE id = ?", [.integer(subscription.accountID.rawValue)])
        guard let row else { return nil }
        let account = try Account(row: row)
        let ledger = LedgerStore(transaction: transaction)
        let available = try ledger.funds(of: account.id, at: now).available()
        guard try subscription.price.isZero || !available.isLess(than: subscription.price) else { return nil }
        var renewed = subscription
        if subscription.frozenAt == nil {
            renewed.renewalAt = Subscription.month(after: subscription.renewalAt, anchor: subscription.anchor)
        } else {
            (renewed.anchor, renewed.renewalAt) = (now, Subscription.month(after: now))
        }
        if !subscription.price.isZero {
            let key = "\(subscription.kind.table)-\(subscription.id)-\(subscription.renewalAt.seconds)"
            try ledger.book(
                LedgerEntry(
                    key: IdempotencyKey(rawValue: key), kind: subscription.kind.charge,
                    amount: try subscription.price.multiplied(by: -1), text: subscription.name),
                for: account.id, at: now)
        }
        try update(
            subscription, "renewal_at = ?, due_at = ?, anchor_at = ?, frozen_at = NULL",
            [
                .integer(renewed.renewalAt.seconds), .integer(renewed.renewalAt.seconds),
                .integer(renewed.anchor.seconds),
            ])
        return renewed
    }

    private var nextAttempt: SQLValue { .integer(now.seconds + Self.retrySeconds) }

    private func update(_ subscription: Subscription, _ assignments: String, _ values: [SQLValue]) throws {
        try transaction.execute(
            "UPDATE \(subscription.kind.table) SET \(assignments) WHERE id = ? AND account_id = ?",
            values + [.integer(subscription.id), .integer(subscription.accountID.rawValue)])
    }

    private static func currency(_ row: Row) throws -> Currency {
        Currency(rawValue: try row.text("currency")) ?? .usd
    }

    // MARK: Warnings

    /// Warns accounts whose money is not enough for what is charged within the next days; each once for a date.
    func warn() throws {
        let until = now.seconds + Self.warningDays * 86_400
        var accounts: Set<AccountID> = []
        for kind in SubscriptionKind.allCases {
            let rows = try transaction.query(
                """
                SELECT account_id FROM \(kind.table)
                WHERE deactivated = 0 AND due_at > ? AND due_at <= ? AND price > 0 ORDER BY due_at LIMIT 1000
                """, [.integer(now.seconds), .integer(until)])
            accounts.formUnion(try rows.map { AccountID(rawValue: try $0.integer("account_id")) })
        }
        for account in accounts { try warn(account, until: until) }
    }

    private func warn(_ id: AccountID, until: Int64) throws {
        guard let row = try transaction.queryOne("SELECT * FROM account WHERE id = ?", [.integer(id.rawValue)]) else {
            return
        }
        let account = try Account(row: row)
        let due = try SubscriptionStore(transaction: transaction).due(of: account, until: UnixTime(seconds: until))
            .filter { $0.isChargedAutomatically && $0.frozenAt == nil }
        guard let last = due.map(\.renewalAt).max() else { return }
        let required = try due.reduce(Money.zero(account.currency)) { try $0.adding($1.price) }
        let available = try AccountStore(transaction: transaction).balance(of: account).adding(account.creditLimit)
        guard try available.isLess(than: required) else { return }
        let isNew = try AccountWatch(transaction: transaction, now: now).noteWarning(of: id, for: last)
        guard isNew else { return }
        try CallbackOutbox(transaction: transaction).add(
            .nextCharge(required: required, missing: try required.subtracting(available)), for: id, at: now)
    }
}

/// Reads an account's subscriptions.
struct SubscriptionStore {
    let transaction: Transaction

    /// What is to be paid until a moment, what is frozen too; the next first.
    func due(of account: Account, until: UnixTime) throws -> [Subscription] {
        try SubscriptionKind.allCases.flatMap { kind in
            try transaction.query(
                "SELECT * FROM \(kind.table) WHERE account_id = ? AND deactivated = 0 AND renewal_at <= ? ORDER BY id",
                [.integer(account.id.rawValue), .integer(until.seconds)]
            ).map { try Subscription(kind, row: $0, account.currency) }
        }.sorted { $0.renewalAt < $1.renewalAt }
    }
}
