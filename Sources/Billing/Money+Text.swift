extension Money: CustomStringConvertible {
    /// Reads a decimal text: an optional sign, digits, optionally a point and one to six digits.
    ///
    /// - Throws: ``MoneyError/malformed``, or ``MoneyError/overflow`` when the number is too large.
    public init(_ text: some StringProtocol, _ currency: Currency) throws(MoneyError) {
        var digits = text[...]
        let negative = digits.hasPrefix("-")
        if negative || digits.hasPrefix("+") { digits = digits.dropFirst() }
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, parts.count < 2 || (1...6).contains(parts[1].utf8.count) else {
            throw .malformed
        }
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        let padded = fraction + String(repeating: "0", count: max(0, 6 - fraction.utf8.count))
        var value: Int64 = 0
        for digit in (String(whole) + padded).utf8 {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { throw .malformed }
            // Counted downwards: the negative range is the larger one.
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (next, overflow) = tens.subtractingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !tooLarge, !overflow else { throw .overflow }
            value = next
        }
        guard negative || value != .min else { throw .overflow }
        self.init(millionths: negative ? value : -value, currency)
    }

    /// The amount with at least two and at most six digits after the point: `-12.50`, `0.000001`.
    public var decimalText: String {
        let magnitude = millionths.magnitude
        let unit = UInt64(Self.unit)
        var fraction = String(magnitude % unit)
        fraction = String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
        while fraction.utf8.count > 2, fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(isNegative ? "-" : "")\(magnitude / unit).\(fraction)"
    }

    /// The decimal text and the currency's code: `12.50 EUR`.
    public var description: String { "\(decimalText) \(currency.code)" }
}
