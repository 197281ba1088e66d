import Billing
import Storage

/// A portal's wish to pay, and the payment that fulfils it: an order is paid once, by one payment.
struct PaymentOrder: Sendable, Equatable {
    /// What an outside payment system confirms.
    struct Payment: Sendable, Equatable {
        var system: String
        /// The system's own name of the payment.
        var id: String
        var at: Moment
    }

    enum State: String, Sendable {
        /// Waits for its payment.
        case open = "OPEN"
        case expired = "EXPIRED"
        /// The money is with the operator and on its way to the account.
        case paid = "PAID"
        /// The money is on the account.
        case credited = "CREDITED"
    }

    /// Counts all orders; later ones have higher numbers.
    let id: Int64
    let portal: PortalID
    let request: RequestID
    let reference: PaymentReference
    let amount: Money
    let createdAt: Moment
    let expiresAt: Moment
    var payment: Payment?
    var creditedAt: Moment?
    /// How often the account was to be credited in vain.
    var attempts: Int64 = 0

    func state(at moment: Moment) -> State {
        if creditedAt != nil { return .credited }
        if payment != nil { return .paid }
        return moment < expiresAt ? .open : .expired
    }

    func json(at moment: Moment) -> JSONValue {
        [
            "REFERENCE": .text(reference.rawValue), "REQUEST_ID": .text(request.rawValue),
            "AMOUNT": .text(amount.decimalText), "CURRENCY": .text(amount.currency.code),
            "STATE": .text(state(at: moment).rawValue), "CREATED_AT": .integer(createdAt.seconds),
            "EXPIRES_AT": .integer(expiresAt.seconds), "PAYMENT_SYSTEM": (payment?.system).json,
            "PAYMENT_ID": (payment?.id).json, "PAID_AT": (payment?.at.seconds).json,
            "CREDITED_AT": (creditedAt?.seconds).json,
        ]
    }
}

extension PaymentOrder {
    init(_ row: Row) throws {
        guard let currency = Currency(rawValue: try row.text("currency")),
            let request = RequestID(rawValue: try row.text("request_id")),
            let reference = PaymentReference(rawValue: try row.text("reference"))
        else { throw ControllerError(.internalFailure, "a row of payment_order is damaged; restore a backup") }
        func moment(_ column: String) throws -> Moment? {
            try row.optionalInteger(column).map { Moment(milliseconds: $0) }
        }
        id = try row.integer("id")
        portal = PortalID(rawValue: try row.text("portal_id"))
        (self.request, self.reference) = (request, reference)
        amount = Money(millionths: try row.integer("amount"), currency)
        createdAt = Moment(milliseconds: try row.integer("created_at"))
        expiresAt = Moment(milliseconds: try row.integer("expires_at"))
        if let system = try row.optionalText("payment_system"), let id = try row.optionalText("payment_id"),
            let at = try moment("paid_at")
        {
            payment = Payment(system: system, id: id, at: at)
        }
        creditedAt = try moment("credited_at")
        attempts = try row.integer("attempts")
    }
}
