import Billing
import Storage

/// A number that a portal has, had, or is about to get. A number has one row, and with it one portal.
struct RentedNumber: Sendable, Equatable {
    enum State: String, Sendable {
        /// Being bought.
        case ordered
        case active
        /// Bought and paid; the platform refuses to send its calls to the portal.
        case unbound
        /// Being given back.
        case releasing
        /// Nobody's any more.
        case released

        /// Whether the number is paid and stays the portal's.
        var isHeld: Bool { self == .active || self == .unbound }
    }

    /// What the platform says of a number that an account has.
    struct Facts: Sendable, Equatable {
        var number: String
        var country: String
        var category: String
        var region: String
        var price: Money
        /// The day until which it is paid, UTC, like `2026-12-27`.
        var nextRenewal: String?
        /// Whether it cannot be used, because its last renewal was not paid.
        var isFrozen: Bool
        /// Whether the platform renews it by itself.
        var isRenewed: Bool
    }

    var portal: PortalID
    var state: State
    var facts: Facts
    var request: RequestID?
    /// Counts the changes that the portal is told.
    var version: Int64

    /// In the words of the portal's protocol.
    var stateName: String { (state.isHeld && facts.isFrozen ? "frozen" : state.rawValue).uppercased() }

    var json: JSONValue {
        [
            "PHONE_NUMBER": .text(facts.number), "STATE": .text(stateName), "REQUEST_ID": (request?.rawValue).json,
            "COUNTRY": .text(facts.country), "CATEGORY": .text(facts.category), "REGION": .text(facts.region),
            "PRICE": .text(facts.price.decimalText), "CURRENCY": .text(facts.price.currency.code),
            "NEXT_RENEWAL": facts.nextRenewal.json, "AUTO_RENEW": facts.isRenewed ? "Y" : "N",
            "VERSION": .integer(version),
        ]
    }
}

extension RentedNumber {
    init(_ row: Row) throws {
        guard let currency = Currency(rawValue: try row.text("currency")),
            let state = State(rawValue: try row.text("state"))
        else { throw ControllerError(.internalFailure, "a row of rented_number is damaged; restore a backup") }
        portal = PortalID(rawValue: try row.text("portal_id"))
        self.state = state
        facts = Facts(
            number: try row.text("phone_number"), country: try row.text("country"),
            category: try row.text("category"), region: try row.text("region"),
            price: Money(millionths: try row.integer("price"), currency),
            nextRenewal: try row.optionalText("next_renewal"), isFrozen: try row.flag("is_frozen"),
            isRenewed: try row.flag("is_renewed"))
        request = try row.optionalText("request_id").flatMap(RequestID.init(rawValue:))
        version = try row.integer("version")
    }
}
