import Billing
import Storage

/// Payment orders and their payments, a row for each order.
struct PaymentStore: Sendable {
    /// Orders of one portal that wait for their payment at once.
    static let mostOpen: Int64 = 100

    let database: Database
    /// Of accounts that a payment makes known.
    let thresholds: CommonThresholds

    // MARK: Orders

    /// Makes an order; the same request again gives the first one's.
    ///
    /// - Throws: `ControllerError` with `requestReused` when the request was for another amount, `busy` when too many wait.
    func order(
        _ amount: Money, _ request: RequestID, _ portal: PortalID, reference: PaymentReference, at moment: Moment,
        until end: Moment
    ) async throws -> PaymentOrder {
        try await database.write { transaction in
            if let known = try Self.find(request, portal, in: transaction) {
                guard known.amount == amount else {
                    throw ControllerError(
                        .requestReused, "REQUEST_ID belongs to an order of \(known.amount); give each order its own")
                }
                return known
            }
            try Self.expectFewOpen(portal, at: moment, in: transaction)
            try transaction.execute(
                """
                INSERT INTO payment_order (portal_id, request_id, reference, amount, currency, created_at, expires_at,
                    attempts)
                VALUES (?, ?, ?, ?, ?, ?, ?, 0)
                """,
                [
                    .text(portal.rawValue), .text(request.rawValue), .text(reference.rawValue),
                    .integer(amount.millionths), .text(amount.currency.code), .integer(moment.milliseconds),
                    .integer(end.milliseconds),
                ])
            guard let order = try Self.find(request, portal, in: transaction) else {
                throw ControllerError(.internalFailure, "the order was not kept")
            }
            return order
        }
    }

    private static func expectFewOpen(
        _ portal: PortalID, at moment: Moment, in transaction: Transaction
    ) throws {
        let waiting = try transaction.queryOne(
            """
            SELECT COUNT(*) AS orders FROM payment_order
            WHERE portal_id = ? AND expires_at > ? AND paid_at IS NULL
            """, [.text(portal.rawValue), .integer(moment.milliseconds)])
        guard try waiting?.integer("orders") ?? 0 < mostOpen else {
            throw ControllerError(
                .busy, "\(mostOpen) orders wait for their payment; pay one of them, or let them expire")
        }
    }

    private static func find(
        _ request: RequestID, _ portal: PortalID, in transaction: Transaction
    ) throws -> PaymentOrder? {
        try transaction.queryOne(
            "SELECT * FROM payment_order WHERE portal_id = ? AND request_id = ?",
            [.text(portal.rawValue), .text(request.rawValue)]
        ).map(PaymentOrder.init)
    }

    /// A portal's orders before one, the latest first.
    func page(_ portal: PortalID, before id: Int64, limit: Int64) async throws -> [PaymentOrder] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT * FROM payment_order WHERE portal_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
                [.text(portal.rawValue), .integer(id), .integer(limit)]
            ).map(PaymentOrder.init)
        }
    }

    // MARK: Payments

    /// Writes a payment down, once; the same callback again changes nothing.
    ///
    /// - Returns: Whether the payment is new.
    /// - Throws: `ControllerError` with `paymentChanged`, `orderUnknown`, `currencyMismatch`, `amountMismatch`, `orderPaid`,
    ///   `orderExpired`; nothing is written then.
    func take(_ callback: PaymentCallback, at moment: Moment) async throws -> Bool {
        try await database.write { transaction in
            let known = try transaction.queryOne(
                "SELECT * FROM payment_order WHERE payment_system = ? AND payment_id = ?",
                [.text(callback.system), .text(callback.payment)]
            ).map(PaymentOrder.init)
            if let known {
                guard known.reference.rawValue == callback.reference, known.amount == callback.amount else {
                    throw ControllerError(.paymentChanged, "the payment was confirmed before with other contents")
                }
                return false
            }
            let found = try transaction.queryOne(
                "SELECT * FROM payment_order WHERE reference = ?", [.text(callback.reference)]
            ).map(PaymentOrder.init)
            guard let order = found else {
                throw ControllerError(.orderUnknown, "there is no payment order of this reference")
            }
            try callback.check(order, at: moment)
            try transaction.execute(
                """
                UPDATE payment_order SET payment_system = ?, payment_id = ?, paid_at = ?, due_at = ?
                WHERE id = ?
                """,
                [
                    .text(callback.system), .text(callback.payment), .integer(moment.milliseconds),
                    .integer(moment.milliseconds), .integer(order.id),
                ])
            try transaction.notify(.payments, "")
            return true
        }
    }

    /// Paid orders whose money is to go to their accounts now, those first that have waited longest.
    func due(at moment: Moment, limit: Int) async throws -> [PaymentOrder] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT * FROM payment_order WHERE due_at <= ? ORDER BY due_at LIMIT ?",
                [.integer(moment.milliseconds), .integer(limit)]
            ).map(PaymentOrder.init)
        }
    }

    /// When the next paid order is to be taken up; nil when all are credited.
    func nextDue() async throws -> Moment? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT due_at FROM payment_order WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1"
            ).map { Moment(milliseconds: try $0.integer("due_at")) }
        }
    }

    /// Confirmed payments whose money is not on the account yet, and when the oldest of them was confirmed.
    func waiting() async throws -> (count: Int64, oldest: Moment?) {
        try await database.read { transaction in
            let row = try transaction.queryOne(
                "SELECT COUNT(*) AS orders, MIN(paid_at) AS oldest FROM payment_order WHERE due_at >= 0")
            return (
                try row?.integer("orders") ?? 0,
                try row?.optionalInteger("oldest").map { Moment(milliseconds: $0) }
            )
        }
    }

    /// The money is on the account: the portal is told, and the account's balance and frozen numbers are looked at.
    func credit(_ order: PaymentOrder, balance: Money?, at moment: Moment) async throws {
        let common = thresholds[order.amount.currency]
        try await database.write { transaction in
            let changed = try transaction.execute(
                """
                UPDATE payment_order SET credited_at = ?, due_at = NULL, error = NULL
                WHERE id = ? AND credited_at IS NULL
                """, [.integer(moment.milliseconds), .integer(order.id)])
            guard changed > 0 else { return }
            var credited = order
            credited.creditedAt = moment
            guard case .object(let fields) = credited.json(at: moment) else { return }
            let news = fields + [JSONValue.Field(name: "BALANCE", value: (balance?.decimalText).json)]
            try OutboxStore.add(
                PaymentNews.command, key: order.reference.rawValue, JSONValue.object(news).encoded, order.portal,
                at: moment, to: transaction)
            try BalanceStore.awake(order.portal, common: common, at: moment, in: transaction)
            try NumberStore.lookAtFrozen(order.portal, at: moment, in: transaction)
        }
    }

    /// The account could not be credited; the reason is kept for the operator.
    func postpone(_ order: PaymentOrder, until moment: Moment, error: String) async throws {
        try await database.write(.soon) { transaction in
            try transaction.execute(
                """
                UPDATE payment_order SET due_at = ?, attempts = attempts + 1, error = ?
                WHERE id = ? AND credited_at IS NULL
                """, [.integer(moment.milliseconds), .text(error), .integer(order.id)])
        }
    }
}

extension PaymentCallback {
    /// Whether it pays the order.
    fileprivate func check(_ order: PaymentOrder, at moment: Moment) throws(ControllerError) {
        guard amount.currency == order.amount.currency else {
            throw ControllerError(
                .currencyMismatch, "the order is in \(order.amount.currency.code), the payment is not")
        }
        guard amount == order.amount else {
            throw ControllerError(.amountMismatch, "the order is for \(order.amount), the payment is \(amount)")
        }
        switch order.state(at: moment) {
        case .open: return
        case .expired:
            throw ControllerError(.orderExpired, "the order has expired; pay the money back, or have a new order made")
        case .paid, .credited:
            throw ControllerError(.orderPaid, "the order was paid by another payment; pay this one back")
        }
    }
}

/// What a portal is told of its payments.
enum PaymentNews {
    static let command = "PaymentReceived"
}
