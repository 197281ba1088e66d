import Billing
import Storage

/// A portal's order of a number, remembered from before the platform hears of it until it is carried out or has failed.
struct NumberPurchase: Sendable, Equatable {
    /// What a portal wants, and the price that it agreed to.
    struct Wish: Sendable, Equatable {
        var number: String
        /// Nil to have it looked for.
        var place: NumberPlace?
        var price: NumberPrice
    }

    /// A wish that was taken on.
    struct Order: Sendable, Equatable {
        var number: String
        var place: NumberPlace
        var price: NumberPrice

        func fulfils(_ wish: Wish) -> Bool {
            number == wish.number && price == wish.price && (wish.place.map { $0 == place } ?? true)
        }
    }

    enum Phase: String, Sendable {
        /// The number is this portal's to buy; whether the platform has sold it is not known.
        case ordered
        /// The platform has sold it; its calls do not come to the portal yet.
        case paid
        /// The number was the portal's with its calls, or was given back before they came.
        case active
        case failed
    }

    let portal: PortalID
    let id: RequestID
    let order: Order
    var phase = Phase.ordered
    /// Why it has failed.
    var failure: ControllerError?
    let createdAt: Moment
    /// When it is taken up again, if nobody asks before; nil at its end.
    var dueAt: Moment?
    var attempts: Int64 = 0
}

extension NumberPurchase {
    init(_ row: Row) throws {
        guard let currency = Currency(rawValue: try row.text("currency")),
            let phase = Phase(rawValue: try row.text("phase")),
            let id = RequestID(rawValue: try row.text("request_id"))
        else { throw ControllerError(.internalFailure, "a row of number_purchase is damaged; restore a backup") }
        portal = PortalID(rawValue: try row.text("portal_id"))
        self.id = id
        order = Order(
            number: try row.text("phone_number"),
            place: NumberPlace(
                country: try row.text("country"), category: try row.text("category"),
                region: try row.text("region"), state: try row.optionalText("state_code")),
            price: NumberPrice(
                monthly: Money(millionths: try row.integer("price"), currency),
                installation: Money(millionths: try row.integer("installation"), currency)))
        self.phase = phase
        if let code = try row.optionalText("error_code").flatMap(ControllerError.Code.init(rawValue:)) {
            failure = ControllerError(code, try row.optionalText("error_text") ?? "")
        }
        createdAt = Moment(milliseconds: try row.integer("created_at"))
        dueAt = try row.optionalInteger("due_at").map { Moment(milliseconds: $0) }
        attempts = try row.integer("attempts")
    }
}
