/// `YYYY-MM-DD HH:MM:SS` in UTC; remembers the last second because most entries share it.
struct LogStamp {
    private var second = Int64.min
    private var bytes: [UInt8] = []

    /// The stamp of an instant in milliseconds since 1970.
    mutating func utf8(atUnixMilliseconds milliseconds: Int64) -> [UInt8] {
        let now = milliseconds.flooredQuotient(1000)
        if now != second {
            second = now
            bytes = Self.render(now)
        }
        return bytes
    }

    private static func render(_ unixSeconds: Int64) -> [UInt8] {
        let day = unixSeconds.flooredQuotient(86_400)
        let clock = unixSeconds - day * 86_400
        let date = civilDate(daysSince1970: day)
        var text: [UInt8] = []
        text.reserveCapacity(19)
        append(date.year, digits: 4, to: &text)
        text.append(UInt8(ascii: "-"))
        append(date.month, digits: 2, to: &text)
        text.append(UInt8(ascii: "-"))
        append(date.day, digits: 2, to: &text)
        text.append(UInt8(ascii: " "))
        append(clock / 3600, digits: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(clock / 60 % 60, digits: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(clock % 60, digits: 2, to: &text)
        return text
    }

    private static func append(_ number: Int64, digits: Int, to text: inout [UInt8]) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }

    /// Year, month and day of the proleptic Gregorian calendar (Howard Hinnant, "days_from_civil", 2013).
    private static func civilDate(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSince1970 + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1
        )
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
