/// What an account usually spends in each hour of the week, and how far it strays from that.
///
/// Made of whole days that have passed. For each weekday, days that are far below the median (holidays) are left out, days
/// far above it count as three times the median; recent weeks weigh more, half as much for each three weeks that have
/// passed. A weekday that was not seen yet counts like the average day. Days of a sleep count for nothing: whoever has slept
/// longer than the history goes back begins like a new account.
public struct SpendingProfile: Sendable, Hashable {
    /// Whole days that were looked at and not slept through.
    public let days: Int
    /// Days left out, because much less than usual was spent.
    public let holidays: Int
    /// What was spent in the last seven days as a share of the profile, 1000 for as much; at most ``mostGrowth``.
    public let weekLevel: Int64
    /// Sums of the first `n` hours of two weeks that begin on Monday; the last is that of all.
    private let sums: [Int64]
    /// Sums of the hours that the history keeps, for windows of the past.
    private let past: [Int64]
    private let firstHour: Int
    private let endHour: Int
    /// How many of the first `n` days were slept through.
    private let slept: [Int]

    /// Growth beyond this counts like this.
    public static let mostGrowth: Int64 = 4000
    /// Weight of a day that is so many weeks old; the half after three.
    private static let weights: [Int64] = [1000, 794, 630, 500, 397, 315, 250, 198]
    /// Windows of the past begin so many hours apart.
    private static let windowStep = 12

    /// - Parameter now: The profile ends with the day before.
    public init(_ history: SpendingHistory, now: LocalHour) {
        let end = now.day
        // The day of the first sight was not seen whole.
        let firstWhole = (history.begin.number + LocalHour.hoursOfDay - 1) / LocalHour.hoursOfDay
        let first = min(end, max(firstWhole, end - SpendingHistory.weeks * 7))
        firstHour = first * LocalHour.hoursOfDay
        endHour = end * LocalHour.hoursOfDay
        let past = history.sums(firstHour, count: endHour - firstHour)
        self.past = past
        let totals = (0..<end - first).map { day in
            past[(day + 1) * LocalHour.hoursOfDay] - past[day * LocalHour.hoursOfDay]
        }
        slept = Self.sleep(totals)
        days = totals.count - slept[totals.count]
        let week = WeekAverage(past, slept, firstDay: first, endDay: end, weights: Self.weights)
        holidays = week.holidays
        var sums: [Int64] = [0]
        sums.reserveCapacity(2 * LocalHour.hoursOfWeek + 1)
        for hour in 0..<2 * LocalHour.hoursOfWeek { sums.append(sums[hour] + week.hours[hour % LocalHour.hoursOfWeek]) }
        self.sums = sums
        let usual = sums[LocalHour.hoursOfWeek]
        let lastWeek = past[past.count - 1] - past[max(0, past.count - 1 - LocalHour.hoursOfWeek)]
        weekLevel = days < 7 || usual == 0 ? 1000 : min(Self.mostGrowth, Self.perMille(lastWeek, of: usual))
    }

    /// - Parameter totals: What was spent on each day.
    private static func sleep(_ totals: [Int64]) -> [Int] {
        var isSlept = Array(repeating: false, count: totals.count)
        var begin = 0
        for day in 0...totals.count where day == totals.count || totals[day] > 0 {
            if day - begin >= BalanceForecast.sleepAfterDays {
                for slept in begin..<day { isSlept[slept] = true }
            }
            begin = day + 1
        }
        return isSlept.reduce(into: [0]) { $0.append($0[$0.count - 1] + ($1 ? 1 : 0)) }
    }

    /// What the account usually spends in the hours from `start` on, in millionths.
    func expected(_ start: Int, hours: Int) -> Int64 {
        let (weeks, rest) = max(0, hours).quotientAndRemainder(dividingBy: LocalHour.hoursOfWeek)
        let first = LocalHour.ofWeek(start)
        return Int64(weeks) * sums[LocalHour.hoursOfWeek] + sums[first + rest] - sums[first]
    }

    /// How much more than the profile says was spent in windows of the past of so many hours.
    ///
    /// - Returns: What the given share of windows did not exceed, in millionths, not negative, with the number of windows.
    func excess(hours: Int, quantile: Safety) -> (amount: Int64, windows: Int) {
        let last = endHour - hours
        guard last >= firstHour else { return (0, 0) }
        let starts = stride(from: firstHour, through: last, by: Self.windowStep).filter { isAwake($0, hours: hours) }
        let windows = starts.count
        guard windows > 0 else { return (0, 0) }
        // Only the highest are of interest, lowest first: sorting all would be most of the work of a forecast.
        var highest = Array<Int64>(repeating: .min, count: windows - (windows * quantile.perMille + 999) / 1000 + 1)
        for start in starts {
            let spent = past[start + hours - firstHour] - past[start - firstHour]
            let excess = spent - expected(start, hours: hours)
            guard excess > highest[0] else { continue }
            var place = 0
            while place + 1 < highest.count, highest[place + 1] < excess {
                highest[place] = highest[place + 1]
                place += 1
            }
            highest[place] = excess
        }
        return (max(0, highest[0]), windows)
    }

    /// Whether nothing of a window of the past was slept through.
    private func isAwake(_ start: Int, hours: Int) -> Bool {
        let day = LocalHour.hoursOfDay
        return slept[(start - firstHour) / day] == slept[(start + hours - firstHour + day - 1) / day]
    }

    static func perMille(_ part: Int64, of whole: Int64) -> Int64 {
        let (quotient, overflow) = part.multipliedReportingOverflow(by: 1000)
        return overflow ? part / max(1, whole / 1000) : quotient / max(1, whole)
    }
}

/// The average of each hour of the week over days of the past.
private struct WeekAverage {
    private(set) var hours: [Int64]
    private(set) var holidays = 0

    private let past: [Int64]
    private let slept: [Int]
    private let firstDay: Int
    private let weights: [Int64]

    /// - Parameters:
    ///   - past: Sums of the hours from `firstDay` on.
    ///   - slept: Days that were slept through, up to each day from `firstDay` on.
    init(_ past: [Int64], _ slept: [Int], firstDay: Int, endDay: Int, weights: [Int64]) {
        (self.past, self.slept, self.firstDay, self.weights) = (past, slept, firstDay, weights)
        let day = LocalHour.hoursOfDay
        hours = Array(repeating: 0, count: LocalHour.hoursOfWeek)
        var average = Array<Int64>(repeating: 0, count: day)
        var seen: [Bool] = Array(repeating: false, count: 7)
        for latest in max(firstDay, endDay - 7)..<max(firstDay, endDay) {
            guard let usual = usualDay(latest) else { continue }
            let weekday = LocalHour.weekday(ofDay: latest)
            seen[weekday] = true
            for hour in 0..<day {
                hours[weekday * day + hour] = usual[hour]
                average[hour] += usual[hour]
            }
        }
        let counted = Int64(seen.count { $0 })
        guard counted > 0 else { return }
        for weekday in 0..<7 where !seen[weekday] {
            for hour in 0..<day { hours[weekday * day + hour] = average[hour] / counted }
        }
    }

    /// The hours of a day and those a week before it, two weeks, and so on: later ones weigh more, holidays nothing, and what
    /// is far above the rest three times the median. Nil when no such day was spent awake.
    private mutating func usualDay(_ latest: Int) -> [Int64]? {
        let day = LocalHour.hoursOfDay
        let days = stride(from: latest, through: firstDay, by: -7).filter {
            slept[$0 - firstDay] == slept[$0 - firstDay + 1]
        }
        guard !days.isEmpty else { return nil }
        let totals = days.map { past[($0 - firstDay + 1) * day] - past[($0 - firstDay) * day] }
        let (median, hasComparison) = (totals.sorted()[totals.count / 2], totals.count >= 3)
        var sums = Array<Int64>(repeating: 0, count: day)
        var weight: Int64 = 0
        for (age, total) in totals.enumerated() {
            if hasComparison, total < median / 4 {
                holidays += 1
                continue
            }
            let scale = hasComparison && median > 0 && total / 3 > median ? 3000 * median / total : 1000
            let own = weights[min(age, weights.count - 1)]
            weight += own
            let start = (days[age] - firstDay) * day
            for hour in 0..<day {
                let amount = past[start + hour + 1] - past[start + hour]
                sums[hour] += own * (scale == 1000 ? amount : amount * scale / 1000)
            }
        }
        return weight > 0 ? sums.map { $0 / weight } : nil
    }
}
