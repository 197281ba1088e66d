/// How a simulated account uses the telephone.
public enum SimulatedKind: String, Sendable, Hashable, CaseIterable {
    /// On working days from nine to six.
    case office
    /// Day and night.
    case aroundTheClock = "around the clock"
    /// A shop whose last two months of the year are three times as busy.
    case seasonalShop = "seasonal shop"
    /// An office that runs one campaign of two weeks, with six times the calls.
    case campaign
    /// Doubles each quarter.
    case growth
    /// An office that is closed twice for one to two weeks.
    case holiday
    /// Sleeps after a few months and wakes near the end of the year.
    case sleeping
    /// Comes into being in the course of the year.
    case new
    /// Pays for its numbers and never calls.
    case numbersOnly = "numbers only"
    /// Some days of a month, with sums that differ by a factor of ten.
    case irregular

    /// Spending in an hour as a share of the account's usual day, in thousandths.
    func share(hour: LocalHour) -> Int64 {
        let ofDay = hour.ofWeek % LocalHour.hoursOfDay
        let weekday = hour.ofWeek / LocalHour.hoursOfDay
        switch self {
        case .numbersOnly: return 0
        case .aroundTheClock: return (8..<22).contains(ofDay) ? 55 : 23
        case .seasonalShop: return weekday < 6 && (9..<20).contains(ofDay) ? 91 : 0
        case .irregular: return (8..<20).contains(ofDay) ? 83 : 0
        case .office, .campaign, .growth, .holiday, .sleeping, .new:
            return weekday < 5 && (9..<18).contains(ofDay) ? 111 : 0
        }
    }
}
