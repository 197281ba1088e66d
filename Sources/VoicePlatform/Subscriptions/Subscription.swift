import Billing
import CallControl
import Foundation
import Storage

/// What an account pays by the month.
enum SubscriptionKind: String, Sendable, CaseIterable {
    case phoneNumber = "PHONE_NUM"
    case sipRegistration = "SIP_REGISTRATION"

    /// The table whose rows are such subscriptions; both have the columns that renewal needs.
    var table: String {
        switch self {
        case .phoneNumber: "phone_number"
        case .sipRegistration: "sip_registration"
        }
    }

    /// The column that names a row to people.
    var nameColumn: String {
        switch self {
        case .phoneNumber: "number"
        case .sipRegistration: "username"
        }
    }

    var charge: TransactionKind {
        switch self {
        case .phoneNumber: .phoneNumberCharge
        case .sipRegistration: .sipRegistrationCharge
        }
    }
}

/// One number or registration with what it costs and when it is paid next.
struct Subscription: Sendable, Equatable {
    let kind: SubscriptionKind
    let id: Int64
    let accountID: AccountID
    /// The number, or the user name of the registration.
    let name: String
    let price: Money
    /// Until then it is paid.
    var renewalAt: UnixTime
    /// Months are counted from here, so that a short one does not change the day for good.
    var anchor: UnixTime
    let isChargedAutomatically: Bool
    /// Since when it cannot be used because it is not paid; nil for one that can.
    let frozenAt: UnixTime?

    init(_ kind: SubscriptionKind, row: Row, _ currency: Currency) throws {
        self.kind = kind
        id = try row.integer("id")
        accountID = AccountID(rawValue: try row.integer("account_id"))
        name = try row.text(kind.nameColumn)
        price = Money(millionths: try row.integer("price"), currency)
        renewalAt = UnixTime(seconds: try row.integer("renewal_at"))
        anchor = UnixTime(seconds: try row.optionalInteger("anchor_at") ?? row.integer("purchased_at"))
        isChargedAutomatically = try row.flag("auto_charge")
        frozenAt = try row.optionalInteger("frozen_at").map(UnixTime.init(seconds:))
    }

    /// The anchor's day and time in the next month in UTC, or that month's last day when it has no such day.
    ///
    /// - Parameter anchor: Nil for `time` itself.
    static func month(after time: UnixTime, anchor: UnixTime? = nil) -> UnixTime {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        func date(_ time: UnixTime) -> Date { Date(timeIntervalSince1970: Double(time.seconds)) }
        func month(_ date: Date) -> Int {
            let parts = calendar.dateComponents([.year, .month], from: date)
            return (parts.year ?? 0) * 12 + (parts.month ?? 0)
        }
        let start = date(anchor ?? time)
        let months = month(date(time)) - month(start) + 1
        let next = calendar.date(byAdding: .month, value: months, to: start)
        return UnixTime(seconds: next.map { Int64($0.timeIntervalSince1970) } ?? time.seconds + 30 * 86_400)
    }

    func json(withCost: Bool, withRenewal: Bool) -> JSONValue {
        let detail: JSONValue =
            switch kind {
            case .phoneNumber:
                .members(["type": "PHONE", "phone_numbers": .array([.string(name)])])
            case .sipRegistration:
                .members(["type": "SIP_REGISTRATION", "sip_registrations": .array([.integer(id)])])
            }
        return .members([
            "type": .string(kind.rawValue), "name": .string(name), "cost": withCost ? .decimal(price.decimalText) : nil,
            "next_renewal": withRenewal ? .string(DateText.utc.date(renewalAt)) : nil, "details": .array([detail]),
        ])
    }
}
