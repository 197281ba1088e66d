import Billing

/// What the controller knows of the balance of a portal's account.
struct BalanceAccount: Sendable, Equatable {
    var portal: PortalID
    var settings: BalanceSettings
    /// Balance and credit when they were last seen; nil before.
    var funds: Money?
    var fundsAt: Moment?
    var state = WarningState()
    /// When the warning that waits for a payment went out.
    var warnedAt: Moment?
    var habit = PaymentHabit()
    /// Of the last movement of money that was taken over from the platform's ledger.
    var lastMovement: Moment?
    /// Every movement up to it was taken over.
    var lastMovementID: Int64 = 0
    /// While the ledger behind it is being read.
    var reading: LedgerReading?
    /// The first hour of which spending is known, UTC, in hours since 1970.
    var firstHour: Int64
    /// Fees of numbers with the hours in which they fall due, UTC.
    var planned: [PlannedFee] = []
    var plannedAt: Moment?
    /// Nil while the account sleeps.
    var nextCheck: Moment?
    /// Failed looks since the last good one.
    var failures: Int64 = 0

    struct PlannedFee: Sendable, Equatable {
        var hour: Int64
        var millionths: Int64
    }
}

extension BalanceAccount {
    /// One that is new.
    ///
    /// - Parameter common: The threshold of the account's currency.
    init(_ portal: PortalID, common: Money, at moment: Moment) {
        self.portal = portal
        settings = BalanceSettings(common: common)
        firstHour = moment.seconds / 3600
    }

    /// The account's clock.
    func local(_ hour: Int64) -> LocalHour { LocalHour(unixSeconds: hour * 3600, offset: settings.offset) }

    func local(_ moment: Moment) -> LocalHour { LocalHour(unixSeconds: moment.seconds, offset: settings.offset) }

    /// The history of its spending at a moment.
    func history(_ spending: [BalanceStore.Spending], at moment: Moment) -> SpendingHistory {
        var history = SpendingHistory(currency: settings.currency, begin: local(firstHour))
        for spent in spending {
            // Of the account's own currency, as everything in its row.
            try? history.add(Money(millionths: spent.millionths, settings.currency), at: local(spent.hour))
        }
        history.advance(to: local(moment))
        return history
    }

    /// The balance below which it is warned, and why.
    func threshold(_ history: SpendingHistory, at moment: Moment) -> BalanceThreshold {
        let now = local(moment)
        let fees = planned.map {
            PlannedExpense(amount: Money(millionths: $0.millionths, settings.currency), due: local($0.hour))
        }
        return BalanceForecast(history, settings: settings.warning, habit: habit, now: now)
            .threshold(history, planned: fees, now: now)
    }

    /// Notes a payment; the first after a warning tells how long they take.
    mutating func notePayment(at moment: Moment) {
        guard let warned = warnedAt, moment >= warned else { return }
        habit.note(wait: Int((moment.seconds - warned.seconds) / 3600))
        warnedAt = nil
    }

    /// Takes note of a balance, and says what the portal is told now.
    mutating func observe(_ funds: Money, _ threshold: BalanceThreshold, at moment: Moment) throws -> WarningNotice? {
        self.funds = funds
        fundsAt = moment
        guard settings.warning.mode != .off else { return nil }
        let notice = try state.observe(balance: funds, threshold: threshold.amount)
        if notice != nil, warnedAt == nil { warnedAt = moment }
        return notice
    }
}
