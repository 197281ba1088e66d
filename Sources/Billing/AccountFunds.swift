/// What an account has, owes and has promised at one moment.
public struct AccountFunds: Sendable, Hashable {
    public let balance: Money
    /// How far below nothing the balance may go.
    public let creditLimit: Money
    /// Held for calls that run.
    public let held: Money
    /// Charged for calls since the hour began.
    public let spentThisHour: Money
    /// False for an account that is frozen or switched off.
    public let isOpen: Bool

    public init(balance: Money, creditLimit: Money, held: Money, spentThisHour: Money, isOpen: Bool) {
        self.balance = balance
        self.creditLimit = creditLimit
        self.held = held
        self.spentThisHour = spentThisHour
        self.isOpen = isOpen
    }

    /// What may be spent: balance and credit without what is held.
    public func available() throws(MoneyError) -> Money {
        try ownMoney().adding(creditLimit)
    }

    /// What may be given away: the balance without what is held; credit is not the account's own.
    public func ownMoney() throws(MoneyError) -> Money { try balance.subtracting(held) }

    /// Until which second a call can be paid, at most until `target`, of which money is held until `known`.
    ///
    /// `held` must not include what is held for this call.
    /// - Parameter limit: What the account may spend on calls within an hour, nil for any amount.
    /// - Throws: ``MoneyRefusal`` when that is not after `known`, or ``MoneyError``.
    public func cover(_ price: CallPrice, from known: Int, upTo target: Int, limit: Money?) throws -> Int {
        guard isOpen else { throw MoneyRefusal.accountClosed }
        let byMoney = price.affordable(with: try available(), upTo: target)
        guard byMoney > known else { throw MoneyRefusal.insufficientFunds }
        guard let limit else { return byMoney }
        let rest = try limit.subtracting(spentThisHour).subtracting(held)
        let byLimit = price.affordable(with: rest, upTo: target)
        guard byLimit > known else { throw MoneyRefusal.spendingLimit }
        return min(byMoney, byLimit)
    }
}
