import Billing
import CallControl

/// Something that happened to an account and that its owner wants to be told.
struct Callback: Sendable, Equatable {
    let type: String
    /// The member that carries the data; it has the type's name.
    let payload: JSONValue

    private init(_ type: String, _ payload: JSONValue = .object([])) {
        self.type = type
        self.payload = payload
    }

    static let accountIsFrozen = Callback("account_is_frozen")
    static let accountIsUnfrozen = Callback("account_is_unfrozen")
    static let scriptFailed = Callback("js_fail")

    /// - Parameter isCreditLow: The credit is nearly used up, not only the balance.
    static func minimumBalance(isCreditLow: Bool, isRepeated: Bool) -> Callback {
        Callback("min_balance", .members(["is_min_credit": .bool(isCreditLow), "is_repeated": .bool(isRepeated)]))
    }

    static func renewed(_ subscriptions: [Subscription]) -> Callback {
        Callback("renewed_subscriptions", list(subscriptions) { $0.json(withCost: true, withRenewal: true) })
    }

    static func frozen(_ subscriptions: [Subscription]) -> Callback {
        Callback("subscription_is_frozen", list(subscriptions) { $0.json(withCost: true, withRenewal: false) })
    }

    static func detached(_ subscriptions: [Subscription]) -> Callback {
        Callback("subscription_is_detached", list(subscriptions) { $0.json(withCost: false, withRenewal: false) })
    }

    /// Money that came from a card, a payment service or a bank; nil for what comes otherwise.
    static func payment(_ entry: LedgerEntry, transaction: Int64) -> Callback? {
        switch entry.kind {
        case .cardPayment, .robokassaPayment, .wireTransfer:
            Callback(
                entry.kind.rawValue,
                .members([
                    "transaction_id": .integer(transaction), "transaction_type": .string(entry.kind.rawValue),
                    "amount": .decimal(entry.amount.decimalText),
                ]))
        default: nil
        }
    }

    static func nextCharge(required: Money, missing: Money) -> Callback {
        Callback(
            "next_charge_alert",
            .members([
                "required_money": .decimal(required.decimalText),
                "insufficient_funds_amount": .decimal(missing.decimalText),
            ]))
    }

    static func registrationsFailed(_ failures: [(id: Int64, status: Int, message: String?)]) -> Callback {
        let items = failures.map { failure in
            JSONValue.members([
                "sip_registration_id": .integer(failure.id), "status_code": .count(failure.status),
                "error_message": .optional(failure.message),
            ])
        }
        return Callback("sip_registration_fail", .members(["sip_registrations": .array(items)]))
    }

    static func registrationsRecovered(_ ids: [Int64]) -> Callback {
        let items = ids.map { JSONValue.members(["sip_registration_id": .integer($0)]) }
        return Callback("sip_registration_recovered", .members(["sip_registrations": .array(items)]))
    }

    static func expiring(callerIDs: [String], at date: String) -> Callback {
        Callback(
            "expiring_callerid",
            .members([
                "callerids": .array(callerIDs.map(JSONValue.string)), "expiration_date": .string(date),
            ]))
    }

    static func expired(callerIDs: [String]) -> Callback {
        Callback("expired_callerid", .members(["callerids": .array(callerIDs.map(JSONValue.string))]))
    }

    static func report(_ kind: HistoryReportKind, id: Int64, isSuccessful: Bool, ordered: UnixTime) -> Callback {
        Callback(
            kind.callbackType,
            .members([
                "history_report_id": .integer(id), "success": .bool(isSuccessful),
                "order_date": .string(DateText.utc.dateTime(ordered)),
            ]))
    }

    private static func list(_ subscriptions: [Subscription], _ item: (Subscription) -> JSONValue) -> JSONValue {
        .members(["subscriptions": .array(subscriptions.map(item))])
    }
}
