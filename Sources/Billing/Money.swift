/// An exact amount: whole millionths of one currency.
public struct Money: Sendable, Hashable {
    /// Millionths of the currency's unit; negative for a debt.
    public let millionths: Int64
    public let currency: Currency

    public init(millionths: Int64, _ currency: Currency) {
        self.millionths = millionths
        self.currency = currency
    }

    /// Nothing, in a currency.
    public static func zero(_ currency: Currency) -> Money { Money(millionths: 0, currency) }

    public var isNegative: Bool { millionths < 0 }
    public var isZero: Bool { millionths == 0 }

    /// The nearest floating-point number, for interfaces that have no exact type; never calculate with it.
    public var approximate: Double { Double(millionths) / Double(Self.unit) }

    static let unit: Int64 = 1_000_000

    /// The sum.
    ///
    /// - Throws: ``MoneyError`` when the currencies differ or the sum is too large.
    public func adding(_ other: Money) throws(MoneyError) -> Money {
        try checked(other) { $0.addingReportingOverflow($1) }
    }

    /// The difference.
    ///
    /// - Throws: ``MoneyError`` when the currencies differ or the difference is too large.
    public func subtracting(_ other: Money) throws(MoneyError) -> Money {
        try checked(other) { $0.subtractingReportingOverflow($1) }
    }

    /// The amount `factor` times.
    ///
    /// - Throws: ``MoneyError/overflow`` when the product is too large.
    public func multiplied(by factor: Int64) throws(MoneyError) -> Money {
        let (product, overflow) = millionths.multipliedReportingOverflow(by: factor)
        guard !overflow else { throw .overflow }
        return Money(millionths: product, currency)
    }

    /// `numerator / denominator` of the amount, rounded up to the next millionth, so that a share of a price is never lost.
    ///
    /// - Throws: ``MoneyError/overflow`` when the result is too large or the denominator is not positive.
    public func share(_ numerator: Int64, of denominator: Int64) throws(MoneyError) -> Money {
        guard denominator > 0 else { throw .overflow }
        let product = Int128(millionths) * Int128(numerator)
        let (quotient, remainder) = product.quotientAndRemainder(dividingBy: Int128(denominator))
        guard let whole = Int64(exactly: remainder > 0 ? quotient + 1 : quotient) else { throw .overflow }
        return Money(millionths: whole, currency)
    }

    /// Whether the amount is smaller.
    ///
    /// - Throws: ``MoneyError/currencyMismatch(expected:found:)``.
    public func isLess(than other: Money) throws(MoneyError) -> Bool {
        try requireSameCurrency(other)
        return millionths < other.millionths
    }

    private func checked(
        _ other: Money, _ operation: (Int64, Int64) -> (Int64, Bool)
    ) throws(MoneyError) -> Money {
        try requireSameCurrency(other)
        let (result, overflow) = operation(millionths, other.millionths)
        guard !overflow else { throw .overflow }
        return Money(millionths: result, currency)
    }

    private func requireSameCurrency(_ other: Money) throws(MoneyError) {
        guard currency == other.currency else {
            throw .currencyMismatch(expected: currency, found: other.currency)
        }
    }
}

/// Why an amount could not be calculated or read.
public enum MoneyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The result does not fit 64 bits of millionths.
    case overflow
    /// Amounts of two currencies met; convert one first.
    case currencyMismatch(expected: Currency, found: Currency)
    /// The text is not a decimal number with at most six digits after the point.
    case malformed

    public var description: String {
        switch self {
        case .overflow: "the amount is too large; the limit is about 9.2 million million"
        case .currencyMismatch(let expected, let found):
            "expected an amount in \(expected.code), found \(found.code); convert it first"
        case .malformed: "expected a decimal number like -12.345678 with at most six digits after the point"
        }
    }
}
