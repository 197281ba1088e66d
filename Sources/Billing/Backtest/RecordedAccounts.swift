/// Makes accounts for a backtest of ledgers that have been.
///
/// Payments come when they came. An account whose entries do not begin with its first gets the balance that it must have
/// had at least. A fee is known before when one of the same sum was paid a month earlier.
public struct RecordedAccounts: Sendable {
    /// Ledgers of more years are refused: hours are kept one by one.
    public static let longestYears = 10

    private struct Movements: Sendable {
        var usage: [Int: Int64] = [:]
        var payments: [Int: Int64] = [:]
        var fees: [(hour: Int, amount: Int64, isMonthly: Bool)] = []
        var opening: Int64 = 0
        var first = Int.max
        var last = Int.min
    }

    private let currency: Currency
    private let offset: ClockOffset
    private var accounts: [String: Movements] = [:]

    public init(currency: Currency, offset: ClockOffset) {
        self.currency = currency
        self.offset = offset
    }

    /// Notes a movement, in whatever order.
    ///
    /// - Throws: ``MoneyError`` for another currency, or sums beyond 64 bits.
    public mutating func add(_ entry: RecordedEntry) throws(MoneyError) {
        guard entry.amount.currency == currency else {
            throw .currencyMismatch(expected: currency, found: entry.amount.currency)
        }
        let hour = LocalHour(unixSeconds: entry.unixSeconds, offset: offset).number
        let amount = entry.amount.millionths
        guard amount.magnitude <= UInt64(SpendingHistory.mostInAnHour) else { throw .overflow }
        var own = accounts[entry.account] ?? Movements()
        own.first = min(own.first, hour)
        own.last = max(own.last, hour)
        switch entry.role {
        case .usage: own.usage[hour, default: 0] -= amount
        case .payment: own.payments[hour, default: 0] += amount
        case .opening: own.opening += amount
        case .monthlyFee: own.fees.append((hour, -amount, true))
        case .singleFee: own.fees.append((hour, -amount, false))
        }
        accounts[entry.account] = own
    }

    /// In the order of their names.
    ///
    /// - Throws: ``RecordedLedgerTooLong`` with the account's name.
    public func all() throws(RecordedLedgerTooLong) -> [BacktestAccount] {
        var all: [BacktestAccount] = []
        for (name, movements) in accounts.sorted(by: { $0.key < $1.key }) {
            guard movements.last - movements.first < Self.longestYears * 366 * LocalHour.hoursOfDay else {
                throw RecordedLedgerTooLong(account: name)
            }
            all.append(account(name, movements))
        }
        return all
    }

    private func account(_ name: String, _ movements: Movements) -> BacktestAccount {
        let hours = movements.last - movements.first + 1
        var demand = Array<Int64>(repeating: 0, count: hours)
        for (hour, amount) in movements.usage { demand[hour - movements.first] = max(0, amount) }
        let payments = Dictionary(
            uniqueKeysWithValues: movements.payments.map { ($0.key - movements.first, $0.value) })
        let fees = fees(movements)
        var balance = movements.opening
        var lowest = balance
        var fee = 0
        for hour in 0..<hours {
            balance += (payments[hour] ?? 0) - demand[hour]
            while fee < fees.count, fees[fee].hour <= hour {
                balance -= fees[fee].amount.millionths
                fee += 1
            }
            lowest = min(lowest, balance)
        }
        return BacktestAccount(
            name: name, kind: "recorded", currency: currency, begin: LocalHour(number: movements.first),
            judgedHours: hours, demand: demand, fees: fees, payments: .recorded(payments), regular: [:],
            opening: movements.opening - min(0, lowest))
    }

    private func fees(_ movements: Movements) -> [BacktestAccount.Fee] {
        let sorted = movements.fees.sorted { ($0.hour, $0.amount) < ($1.hour, $1.amount) }
        let month = 27 * LocalHour.hoursOfDay...32 * LocalHour.hoursOfDay
        return sorted.enumerated().map { index, fee in
            let isKnown =
                fee.isMonthly
                && sorted[..<index].contains {
                    $0.isMonthly && $0.amount == fee.amount && month.contains(fee.hour - $0.hour)
                }
            return BacktestAccount.Fee(
                hour: fee.hour - movements.first, amount: Money(millionths: fee.amount, currency), isKnown: isKnown)
        }
    }
}

/// An account's entries are too far apart to be tried hour by hour.
public struct RecordedLedgerTooLong: Error, Sendable, Equatable, CustomStringConvertible {
    public let account: String

    public var description: String {
        "the entries of account '\(account)' reach over more than \(RecordedAccounts.longestYears) years; leave old ones out"
    }
}
