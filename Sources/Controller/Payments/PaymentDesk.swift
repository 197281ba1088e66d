import Billing
import Logging

/// What portals ask about paying, and what outside payment systems confirm.
struct PaymentDesk: Sendable {
    /// What one order may be for, in millionths.
    static let amounts: ClosedRange<Int64> = 1_000_000...1_000_000_000_000
    /// Orders are in whole hundredths, as payment systems take them.
    private static let step: Int64 = 10_000

    let store: PaymentStore
    let provisioner: Provisioner
    /// How long an order may be paid.
    let orderLife: Duration
    let now: @Sendable () -> Moment
    let logger: Logger

    var commands: [PortalCommand] {
        [
            PortalCommand("CreatePaymentOrder") { try await create(CommandFields($0), $1) },
            PortalCommand("GetPayments") { try await list(CommandFields($0), $1.id) },
        ]
    }

    private func create(_ fields: CommandFields, _ portal: Portal) async throws -> JSONValue {
        let currency = portal.access.currency
        let given = try fields.optionalText("CURRENCY", 3...3)
        guard given == nil || given == currency.code else {
            throw CommandFields.wrong("CURRENCY", "\(currency.code), in which the account is kept")
        }
        let amount = try fields.amount("AMOUNT", currency)
        guard Self.amounts.contains(amount.millionths), amount.millionths.isMultiple(of: Self.step) else {
            let (least, most) = (Self.amounts.lowerBound, Self.amounts.upperBound)
            throw CommandFields.wrong(
                "AMOUNT",
                "\(Money(millionths: least, currency)) to \(Money(millionths: most, currency)) in whole hundredths")
        }
        let request = try fields.requestID()
        // So that there is somewhere for the money to go.
        _ = try await provisioner.account(portal)
        let moment = now()
        let order = try await store.order(
            amount, request, portal.id, reference: .fresh(), at: moment, until: moment.adding(orderLife))
        return ["result": order.json(at: moment)]
    }

    /// A page of orders with their payments, the latest first.
    func list(_ fields: CommandFields, _ portal: PortalID) async throws -> JSONValue {
        let limit = try fields.integer("LIMIT", 1...500, fallback: 50)
        let before = try fields.integer("CURSOR", 1...Int64.max, fallback: .max)
        var orders = try await store.page(portal, before: before, limit: limit + 1)
        let hasMore = orders.count > Int(limit)
        if hasMore { orders.removeLast() }
        let moment = now()
        return [
            "result": .list(orders.map { $0.json(at: moment) }),
            "next": hasMore ? (orders.last.map { String($0.id) }).json : .null,
        ]
    }

    /// Takes a callback: the payment is written down before anybody hears that it was.
    ///
    /// - Throws: `ControllerError` as ``PaymentStore/take(_:at:)`` does; the log has it for the operator.
    func confirm(_ callback: PaymentCallback) async throws -> JSONValue {
        do {
            if try await store.take(callback, at: now()) {
                logger.info(
                    "payment confirmed",
                    metadata: [
                        "payment.system": "\(callback.system)", "payment.id": "\(callback.payment)",
                        "order": "\(callback.reference)",
                    ])
            }
            return callback.answer
        } catch let error as ControllerError {
            logger.error(
                "payment refused",
                metadata: [
                    "payment.system": "\(callback.system)", "payment.id": "\(callback.payment)",
                    "error": "\(error.code.rawValue)",
                ])
            throw error
        }
    }
}
