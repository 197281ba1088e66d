/// What an account spent in each hour of the last weeks; fees that are known in advance are not part of it.
///
/// Takes the same room however much is spent. An hour counts ten million units of the currency at most.
public struct SpendingHistory: Sendable, Hashable {
    /// How far back it goes.
    public static let weeks = 8
    static let hours = weeks * LocalHour.hoursOfWeek
    /// Sums of all hours, weighted and scaled, stay far below 64 bits.
    static let mostInAnHour: Int64 = 10_000_000_000_000

    public let currency: Currency
    /// The first hour of which is known whether money was spent.
    public let begin: LocalHour
    /// The last hour in which money was spent; nil before the first spending.
    public private(set) var lastSpending: LocalHour?
    /// Hour `n` at `n % hours`; holds the hours up to `newest`.
    private var amounts: [Int64]
    private var newest: LocalHour

    /// - Parameter begin: The hour in which the account was first seen.
    public init(currency: Currency, begin: LocalHour) {
        self.currency = currency
        self.begin = begin
        newest = begin
        amounts = Array(repeating: 0, count: Self.hours)
    }

    /// The oldest hour that is still kept.
    public var oldest: LocalHour { max(begin, newest.advanced(byHours: 1 - Self.hours)) }

    /// Notes spending; in whatever order, hours that are no longer kept are passed over.
    ///
    /// - Parameter amount: Positive for money that went; nothing else is noted.
    /// - Throws: ``MoneyError/currencyMismatch(expected:found:)``.
    public mutating func add(_ amount: Money, at hour: LocalHour) throws(MoneyError) {
        guard amount.currency == currency else {
            throw .currencyMismatch(expected: currency, found: amount.currency)
        }
        add(millionths: amount.millionths, at: hour)
    }

    mutating func add(millionths: Int64, at hour: LocalHour) {
        guard millionths > 0, hour >= begin else { return }
        advance(to: hour)
        guard hour >= oldest else { return }
        let index = Self.index(hour.number)
        amounts[index] = min(amounts[index] + min(millionths, Self.mostInAnHour), Self.mostInAnHour)
        lastSpending = max(lastSpending ?? hour, hour)
    }

    /// Forgets what is too old at a moment, and knows of the hours since the last spending that they cost nothing.
    public mutating func advance(to hour: LocalHour) {
        guard hour > newest else { return }
        if hour.number - newest.number >= Self.hours {
            for index in amounts.indices { amounts[index] = 0 }
        } else {
            for number in (newest.number + 1)...hour.number { amounts[Self.index(number)] = 0 }
        }
        newest = hour
    }

    /// What was spent from `start` up to, but not in, `end`.
    public func spent(from start: LocalHour, to end: LocalHour) -> Money {
        Money(millionths: sum(start.number, end.number), currency)
    }

    func sum(_ start: Int, _ end: Int) -> Int64 {
        let first = max(start, oldest.number)
        let count = min(end, newest.number + 1) - first
        guard count > 0 else { return 0 }
        // At most two stretches of the ring.
        let begin = Self.index(first)
        let straight = min(count, Self.hours - begin)
        var sum: Int64 = 0
        for index in begin..<begin + straight { sum += amounts[index] }
        for index in 0..<count - straight { sum += amounts[index] }
        return sum
    }

    /// Sums of the first `n` hours from `start` on, for n from 0 to `count`.
    func sums(_ start: Int, count: Int) -> [Int64] {
        var sums: [Int64] = [0]
        sums.reserveCapacity(count + 1)
        var sum: Int64 = 0
        let (oldest, newest) = (oldest.number, newest.number)
        var index = Self.index(start)
        for number in start..<start + max(0, count) {
            if number >= oldest, number <= newest { sum += amounts[index] }
            sums.append(sum)
            index = index == Self.hours - 1 ? 0 : index + 1
        }
        return sums
    }

    /// Hours in which money was spent, oldest first.
    public var spending: [(hour: LocalHour, amount: Money)] {
        (oldest.number...newest.number).compactMap { number in
            let amount = amounts[Self.index(number)]
            return amount == 0 ? nil : (LocalHour(number: number), Money(millionths: amount, currency))
        }
    }

    private static func index(_ number: Int) -> Int {
        let index = number % hours
        return index < 0 ? index + hours : index
    }
}
