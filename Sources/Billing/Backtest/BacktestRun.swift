/// One account under one rule, hour by hour, with the money that it really has.
///
/// The rule knows what it would know in service: what was spent, not what will be; calls that there was no money for are
/// in nobody's history.
public struct BacktestRun {
    private let account: BacktestAccount
    private let options: BacktestOptions
    private let settings: WarningSettings
    private var outcome = BacktestOutcome()
    private var balance: Int64
    private var history: SpendingHistory
    private var habit = PaymentHabit()
    private var state = WarningState()
    private var forecast: BalanceForecast
    private var forecastDay: Int
    /// Fees that are due and unpaid, and the next one.
    private var owed: Int64 = 0
    private var nextFee = 0
    private var paymentAt: Int?
    private var toldAt: Int?
    private var told = 0
    private var isOut = false

    /// What the rule has done to the account.
    public static func outcome(
        _ account: BacktestAccount, _ rule: WarningRule, _ options: BacktestOptions
    ) -> BacktestOutcome {
        var run = BacktestRun(account, rule, options)
        for hour in 0..<min(account.judgedHours, account.demand.count) { run.pass(hour) }
        run.outcome.accounts = 1
        return run.outcome
    }

    private init(_ account: BacktestAccount, _ rule: WarningRule, _ options: BacktestOptions) {
        self.account = account
        self.options = options
        settings = rule.settings(account.currency, options)
        balance = account.opening
        history = SpendingHistory(currency: account.currency, begin: account.begin)
        forecast = BalanceForecast(history, settings: settings, now: account.begin)
        forecastDay = account.begin.day
    }

    private mutating func pass(_ hour: Int) {
        let now = account.begin.advanced(byHours: hour)
        receive(hour)
        let isMissing = pay(hour, now)
        if isMissing {
            outcome.hoursOut += 1
            if !isOut { runOut(hour) }
        }
        isOut = isMissing || isOut && balance <= 0
        warn(hour, now, isOut: isMissing)
    }

    /// Whoever has no telephone knows it, warned or not.
    private mutating func runOut(_ hour: Int) {
        outcome.outages += 1
        if toldAt == nil { outcome.missed += 1 }
        expectPayment(hour)
    }

    private mutating func expectPayment(_ hour: Int) {
        if toldAt == nil { toldAt = hour }
        guard case .afterWarnings(let behaviour) = account.payments, paymentAt == nil else { return }
        paymentAt = hour + behaviour.delays[told % behaviour.delays.count]
        told += 1
    }

    /// Takes the payments of the hour.
    private mutating func receive(_ hour: Int) {
        if let amount = account.regular[hour] {
            balance += amount
            noteWait(hour)
        }
        switch account.payments {
        case .recorded(let payments):
            guard let amount = payments[hour] else { return }
            balance += amount
            noteWait(hour)
        case .afterWarnings(let behaviour):
            guard paymentAt == hour else { return }
            paymentAt = nil
            balance += behaviour.amount(ofDays: recentDay(hour), fees: monthOfFees(hour)) + owed
            noteWait(hour)
        }
    }

    private mutating func noteWait(_ hour: Int) {
        guard let since = toldAt else { return }
        habit.note(wait: hour - since)
        toldAt = nil
    }

    /// An average day of the last four weeks; of the first days what they would have cost.
    private func recentDay(_ hour: Int) -> Int64 {
        let begin = max(0, hour - 28 * LocalHour.hoursOfDay)
        let days = max(7, (hour - begin) / LocalHour.hoursOfDay)
        return account.demand[begin..<hour].reduce(0, +) / Int64(days)
    }

    private func monthOfFees(_ hour: Int) -> Int64 {
        account.fees.first { $0.hour >= hour }?.amount.millionths ?? 0
    }

    /// Pays fees and calls; true when the money did not suffice.
    private mutating func pay(_ hour: Int, _ now: LocalHour) -> Bool {
        while nextFee < account.fees.count, account.fees[nextFee].hour <= hour {
            owed += account.fees[nextFee].amount.millionths
            nextFee += 1
        }
        if owed > 0, balance >= owed {
            balance -= owed
            owed = 0
        }
        let demand = account.demand[hour]
        let spent = min(demand, max(0, balance))
        balance -= spent
        history.add(millionths: spent, at: now)
        return owed > 0 || spent < demand
    }

    private mutating func warn(_ hour: Int, _ now: LocalHour, isOut: Bool) {
        if now.day != forecastDay {
            history.advance(to: now)
            if settings.mode == .individual {
                forecast = BalanceForecast(history, settings: settings, habit: habit, now: now)
            }
            forecastDay = now.day
        }
        let threshold = forecast.threshold(history, planned: planned(hour), now: now).amount
        // Who cannot pay a fee has no money, whatever is left.
        let shown = isOut ? min(balance, 0) : balance
        guard
            let notice = try? state.observe(
                balance: Money(millionths: shown, account.currency), threshold: threshold)
        else { return }
        // That the money is out is a warning as long as nobody wants to call; later it is no news.
        guard !isOut, notice.kind == .low || toldAt == nil else { return }
        outcome.count(verdict(hour))
        expectPayment(hour)
    }

    private func planned(_ hour: Int) -> [PlannedExpense] {
        let end = hour + forecast.plannedHours
        var planned: [PlannedExpense] = []
        for fee in account.fees[nextFee...] {
            guard fee.hour < end else { break }
            guard fee.isKnown else { continue }
            planned.append(PlannedExpense(amount: fee.amount, due: account.begin.advanced(byHours: fee.hour)))
        }
        return planned
    }

    /// Judged by what comes, without a payment in answer to the warning.
    private func verdict(_ hour: Int) -> WarningVerdict {
        var rest = balance
        var fee = nextFee
        let known = account.demand.count - hour - 1
        let most = min(known, options.forNothingDays * LocalHour.hoursOfDay + 1)
        for later in stride(from: hour + 1, through: hour + most, by: 1) {
            rest += account.regular[later] ?? 0
            while fee < account.fees.count, account.fees[fee].hour <= later {
                rest -= account.fees[fee].amount.millionths
                fee += 1
            }
            rest -= account.demand[later]
            if rest < 0 { return WarningVerdict(lasted: later - hour, known: known, lead: forecast.lead, options) }
        }
        return WarningVerdict(lasted: nil, known: known, lead: forecast.lead, options)
    }
}
