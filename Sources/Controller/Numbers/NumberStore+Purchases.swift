import Billing
import Storage

/// Purchases, a row for each, and what they make of their numbers.
extension NumberStore {
    func purchase(_ id: RequestID, _ portal: PortalID) async throws -> NumberPurchase? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT * FROM number_purchase WHERE portal_id = ? AND request_id = ?",
                [.text(portal.rawValue), .text(id.rawValue)]
            ).map(NumberPurchase.init)
        }
    }

    /// Purchases to be taken up again, those that have waited longest first.
    func due(at moment: Moment, limit: Int) async throws -> [NumberPurchase] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT * FROM number_purchase WHERE due_at <= ? ORDER BY due_at LIMIT ?",
                [.integer(moment.milliseconds), .integer(limit)]
            ).map(NumberPurchase.init)
        }
    }

    /// Writes the order down and makes the number its portal's, before the platform hears of it.
    ///
    /// - Throws: `ControllerError` with `numberTaken` for a number that is somebody's, this portal's too.
    func begin(_ purchase: NumberPurchase) async throws {
        let order = purchase.order
        try await database.write { transaction in
            let before = try Self.find(order.number, in: transaction)
            guard before == nil || before?.state == .released else {
                throw ControllerError(
                    .numberTaken,
                    before?.portal == purchase.portal
                        ? "the number is the portal's already" : "the number is not offered any more; choose another")
            }
            let facts = RentedNumber.Facts(
                number: order.number, country: order.place.country, category: order.place.category, region: "",
                price: order.price.monthly, nextRenewal: nil, isFrozen: false, isRenewed: true)
            try Self.save(
                RentedNumber(
                    portal: purchase.portal, state: .ordered, facts: facts, request: purchase.id,
                    version: before?.version ?? 0), lookAt: nil, in: transaction)
            try Self.save(purchase, in: transaction)
        }
    }

    /// Notes how far a purchase has come.
    func save(_ purchase: NumberPurchase) async throws {
        try await database.write { try Self.save(purchase, in: $0) }
    }

    /// The purchase has come to its end: the number is the portal's and its calls come.
    func complete(_ purchase: NumberPurchase, _ facts: RentedNumber.Facts, at moment: Moment) async throws {
        try await database.write { transaction in
            var purchase = purchase
            (purchase.phase, purchase.dueAt) = (.active, nil)
            try Self.save(purchase, in: transaction)
            try Self.markBound(facts.number, purchase.portal, in: transaction)
            try Self.tell(try Self.bought(purchase, facts, .active, in: transaction), at: moment, in: transaction)
        }
    }

    /// The number is paid and the portal's, but its calls do not come, and will not at once: the portal is told, the first time.
    func leaveUnbound(_ purchase: NumberPurchase, _ facts: RentedNumber.Facts, at moment: Moment) async throws {
        try await database.write { transaction in
            try Self.save(purchase, in: transaction)
            let number = try Self.bought(purchase, facts, .unbound, in: transaction)
            guard try number != Self.find(facts.number, in: transaction) else { return }
            try Self.tell(number, at: moment, in: transaction)
        }
    }

    private static func bought(
        _ purchase: NumberPurchase, _ facts: RentedNumber.Facts, _ state: RentedNumber.State,
        in transaction: Transaction
    ) throws -> RentedNumber {
        let before = try find(facts.number, in: transaction)
        return RentedNumber(
            portal: purchase.portal, state: state, facts: facts, request: purchase.id, version: before?.version ?? 0)
    }

    /// Nothing is left to do for the purchase of a number that is given back, or gone.
    static func endPurchase(of number: RentedNumber, in transaction: Transaction) throws {
        guard let request = number.request else { return }
        try transaction.execute(
            """
            UPDATE number_purchase SET phase = 'active', due_at = NULL
            WHERE portal_id = ? AND request_id = ? AND phase = 'paid'
            """, [.text(number.portal.rawValue), .text(request.rawValue)])
    }

    /// The purchase has failed: the number is anybody's again, and the portal is told.
    func fail(_ purchase: NumberPurchase, _ failure: ControllerError, at moment: Moment) async throws {
        try await database.write { transaction in
            var failed = purchase
            (failed.phase, failed.failure, failed.dueAt) = (.failed, failure, nil)
            try Self.save(failed, in: transaction)
            if var number = try Self.find(purchase.order.number, in: transaction), number.portal == purchase.portal,
                [.ordered, .unbound].contains(number.state), number.request == purchase.id
            {
                number.state = .released
                number.version += 1
                try Self.save(number, lookAt: nil, in: transaction)
            }
            let news: JSONValue = [
                "REQUEST_ID": .text(purchase.id.rawValue), "PHONE_NUMBER": .text(purchase.order.number),
                "STATE": "FAILED", "ERROR": .text(failure.code.rawValue), "MESSAGE": .text(failure.message),
            ]
            try OutboxStore.add(
                NumberNews.command, key: "failed-\(purchase.id)", news.encoded, purchase.portal, at: moment,
                to: transaction)
        }
    }

    private static func save(_ purchase: NumberPurchase, in transaction: Transaction) throws {
        let order = purchase.order
        try transaction.execute(
            """
            INSERT INTO number_purchase (portal_id, request_id, phone_number, country, category, region, state_code,
                price, installation, currency, phase, error_code, error_text, created_at, due_at, attempts)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (portal_id, request_id) DO UPDATE SET phase = excluded.phase, error_code = excluded.error_code,
                error_text = excluded.error_text, due_at = excluded.due_at, attempts = excluded.attempts
            """,
            [
                .text(purchase.portal.rawValue), .text(purchase.id.rawValue), .text(order.number),
                .text(order.place.country), .text(order.place.category), .text(order.place.region),
                .optional(order.place.state), .integer(order.price.monthly.millionths),
                .integer(order.price.installation.millionths), .text(order.price.monthly.currency.code),
                .text(purchase.phase.rawValue), .optional(purchase.failure?.code.rawValue),
                .optional(purchase.failure?.message), .integer(purchase.createdAt.milliseconds),
                .optional(purchase.dueAt?.milliseconds), .integer(purchase.attempts),
            ])
    }
}
