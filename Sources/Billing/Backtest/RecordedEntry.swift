/// One movement of money of an account, as a ledger has it.
public struct RecordedEntry: Sendable, Hashable {
    /// What a movement means for forecasts.
    public enum Role: Sendable, Hashable {
        /// Calls and whatever else costs by use.
        case usage
        /// A sum that comes again each month.
        case monthlyFee
        /// A charge that comes once.
        case singleFee
        case payment
        /// What was there before the first entry.
        case opening
    }

    public let account: String
    public let unixSeconds: Int64
    /// Positive when the account gains, negative when it pays.
    public let amount: Money
    public let role: Role

    public init(account: String, unixSeconds: Int64, amount: Money, role: Role) {
        self.account = account
        self.unixSeconds = unixSeconds
        self.amount = amount
        self.role = role
    }

    /// The words of a ledger's column `kind`: those of the management API, and `call`, `fee`, `payment`, `opening`.
    ///
    /// - Returns: Nil for a word that means nothing here. Whatever adds money is a payment, except what was there before.
    public static func role(ofKind kind: some StringProtocol, isGain: Bool) -> Role? {
        if kind == "opening" { return .opening }
        let known: Role
        switch kind {
        case "call": known = .usage
        case "fee": known = .monthlyFee
        case "payment": known = .singleFee
        default:
            guard let transaction = TransactionKind(rawValue: String(kind)) else { return nil }
            switch transaction {
            case .resourceCharge, .taxCharge: known = .usage
            case .subscriptionCharge, .phoneNumberCharge, .sipRegistrationCharge, .monthlyFeeCharge:
                known = .monthlyFee
            default: known = .singleFee
            }
        }
        return isGain ? .payment : known
    }
}
