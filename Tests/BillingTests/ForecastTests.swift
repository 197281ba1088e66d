import Testing

@testable import Billing

private let unit: Int64 = 1_000_000

/// Spending of an account whose clock began on Monday, 5 January 1970.
private struct Account {
    static let monday = 4 * 24
    var history: SpendingHistory
    var settings = WarningSettings(common: Money(millionths: 300 * unit, .rub))
    var habit = PaymentHabit()
    var planned: [PlannedExpense] = []

    init(beginDay: Int = 0) {
        history = SpendingHistory(currency: .rub, begin: LocalHour(number: Self.monday + beginDay * 24))
    }

    /// Spends `perHour` units in the hours of the days for which `isOpen`.
    mutating func spend(
        _ perHour: Int64, days: Range<Int>, hours: Range<Int> = 9..<18, where isOpen: (Int) -> Bool = { $0 % 7 < 5 }
    ) {
        for day in days where isOpen(day) {
            for hour in hours {
                history.add(millionths: perHour * unit, at: LocalHour(number: Self.monday + day * 24 + hour))
            }
        }
    }

    func threshold(day: Int, hour: Int = 0) -> BalanceThreshold {
        let now = LocalHour(number: Self.monday + day * 24 + hour)
        var seen = history
        seen.advance(to: now)
        return BalanceForecast(seen, settings: settings, habit: habit, now: now)
            .threshold(seen, planned: planned, now: now)
    }
}

extension BalanceThreshold {
    fileprivate var units: Int64? { amount.map { $0.millionths / 1_000_000 } }
}

@Suite struct ForecastTests {
    @Test func `an hour of the week is that of the portal's clock`() throws {
        // Thursday, 1 January 1970, 20:30 UTC is Friday, 02:00 in India.
        let india = try #require(ClockOffset(seconds: 19_800))
        let hour = LocalHour(unixSeconds: 20 * 3600 + 1800, offset: india)
        #expect(hour.ofWeek == 4 * 24 + 2)
        #expect(LocalHour(unixSeconds: -1, offset: .utc).ofWeek == 2 * 24 + 23)
        #expect(LocalHour(unixSeconds: -1, offset: .utc).day == -1)
        #expect(ClockOffset(seconds: 60_000) == nil)
    }

    @Test func `the threshold is what the hours of the lead time usually cost`() {
        var account = Account()
        account.spend(10, days: 0..<56)
        // 72 hours from Monday are three working days of nine hours, from Friday evening none until Monday evening.
        let monday = account.threshold(day: 56)
        #expect(monday.basis == .individual)
        #expect(monday.forecast == Money(millionths: 270 * unit, .rub))
        #expect(monday.margin.isZero && monday.growth == 1000)
        #expect(monday.units == 270)
        account.spend(10, days: 56..<61)
        #expect(account.threshold(day: 60, hour: 18).units == 90)
    }

    @Test func `what the account strays by is added as often as the safety asks`() {
        var account = Account()
        // Every second week Wednesday costs three times as much.
        account.spend(10, days: 0..<56) { $0 % 7 < 5 && $0 % 14 != 2 }
        account.spend(30, days: 0..<56) { $0 % 14 == 2 }
        let safe = account.threshold(day: 56)
        #expect(safe.forecast.millionths > 300 * unit && safe.forecast.millionths < 400 * unit)
        // Enough for the busy weeks, which cost 450.
        #expect(safe.units ?? 0 >= 440)
        account.settings.safety = Safety(perMille: 500) ?? .standard
        #expect(account.threshold(day: 56).units ?? 0 < 400)
    }

    @Test func `a week of holidays spoils nothing`() {
        var account = Account()
        account.spend(10, days: 0..<42)
        // Closed on days 42 to 48.
        account.spend(10, days: 49..<56)
        let after = account.threshold(day: 56)
        #expect(after.holidays == 5)
        #expect(after.forecast == Money(millionths: 270 * unit, .rub))
    }

    @Test func `one day of a campaign counts as three usual days at most`() {
        var account = Account()
        account.spend(10, days: 0..<56) { $0 % 7 < 5 && $0 != 28 }
        account.spend(1000, days: 28..<29)
        // Mondays: seven of 10 an hour, one of 30.
        let forecast = account.threshold(day: 56).forecast.millionths
        #expect(forecast > 270 * unit && forecast < 300 * unit)
    }

    @Test func `growth raises the threshold within two days`() {
        var account = Account()
        account.spend(10, days: 0..<56)
        account.spend(40, days: 56..<58)
        let grown = account.threshold(day: 57, hour: 18)
        #expect(grown.growth > 3000)
        #expect(grown.units ?? 0 >= 4 * 180)
        account.spend(400, days: 58..<60)
        #expect(account.threshold(day: 59, hour: 18).growth == SpendingProfile.mostGrowth)
    }

    @Test func `a new account begins with the common threshold and moves to its own`() {
        var account = Account()
        #expect(account.threshold(day: 0).units == 300)
        account.spend(1, days: 0..<20)
        let week = account.threshold(day: 7)
        #expect(week.basis == .new(ownShare: 500))
        #expect(week.units ?? 0 > 100 && week.units ?? 0 < 300)
        #expect(account.threshold(day: 15).basis == .individual)
        // Whoever spends more than the common threshold is not kept down by it.
        var busy = Account()
        busy.spend(100, days: 0..<5)
        #expect(busy.threshold(day: 3).units ?? 0 > 2000)
        #expect(busy.threshold(day: 3).basis == .individual)
    }

    @Test func `a sleeping account is not warned and wakes with its first call`() {
        var account = Account()
        account.spend(10, days: 0..<28)
        #expect(account.threshold(day: 28).units ?? 0 > 0)
        let asleep = account.threshold(day: 42)
        #expect(asleep.basis == .asleep && asleep.amount == nil)
        account.spend(10, days: 42..<43, hours: 9..<10)
        let awake = account.threshold(day: 42, hour: 10)
        #expect(awake.basis == .individual)
        #expect(awake.units ?? 0 >= 30)
    }

    @Test(arguments: [8, 12, 26]) func `an account that has slept for months begins like a new one`(weeks: Int) {
        var sleeper = Account()
        sleeper.spend(100, days: 0..<28)
        let waking = 28 + weeks * 7
        sleeper.spend(100, days: waking..<waking + 10)
        var new = Account(beginDay: waking)
        new.spend(100, days: waking..<waking + 10)
        for day in waking + 1..<waking + 10 {
            let threshold = sleeper.threshold(day: day)
            #expect(threshold.units ?? 0 >= 300)
            #expect(threshold.units ?? 0 >= new.threshold(day: day).units ?? 0, "day \(day - waking)")
        }
    }

    @Test func `fees within the lead time count, others do not`() {
        var account = Account()
        account.spend(10, days: 0..<56)
        let fee = Money(millionths: 500 * unit, .rub)
        account.planned = [PlannedExpense(amount: fee, due: LocalHour(number: Account.monday + 58 * 24))]
        #expect(account.threshold(day: 56).units == 770)
        #expect(account.threshold(day: 52, hour: 12).planned.isZero)
        // An account that only has numbers: nothing but the fee.
        var numbers = Account()
        numbers.planned = account.planned
        #expect(numbers.threshold(day: 56).units == 500)
        #expect(numbers.threshold(day: 50).amount == nil)
    }

    @Test func `floor, cap and mode of the settings rule`() {
        var account = Account()
        account.spend(10, days: 0..<56)
        account.settings.floor = Money(millionths: 1000 * unit, .rub)
        #expect(account.threshold(day: 56).units == 1000)
        #expect(account.threshold(day: 56).limit == .floor)
        account.settings.floor = .zero(.rub)
        account.settings.cap = Money(millionths: 50 * unit, .rub)
        #expect(account.threshold(day: 56).units == 50)
        #expect(account.threshold(day: 56).limit == .cap)
        account.settings.mode = .common
        #expect(account.threshold(day: 56).units == 300)
        account.settings.mode = .off
        #expect(account.threshold(day: 56).amount == nil)
    }

    @Test func `the lead time is learned from three payments on`() {
        var account = Account()
        account.spend(10, days: 0..<56)
        account.habit.note(wait: 120)
        account.habit.note(wait: 100)
        #expect(account.threshold(day: 56).lead == .standard)
        account.habit.note(wait: 168)
        #expect(account.threshold(day: 56).lead.hours == 168)
        #expect(account.threshold(day: 56).units == 450)
        account.settings.learnsLead = false
        #expect(account.threshold(day: 56).lead == .standard)
        #expect(PaymentHabit(waits: [1, 1, 2]).leadTime?.hours == 24)
        #expect(PaymentHabit(waits: [1, 1, 9000]).leadTime?.hours == 336)
        #expect(PaymentHabit(waits: Array(0..<20)).waits == Array(12..<20))
    }

    @Test func `the history keeps eight weeks, whatever the order`() throws {
        var history = SpendingHistory(currency: .rub, begin: LocalHour(number: 0))
        let one = Money(millionths: unit, .rub)
        try history.add(one, at: LocalHour(number: 5))
        try history.add(one, at: LocalHour(number: 3))
        try history.add(Money(millionths: -unit, .rub), at: LocalHour(number: 4))
        try history.add(one, at: LocalHour(number: -1))
        #expect(history.spending.map(\.hour.number) == [3, 5])
        #expect(history.spent(from: LocalHour(number: 0), to: LocalHour(number: 5)) == one)
        try history.add(one, at: LocalHour(number: SpendingHistory.hours + 3))
        #expect(history.spending.map(\.hour.number) == [5, SpendingHistory.hours + 3])
        try history.add(one, at: LocalHour(number: 3))
        #expect(history.spending.count == 2)
        history.advance(to: LocalHour(number: 100_000))
        #expect(history.spending.isEmpty && history.lastSpending?.number == SpendingHistory.hours + 3)
        #expect(throws: MoneyError.self) { try history.add(Money(millionths: 1, .usd), at: LocalHour(number: 100_000)) }
        try history.add(Money(millionths: .max, .rub), at: LocalHour(number: 100_000))
        try history.add(Money(millionths: .max, .rub), at: LocalHour(number: 100_000))
        #expect(history.spending.first?.amount.millionths == SpendingHistory.mostInAnHour)
    }

    @Test func `sums of the greatest amounts do not overflow`() {
        var account = Account()
        for day in 0..<56 {
            for hour in 0..<24 {
                account.history.add(millionths: .max, at: LocalHour(number: Account.monday + day * 24 + hour))
            }
        }
        account.settings.lead = LeadTime(hours: 720) ?? .standard
        account.settings.cap = Money(millionths: .max, .rub)
        account.planned = [
            PlannedExpense(amount: Money(millionths: .max, .rub), due: LocalHour(number: Account.monday + 57 * 24))
        ]
        #expect(account.threshold(day: 56).amount?.millionths == .max)
    }

    @Test func `the explanation names what the threshold is made of`() {
        var account = Account()
        account.spend(10, days: 0..<56)
        let text = account.threshold(day: 56).description
        #expect(text.contains("warning below 270.00 RUB"))
        #expect(text.contains("forecast for the next 72 h: 270.00 RUB"))
        #expect(text.contains("days looked at: 56, left out as holidays: 0"))
        account.settings.mode = .off
        #expect(account.threshold(day: 56).description == "no warnings: switched off")
    }

    @Test(arguments: 0..<40) func `a threshold is never below what nobody could have known less of`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var account = Account()
        for day in 0..<56 where random.happens(perMille: 700) {
            for hour in 8..<20 {
                let amount = random.within(0...100) * unit
                account.history.add(millionths: amount, at: LocalHour(number: Account.monday + day * 24 + hour))
            }
        }
        let day = 40 + Int(random.within(0...16))
        let threshold = account.threshold(day: day, hour: Int(random.within(0...23)))
        guard let amount = threshold.amount else { return }
        #expect(amount.millionths >= account.settings.floor.millionths)
        #expect(amount.millionths >= threshold.forecast.millionths)
        #expect(!threshold.margin.isNegative && threshold.growth >= 1000)
        // More time ahead never costs less.
        account.settings.lead = LeadTime(hours: 168) ?? .standard
        #expect(account.threshold(day: day).forecast.millionths >= 0)
    }
}
