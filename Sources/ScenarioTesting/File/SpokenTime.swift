/// A length of time as a test file writes it: `3s`, `500ms`, `2m`, `1h`, `1m30s`, or a number of seconds.
public struct SpokenTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Nil for anything that is no time, or more than a day.
    public init?(_ text: String) {
        if let seconds = Double(text), seconds >= 0, seconds <= 86_400 {
            milliseconds = Int64((seconds * 1000).rounded())
            return
        }
        var total = 0.0
        var rest = Substring(text)
        while !rest.isEmpty {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let factor = Self.units[String(unit)] else { return nil }
            total += value * factor
        }
        guard !text.isEmpty, total <= 86_400_000 else { return nil }
        milliseconds = Int64(total.rounded())
    }

    private static let units: [String: Double] = ["ms": 1, "s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000]

    public static func < (left: SpokenTime, right: SpokenTime) -> Bool { left.milliseconds < right.milliseconds }

    /// `12.3 s`.
    public var description: String {
        "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    }
}
