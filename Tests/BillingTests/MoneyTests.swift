import Billing
import Testing

/// A small generator so that a failing property names its seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct MoneyTests {
    @Test(arguments: [
        ("0", Int64(0), "0.00"), ("12", 12_000_000, "12.00"), ("12.5", 12_500_000, "12.50"),
        ("-0.000001", -1, "-0.000001"), ("+3.141592", 3_141_592, "3.141592"), ("007.10", 7_100_000, "7.10"),
        ("9223372036854.775807", .max, "9223372036854.775807"),
        ("-9223372036854.775808", .min, "-9223372036854.775808"),
    ])
    func `decimal text is read and written exactly`(text: String, millionths: Int64, written: String) throws {
        let money = try Money(text, .eur)
        #expect(money.millionths == millionths)
        #expect(money.decimalText == written)
    }

    @Test(arguments: ["", "-", ".", "1.", ".5", "1.2345678", "1,5", "1e3", "١", "0x1", "1.2.3", " 1", "--1", "1.-5"])
    func `anything else is malformed`(text: String) {
        #expect(throws: MoneyError.malformed) { try Money(text, .usd) }
    }

    @Test(arguments: ["9223372036854.775808", "-9223372036854.775809", "99999999999999999999999"])
    func `a number that does not fit is an overflow`(text: String) {
        #expect(throws: MoneyError.overflow) { try Money(text, .usd) }
    }

    @Test(arguments: UInt64(0)..<200)
    func `writing and reading back gives the same amount`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let money = Money(millionths: .random(in: .min ... .max, using: &generator), .rub)
        #expect(try Money(money.decimalText, .rub) == money)
    }

    @Test(arguments: UInt64(0)..<200)
    func `adding and taking away again changes nothing`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let range: ClosedRange<Int64> = -4_000_000_000_000_000_000...4_000_000_000_000_000_000
        let left = Money(millionths: .random(in: range, using: &generator), .uah)
        let right = Money(millionths: .random(in: range, using: &generator), .uah)
        #expect(try left.adding(right).subtracting(right) == left)
        #expect(try left.adding(right) == right.adding(left))
    }

    @Test func `arithmetic that does not fit is an error, never a trap`() {
        let largest = Money(millionths: .max, .eur)
        let smallest = Money(millionths: .min, .eur)
        let one = Money(millionths: 1, .eur)
        #expect(throws: MoneyError.overflow) { try largest.adding(one) }
        #expect(throws: MoneyError.overflow) { try smallest.subtracting(one) }
        #expect(throws: MoneyError.overflow) { try largest.multiplied(by: 2) }
        #expect(throws: MoneyError.overflow) { try smallest.multiplied(by: -1) }
        #expect(throws: MoneyError.overflow) { try largest.share(.max, of: 2) }
        #expect(throws: MoneyError.overflow) { try largest.share(3, of: 2) }
        #expect(throws: MoneyError.overflow) { try one.share(1, of: 0) }
    }

    @Test func `a whole share is the product`() throws {
        #expect(try Money(millionths: .max, .eur).share(1, of: 1).millionths == .max)
        #expect(try Money(millionths: .max, .eur).share(.max, of: .max).millionths == .max)
        #expect(try Money(millionths: -7, .eur).share(1, of: 2).millionths == -3)
    }

    @Test func `amounts of two currencies never mix`() {
        let euro = Money(millionths: 1, .eur)
        let dollar = Money(millionths: 1, .usd)
        let expected = MoneyError.currencyMismatch(expected: .eur, found: .usd)
        #expect(throws: expected) { try euro.adding(dollar) }
        #expect(throws: expected) { try euro.subtracting(dollar) }
        #expect(throws: expected) { try euro.isLess(than: dollar) }
    }

    @Test(arguments: UInt64(0)..<100)
    func `a share is rounded up by less than a millionth`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let amount = Int64.random(in: 0...1_000_000_000_000, using: &generator)
        let numerator = Int64.random(in: 0...1_000_000, using: &generator)
        let denominator = Int64.random(in: 1...1_000, using: &generator)
        let share = try Money(millionths: amount, .usd).share(numerator, of: denominator).millionths
        #expect(share * denominator >= amount * numerator)
        #expect((share - 1) * denominator < amount * numerator)
    }
}
