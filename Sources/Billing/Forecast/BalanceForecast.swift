/// What is known of an account's spending on one day, and the thresholds that follow from it.
///
/// A value that is made once a day of an account and asked as often as its balance changes.
public struct BalanceForecast: Sendable {
    /// An account that has spent nothing for so long sleeps.
    public static let sleepAfterDays = 14
    /// After so many days an account is no longer new.
    public static let newForDays = 14
    /// Growth shows within so many hours.
    static let surgeHours = 48

    public let settings: WarningSettings
    public let profile: SpendingProfile
    /// The account's own, or that of the settings.
    public let lead: LeadTime
    /// Planned expenses so many hours ahead count: the lead time, and a day in which the balance may not be looked at.
    public var plannedHours: Int { lead.hours + LocalHour.hoursOfDay }
    private let margin: (amount: Int64, windows: Int)
    private let surgeMargin: Int64

    public init(
        _ history: SpendingHistory, settings: WarningSettings, habit: PaymentHabit = PaymentHabit(), now: LocalHour
    ) {
        self.settings = settings
        profile = SpendingProfile(history, now: now)
        lead = settings.learnsLead ? habit.leadTime ?? settings.lead : settings.lead
        margin = profile.excess(hours: lead.hours, quantile: settings.safety)
        surgeMargin = profile.excess(hours: Self.surgeHours, quantile: settings.safety).amount
    }

    /// The balance below which the account is warned.
    ///
    /// - Parameters:
    ///   - history: The same as before, with what was spent since.
    ///   - planned: Expenses to come; those within the lead time count.
    public func threshold(
        _ history: SpendingHistory, planned: [PlannedExpense], now: LocalHour
    ) -> BalanceThreshold {
        let currency = settings.common.currency
        guard settings.mode == .individual else {
            return BalanceThreshold(
                amount: settings.mode == .common ? settings.common : nil, basis: .common, lead: lead, currency)
        }
        let fees = planned.filter { $0.due >= now && $0.due < now.advanced(byHours: plannedHours) }
            .reduce(Int64(0)) { Self.sum($0, max(0, $1.amount.millionths)) }
        var result = BalanceThreshold(amount: nil, basis: .asleep, lead: lead, currency)
        result.planned = Money(millionths: fees, currency)
        result.days = profile.days
        result.holidays = profile.holidays
        if isAsleep(history, now) {
            // What a sleeping account owes is known exactly: no floor, no margin.
            if fees > 0 { result.amount = Money(millionths: min(fees, settings.cap.millionths), currency) }
            return result
        }
        let usual = profile.expected(now.number, hours: lead.hours)
        let growth = growth(history, now)
        let forecast = Self.share(usual, growth)
        result.forecast = Money(millionths: forecast, currency)
        result.growth = growth
        result.windows = margin.windows
        // Too short a past for windows of this length: half of the forecast instead.
        let margin = margin.windows >= 8 ? margin.amount : max(margin.amount, forecast / 2)
        result.margin = Money(millionths: margin, currency)
        let own = Self.sum(Self.sum(forecast, margin), fees)
        return bounded(blended(own, &result), result)
    }

    /// Whether nothing was spent for so long that nothing is expected.
    private func isAsleep(_ history: SpendingHistory, _ now: LocalHour) -> Bool {
        let since = history.lastSpending ?? history.begin
        return now.number - since.number >= Self.sleepAfterDays * LocalHour.hoursOfDay
    }

    /// A new account's own threshold counts at once where it is higher than the common one, else more each day.
    private func blended(_ own: Int64, _ result: inout BalanceThreshold) -> Int64 {
        let common = settings.common.millionths
        guard profile.days < Self.newForDays, own < common else {
            result.basis = .individual
            return own
        }
        let share = Int64(profile.days) * 1000 / Int64(Self.newForDays)
        result.basis = .new(ownShare: share)
        return Self.sum(Self.share(own, share), Self.share(common, 1000 - share))
    }

    private func bounded(_ amount: Int64, _ result: BalanceThreshold) -> BalanceThreshold {
        var result = result
        var amount = amount
        if amount < settings.floor.millionths {
            amount = settings.floor.millionths
            result.limit = .floor
        }
        if amount > settings.cap.millionths {
            amount = settings.cap.millionths
            result.limit = .cap
        }
        result.amount = Money(millionths: amount, settings.common.currency)
        return result
    }

    /// How far above its profile the account spends now, 1000 for not at all.
    private func growth(_ history: SpendingHistory, _ now: LocalHour) -> Int64 {
        let begin = max(now.number - Self.surgeHours, history.begin.number)
        let spent = history.sum(begin, now.number + 1)
        let usual = profile.expected(begin, hours: now.number + 1 - begin)
        var growth = max(1000, profile.weekLevel)
        if spent > Self.sum(usual, surgeMargin), usual > 0 {
            growth = max(growth, SpendingProfile.perMille(spent, of: usual))
        }
        return min(growth, SpendingProfile.mostGrowth)
    }

    private static func share(_ amount: Int64, _ perMille: Int64) -> Int64 {
        let (product, overflow) = amount.multipliedReportingOverflow(by: perMille)
        return overflow ? amount / 1000 * perMille : product / 1000
    }

    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
