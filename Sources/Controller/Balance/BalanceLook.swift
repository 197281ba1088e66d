import Billing
import Storage

/// What one look at an account's money has brought, and what follows from it.
struct BalanceLook: Sendable {
    /// The account as it was when the look began.
    let before: BalanceAccount
    /// Nil when the ledger was not asked.
    let page: LedgerPage?
    /// Nil when the known fees are fresh.
    let fees: [BalanceAccount.PlannedFee]?
    let funds: Money
    let at: Moment

    /// Writes everything with the portal's notice: all of it happens, or nothing.
    ///
    /// - Returns: What the portal is told.
    func apply(in transaction: Transaction) throws -> WarningNotice? {
        // Settings may have changed meanwhile.
        var account = try BalanceStore.find(before.portal, in: transaction) ?? before
        // Whoever has woken the account since wants another look.
        let isAwoken = account.nextCheck != before.nextCheck
        try page?.take(&account, in: transaction)
        if let fees { (account.planned, account.plannedAt) = (fees, at) }
        let oldest = at.seconds / 3600 - Int64(SpendingHistory.weeks * LocalHour.hoursOfWeek) - 1
        try BalanceStore.forget(account.portal, before: oldest, in: transaction)
        let history = account.history(
            try BalanceStore.spending(account.portal, since: oldest, in: transaction), at: at)
        let threshold = account.threshold(history, at: at)
        let notice = try account.observe(funds, threshold, at: at)
        account.failures = 0
        if account.nextCheck == nil || page != nil && !isAwoken {
            account.nextCheck = account.next(threshold, at: at)
        }
        try BalanceStore.save(account, in: transaction)
        if let notice {
            let message = BalanceMessage(notice: notice, threshold: threshold, at: at)
            try OutboxStore.add(
                BalanceMessage.command, key: message.key, message.json.encoded, account.portal, at: at, to: transaction)
            try WarningStore.add(message, account.portal, at: at, to: transaction)
        }
        return notice
    }
}

extension LedgerPage {
    /// Adds the movements up, with how far the ledger is read now; fees that are known in advance are not spending.
    func take(_ account: inout BalanceAccount, in transaction: Transaction) throws {
        // Another controller has taken the page over meanwhile.
        guard account.lastMovementID == floor, account.reading == before else { return }
        for movement in movements {
            let hour = movement.performedAt.seconds / 3600
            account.firstHour = min(account.firstHour, hour)
            if movement.amount.millionths > 0 {
                // Gifts and corrections say nothing of how long payments take, nor do a few kopecks.
                if movement.isPayment, movement.amount.millionths >= account.settings.warning.floor.millionths {
                    account.notePayment(at: movement.performedAt)
                }
            } else if movement.isUsage {
                try BalanceStore.add(
                    BalanceStore.Spending(hour: hour, millionths: -movement.amount.millionths), account.portal,
                    to: transaction)
            }
            account.lastMovement = max(account.lastMovement ?? movement.performedAt, movement.performedAt)
        }
        account.reading = after
        if after == nil { account.lastMovementID = ceiling }
    }
}

extension BalanceAccount {
    private static let hourly = Duration.seconds(3600)

    /// Each hour while the account spends; a sleeping one before its next fee, or never.
    fileprivate func next(_ threshold: BalanceThreshold, at moment: Moment) -> Moment? {
        guard settings.warning.mode != .off else { return nil }
        let soon = moment.adding(Self.hourly)
        guard threshold.basis == .asleep else { return soon }
        let ahead = Int64(threshold.lead.hours + LocalHour.hoursOfDay)
        let fee = planned.map(\.hour).filter { $0 >= moment.seconds / 3600 }.min()
        return fee.map { max(soon, Moment(milliseconds: ($0 - ahead) * 3_600_000)) }
    }
}

extension ManagementClient.Movement {
    /// Whether somebody has paid; a kind that is not known may be one more way to pay.
    fileprivate var isPayment: Bool {
        switch kind {
        case .gift, .promo, .discount, .adjustment, .refund: false
        default: amount.millionths > 0
        }
    }

    /// Whether it is spending that comes again with use.
    fileprivate var isUsage: Bool {
        amount.isNegative && RecordedEntry.role(ofKind: kind?.rawValue ?? "call", isGain: false) == .usage
    }
}
