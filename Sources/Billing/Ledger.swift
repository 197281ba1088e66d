/// Makes one booking unique: a second entry with the same key is the same booking.
public struct IdempotencyKey: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }
}

/// Why money moved, in the words of the management API's `transaction_type`.
public enum TransactionKind: String, Sendable, Hashable, CaseIterable {
    case resourceCharge = "resource_charge"
    case subscriptionCharge = "subscription_charge"
    case subscriptionInstallationCharge = "subscription_installation_charge"
    case phoneNumberCharge = "phone_number_charge"
    case phoneNumberInstallation = "phone_number_installation"
    case sipRegistrationCharge = "sip_registration_charge"
    case monthlyFeeCharge = "monthly_fee_charge"
    case taxCharge = "tax_charge"
    case cardPayment = "card_payment"
    case cardPeriodicPayment = "card_periodic_payment"
    case cardOverrunPayment = "card_overrun_payment"
    case robokassaPayment = "robokassa_payment"
    case wireTransfer = "wire_transfer"
    case moneyTransferToChild = "money_transfer_to_child"
    case moneyTransferToParent = "money_transfer_to_parent"
    case moneyAcceptanceFromChild = "money_acceptance_from_child"
    case moneyAcceptanceFromParent = "money_acceptance_from_parent"
    case userMoneyTransfer = "user_money_transfer"
    case moneyDistribution = "money_distribution"
    case gift
    case promo
    case discount
    case adjustment
    case refund
}

/// One line of an account's ledger; never changed once written.
public struct LedgerEntry: Sendable, Hashable {
    public let key: IdempotencyKey
    public let kind: TransactionKind
    /// Positive when the account gains, negative when it pays.
    public let amount: Money
    public let text: String
    /// The reference that the one who moved the money gave.
    public let reference: String?

    public init(
        key: IdempotencyKey, kind: TransactionKind, amount: Money, text: String = "", reference: String? = nil
    ) {
        self.key = key
        self.kind = kind
        self.amount = amount
        self.text = text
        self.reference = reference
    }
}

/// An account's entries in order; the balance is their sum, nothing else.
public struct Ledger: Sendable, Hashable {
    public let currency: Currency
    public private(set) var entries: [LedgerEntry] = []
    private var byKey: [IdempotencyKey: LedgerEntry] = [:]
    /// The sum of all amounts.
    public private(set) var balance: Money

    public init(currency: Currency) {
        self.currency = currency
        balance = .zero(currency)
    }

    /// Whether `append` changed the ledger.
    public enum Outcome: Sendable, Equatable {
        case appended
        /// The booking was there already.
        case duplicate
    }

    /// Books an entry once.
    ///
    /// - Throws: ``LedgerError``; the ledger is then unchanged.
    @discardableResult
    public mutating func append(_ entry: LedgerEntry) throws(LedgerError) -> Outcome {
        if let present = byKey[entry.key] {
            guard present.amount == entry.amount, present.kind == entry.kind else { throw .conflict(entry.key) }
            return .duplicate
        }
        do { balance = try balance.adding(entry.amount) } catch { throw .money(error) }
        entries.append(entry)
        byKey[entry.key] = entry
        return .appended
    }
}

/// Why an entry was refused.
public enum LedgerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another booking has the key.
    case conflict(IdempotencyKey)
    case money(MoneyError)
    /// Nobody has such a ledger.
    case noAccount

    public var description: String {
        switch self {
        case .noAccount: "there is no account with this id; make it first"
        case .conflict(let key): "another booking has the key '\(key)'; give each booking a key of its own"
        case .money(let error): error.description
        }
    }
}
