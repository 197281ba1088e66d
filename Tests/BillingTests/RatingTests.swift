import Billing
import Testing

private func price(_ text: String) throws -> Money { try Money(text, .eur) }

private let day = TariffDay(number: 20_000)

private func tariff() throws -> Tariff {
    try Tariff(
        currency: .eur,
        rows: [
            TariffRow(.incoming, .voip, text: "any Incoming VoIP", pricePerMinute: price("0")),
            TariffRow(
                .outgoing, .voip, text: "any outgoing voip", pricePerMinute: price("0.004"),
                step: BillingStep(first: 1, next: 1)),
            TariffRow(.incoming, .pstn(prefix: "7"), text: "Incoming PSTN RU", pricePerMinute: price("0.006")),
            TariffRow(
                .outgoing, .pstn(prefix: ""), text: "Outgoing PSTN rest", pricePerMinute: price("1"),
                setupFee: price("0.5")),
            TariffRow(.outgoing, .pstn(prefix: "49"), text: "Outgoing PSTN DE", pricePerMinute: price("0.02")),
            TariffRow(
                .outgoing, .pstn(prefix: "4915"), text: "Outgoing PSTN DE mobile", pricePerMinute: price("0.1"),
                step: BillingStep(first: 30, next: 30), freeSeconds: 5),
        ])
}

private func randomPrice(_ generator: inout SeededGenerator) -> CallPrice {
    CallPrice(
        group: "x", perMinute: Money(millionths: .random(in: 0...1 << 40, using: &generator), .rub),
        step: BillingStep(
            first: .random(in: 1...600, using: &generator), next: .random(in: 1...90, using: &generator)),
        freeSeconds: Bool.random(using: &generator) ? 0 : .random(in: 1...90, using: &generator),
        setupFee: Money(millionths: .random(in: 0...1 << 40, using: &generator), .rub))
}

@Suite struct RatingTests {
    @Test(arguments: [
        (RatedParty.pstn("+49 151 2345"), "Outgoing PSTN DE mobile"), (.pstn("4914"), "Outgoing PSTN DE"),
        (.pstn("49"), "Outgoing PSTN DE"), (.pstn("4"), "Outgoing PSTN rest"), (.pstn(""), "Outgoing PSTN rest"),
        (.voip, "any outgoing voip"),
    ])
    func `the longest prefix wins`(party: RatedParty, text: String) throws {
        #expect(try tariff().price(.outgoing, party, on: day).group == text)
    }

    @Test(arguments: [
        (RatedParty.pstn("4930"), 0, "0.00"), (.pstn("4930"), 1, "0.02"), (.pstn("4930"), 60, "0.02"),
        (.pstn("4930"), 61, "0.04"), (.pstn("49151"), 5, "0.00"), (.pstn("49151"), 6, "0.05"),
        (.pstn("49151"), 35, "0.05"), (.pstn("49151"), 36, "0.10"), (.pstn("1"), 0, "0.00"), (.pstn("1"), 1, "1.50"),
        (.voip, 1, "0.000067"), (.voip, 60, "0.004"),
    ])
    func `begun steps are paid, free seconds are not, the fee once`(
        party: RatedParty, seconds: Int, amount: String
    ) throws {
        let charge = try tariff().price(.outgoing, party, on: day).charge(seconds: seconds)
        #expect(charge.amount.decimalText == amount)
    }

    @Test func `a leg without a row has no price`() throws {
        let tariff = try tariff()
        #expect(throws: QuoteError.noPrice(.incoming)) { try tariff.price(.incoming, .pstn("49"), on: day) }
    }

    @Test func `the longest possible duration is an error, never a trap`() throws {
        let price = try tariff().price(.outgoing, .pstn("1"), on: day)
        #expect(throws: MoneyError.overflow) { try price.charge(seconds: .max) }
        #expect(price.stepEnd(after: .max) > 0)
        #expect(price.stepEnd(after: .min) == 60)
    }

    @Test(arguments: UInt64(0)..<100)
    func `a longer call never costs less, and a step has one price`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let price = randomPrice(&generator)
        var last: Int64 = 0
        for seconds in 0..<300 {
            let amount = try price.charge(seconds: seconds).amount.millionths
            #expect(amount >= last)
            last = amount
            let end = price.stepEnd(after: seconds)
            #expect(end > seconds)
            #expect(price.stepEnd(after: end - 1) == end)
            #expect(try price.charge(seconds: seconds + 1).amount == price.charge(seconds: end).amount)
        }
    }

    @Test(arguments: UInt64(0)..<100)
    func `what an amount suffices for is the last step that it pays`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let price = randomPrice(&generator)
        for _ in 0..<50 {
            let target = price.stepEnd(after: .random(in: 0..<2000, using: &generator))
            let whole = try price.charge(seconds: target).amount.millionths
            let amount = Money(millionths: .random(in: -5...(whole + 5), using: &generator), .rub)
            let found = price.affordable(with: amount, upTo: target)
            #expect(found <= target)
            if found > 0 {
                #expect(try price.charge(seconds: found).amount.millionths <= amount.millionths)
                #expect(price.stepEnd(after: found - 1) == found)
            }
            if found < target {
                #expect(try price.charge(seconds: found + 1).amount.millionths > amount.millionths)
            }
        }
        #expect(price.affordable(with: Money(millionths: .max, .usd), upTo: 600) == 0)
    }

    @Test func `a first step and shorter ones after it`() throws {
        let price = CallPrice(
            group: "x", perMinute: try price("0.6"), step: BillingStep(first: 30, next: 6), freeSeconds: 0,
            setupFee: .zero(.eur))
        let amounts = try [1, 30, 31, 36, 37].map { try price.charge(seconds: $0).amount.decimalText }
        #expect(amounts == ["0.30", "0.30", "0.36", "0.36", "0.42"])
        #expect([0, 29, 30, 35, 36].map(price.stepEnd) == [30, 30, 36, 36, 42])
    }

    @Test func `a tariff with a row that cannot be used is refused by name`() throws {
        func refused(_ row: TariffRow, _ more: TariffRow...) -> TariffError? {
            #expect(throws: TariffError.self) { try Tariff(currency: .eur, rows: [row] + more) }
        }
        let good = TariffRow(.outgoing, .voip, text: "good", pricePerMinute: .zero(.eur))
        #expect(refused(good, good) == .duplicate("good"))
        #expect(
            refused(TariffRow(.outgoing, .voip, text: "a", pricePerMinute: .zero(.usd)))
                == .currency("a", expected: .eur))
        #expect(
            refused(TariffRow(.outgoing, .voip, text: "b", pricePerMinute: try price("-1"))) == .negativePrice("b"))
        #expect(
            refused(
                TariffRow(
                    .outgoing, .voip, text: "c", pricePerMinute: .zero(.eur), step: BillingStep(first: 60, next: 0)))
                == .seconds("c"))
        #expect(
            refused(TariffRow(.outgoing, .pstn(prefix: "+4"), text: "d", pricePerMinute: .zero(.eur))) == .prefix("d"))
    }
}

@Suite struct LedgerTests {
    @Test(arguments: UInt64(0)..<50)
    func `the balance is the sum of the entries, each counted once`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var ledger = Ledger(currency: .usd)
        var amounts: [Int: Int64] = [:]
        for _ in 0..<200 {
            let number = Int.random(in: 0..<80, using: &generator)
            let known = amounts[number]
            let amount = known ?? .random(in: -1_000_000...1_000_000, using: &generator)
            amounts[number] = amount
            let outcome = try ledger.append(
                LedgerEntry(
                    key: IdempotencyKey(rawValue: "k\(number)"), kind: .resourceCharge,
                    amount: Money(millionths: amount, .usd)))
            #expect(outcome == (known == nil ? .appended : .duplicate))
        }
        #expect(ledger.balance.millionths == amounts.values.reduce(0, +))
        #expect(ledger.entries.map(\.amount.millionths).reduce(0, +) == ledger.balance.millionths)
    }

    @Test func `another booking under a used key is refused and changes nothing`() throws {
        var ledger = Ledger(currency: .usd)
        let key = IdempotencyKey(rawValue: "one")
        try ledger.append(LedgerEntry(key: key, kind: .gift, amount: Money(millionths: 5, .usd)))
        #expect(throws: LedgerError.conflict(key)) {
            try ledger.append(LedgerEntry(key: key, kind: .gift, amount: Money(millionths: 6, .usd)))
        }
        #expect(throws: LedgerError.money(.currencyMismatch(expected: .usd, found: .eur))) {
            try ledger.append(
                LedgerEntry(key: IdempotencyKey(rawValue: "two"), kind: .gift, amount: Money(millionths: 6, .eur)))
        }
        #expect(ledger.balance.millionths == 5)
    }
}
