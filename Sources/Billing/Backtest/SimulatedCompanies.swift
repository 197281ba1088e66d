/// Makes accounts for a backtest: the same ones for the same seed.
public struct SimulatedCompanies: Sendable {
    public let seed: UInt64
    public let currency: Currency
    /// Days that are judged.
    public let days: Int
    /// Demand goes on for so long, so that the last warnings can be judged.
    static let daysBeyond = 60
    /// A Monday.
    static let firstDay = 20_458

    /// - Parameter days: 30 to 3650.
    public init(seed: UInt64, currency: Currency, days: Int = 365) {
        self.seed = seed
        self.currency = currency
        self.days = min(max(days, 30), 3650)
    }

    /// The n-th account; kinds take turns.
    public func account(_ index: Int) -> BacktestAccount {
        let kinds = SimulatedKind.allCases
        var random = SeededRandom(seed: seed &+ UInt64(truncatingIfNeeded: index) &* 0x1000_0000_01B3)
        let kind = kinds[index % kinds.count]
        let begin = kind == .new ? Int(random.within(Int64(days / 10)...Int64(days * 8 / 10))) : 0
        let end = days + Self.daysBeyond
        let first = LocalHour(number: (Self.firstDay + begin) * LocalHour.hoursOfDay)
        let scale = scale(&random)
        var course = DemandCourse(kind: kind, days: days, scale: scale, random: &random)
        var demand: [Int64] = []
        demand.reserveCapacity((end - begin) * LocalHour.hoursOfDay)
        for day in begin..<end {
            let level = course.level(day, &random)
            for hour in 0..<LocalHour.hoursOfDay {
                let time = LocalHour(number: (Self.firstDay + day) * LocalHour.hoursOfDay + hour)
                let share = kind.share(hour: time)
                demand.append(share == 0 || level == 0 ? 0 : level * share / 1000 * random.within(0...2000) / 1000)
            }
        }
        let behaviour = behaviour(scale, &random)
        let fees = fees(hours: demand.count, kind, &random)
        let regular = regular(demand, fees, kind, behaviour, &random)
        return BacktestAccount(
            name: "\(kind.rawValue) \(index + 1)", kind: kind.rawValue, currency: currency, begin: first,
            judgedHours: (days - begin) * LocalHour.hoursOfDay, demand: demand, fees: fees,
            payments: .afterWarnings(behaviour), regular: regular,
            opening: behaviour.amount(ofDays: scale, fees: fees.prefix(1).reduce(0) { $0 + $1.amount.millionths }))
    }

    /// Millionths that an account usually spends in a day: from small shops to call centres.
    private func scale(_ random: inout SeededRandom) -> Int64 {
        let days: [Int64] = [3, 6, 12, 25, 40, 60, 100, 160, 250, 400, 700, 1200, 2500, 6000, 15_000]
        let day = days[Int(random.within(0...Int64(days.count - 1)))]
        return Self.unit(currency) / 100 * day * random.within(700...1400) / 1000
    }

    /// A hundred roubles, or about as much, in millionths.
    static func unit(_ currency: Currency) -> Int64 {
        switch currency {
        case .rub: 100_000_000
        case .uah: 50_000_000
        case .usd, .eur: 1_000_000
        }
    }

    /// Some pay within hours, some within days, some wait for an invoice.
    private func behaviour(_ scale: Int64, _ random: inout SeededRandom) -> PaymentBehaviour {
        let usual: Int64
        switch random.within(0...9) {
        case 0...2: usual = random.within(2...12)
        case 3...7: usual = random.within(20...60)
        default: usual = random.within(72...168)
        }
        let delays = (0..<16).map { _ in Int(max(1, usual * random.within(500...1500) / 1000)) }
        return PaymentBehaviour(delays: delays, days: random.within(14...35), unit: Self.unit(currency))
    }

    /// A month of each number, paid in the hour in which it was bought.
    private func fees(hours: Int, _ kind: SimulatedKind, _ random: inout SeededRandom) -> [BacktestAccount.Fee] {
        let numbers = kind == .numbersOnly ? random.within(1...5) : random.within(1...2)
        let fee = Money(millionths: numbers * Self.unit(currency) * 3 / 2, currency)
        let first = Int(random.within(0...Int64(29 * LocalHour.hoursOfDay)))
        return stride(from: first, to: hours, by: 30 * LocalHour.hoursOfDay).map {
            BacktestAccount.Fee(hour: $0, amount: fee, isKnown: true)
        }
    }

    /// One account in seven pays each month what the month before has cost, also without a warning.
    private func regular(
        _ demand: [Int64], _ fees: [BacktestAccount.Fee], _ kind: SimulatedKind, _ behaviour: PaymentBehaviour,
        _ random: inout SeededRandom
    ) -> [Int: Int64] {
        guard random.happens(perMille: 143) else { return [:] }
        let month = 30 * LocalHour.hoursOfDay
        let first = Int(random.within(10...29)) * LocalHour.hoursOfDay + 12
        var payments: [Int: Int64] = [:]
        for hour in stride(from: first, to: demand.count, by: month) {
            let spent = demand[max(0, hour - month)..<hour].reduce(0, +)
            let fee = fees.filter { (max(0, hour - month)..<hour).contains($0.hour) }
                .reduce(0) { $0 + $1.amount.millionths }
            payments[hour] = behaviour.rounded((spent + fee) / 10 * 11)
        }
        return payments
    }
}

extension PaymentBehaviour {
    /// A payment for an account that spends so much in a day, in millionths.
    func amount(ofDays spending: Int64, fees: Int64) -> Int64 { rounded(spending * days + fees) }

    func rounded(_ amount: Int64) -> Int64 { max(5, (amount + unit - 1) / unit) * unit }
}

/// How busy a simulated account is from day to day.
private struct DemandCourse {
    let kind: SimulatedKind
    let days: Int
    let scale: Int64
    /// First days and lengths of holidays or of the campaign; the days of sleep.
    private let spans: [Range<Int>]

    init(kind: SimulatedKind, days: Int, scale: Int64, random: inout SeededRandom) {
        self.kind = kind
        self.days = days
        // A growing account begins small.
        self.scale = kind == .growth ? max(1, scale / 4) : scale
        func day(_ from: Int, _ to: Int, _ random: inout SeededRandom) -> Int {
            Int(random.within(Int64(days * from / 100)...Int64(days * to / 100)))
        }
        switch kind {
        case .campaign:
            let first = day(10, 90, &random)
            spans = [first..<first + 14]
        case .holiday:
            let (winter, summer) = (day(10, 40, &random), day(50, 85, &random))
            spans = [
                winter..<winter + Int(random.within(7...14)), summer..<summer + Int(random.within(7...14)),
            ]
        case .sleeping:
            let asleep = day(15, 45, &random)
            spans = [asleep..<max(asleep + 1, day(80, 92, &random))]
        default: spans = []
        }
    }

    /// Millionths of a day of usual hours; no day is like another.
    mutating func level(_ day: Int, _ random: inout SeededRandom) -> Int64 {
        let usual = scale * random.within(600...1400) / 1000
        let isInSpan = spans.contains { $0.contains(day) }
        switch kind {
        case .office, .aroundTheClock, .new: return usual
        case .numbersOnly: return 0
        case .seasonalShop: return day % 365 >= 305 ? usual * 3 : usual
        case .campaign: return isInSpan ? usual * 6 : usual
        case .holiday, .sleeping: return isInSpan ? 0 : usual
        case .growth:
            // Between two doublings the course is straight; five are enough.
            let (doublings, rest) = min(day, 450).quotientAndRemainder(dividingBy: 90)
            return (usual << Int64(doublings)) * (90 + Int64(rest)) / 90
        case .irregular:
            guard random.happens(perMille: 150) else { return 0 }
            return usual * random.within(10...100) / 10
        }
    }
}
