import Billing
import Testing

private func row(
    _ scope: TariffRow.Scope, _ text: String, _ price: Int64 = 1000, from day: Int? = nil,
    permission: TariffRow.Permission = .limited
) -> TariffRow {
    TariffRow(
        .outgoing, scope, text: text, pricePerMinute: Money(millionths: price, .eur),
        validFrom: day.map(TariffDay.init(number:)), permission: permission)
}

private let today = TariffDay(number: 20_000)

@Suite struct TariffTests {
    @Test(arguments: UInt64(0)..<100)
    func `a look-up finds what a search through all rows finds`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func digits(_ most: Int) -> String {
            String(
                (0..<Int.random(in: 0...most, using: &generator)).map { _ in "012".randomElement(using: &generator)! })
        }
        var rows: [String: TariffRow] = [:]
        for index in 0..<60 {
            let prefix = digits(5)
            let day = Bool.random(using: &generator) ? nil : Int.random(in: 19_990...20_010, using: &generator)
            rows["\(prefix)/\(day ?? 0)"] = row(.pstn(prefix: prefix), "row \(index)", from: day)
        }
        let tariff = try Tariff(currency: .eur, rows: Array(rows.values))
        for _ in 0..<100 {
            let number = digits(8)
            let day = TariffDay(number: .random(in: 19_985...20_015, using: &generator))
            let expected = rows.values.filter { row in
                guard case .pstn(let prefix) = row.scope else { return false }
                return number.hasPrefix(prefix) && row.validFrom.map { $0 <= day } ?? true
            }.max { left, right in
                guard case .pstn(let first) = left.scope, case .pstn(let second) = right.scope else { return false }
                return (first.count, left.validFrom?.number ?? 0) < (second.count, right.validFrom?.number ?? 0)
            }
            #expect(tariff.row(.outgoing, .pstn(number), on: day) == expected, "\(number) on \(day)")
        }
    }

    @Test func `users and others by address have rows of their own, or share one`() throws {
        let tariff = try Tariff(currency: .eur, rows: [row(.voip, "voip"), row(.user, "user")])
        #expect(tariff.row(.outgoing, .user, on: today)?.text == "user")
        #expect(tariff.row(.outgoing, .sip, on: today)?.text == "voip")
        #expect(tariff.row(.outgoing, .voip, on: today)?.text == "voip")
        #expect(tariff.row(.incoming, .user, on: today) == nil)
    }

    @Test func `an account's rows go before the common ones that are not more exact`() throws {
        let common = try Tariff(
            currency: .eur, rows: [row(.pstn(prefix: "49"), "DE"), row(.pstn(prefix: "4915"), "DE mobile")])
        let own = try Tariff(
            currency: .eur, rows: [row(.pstn(prefix: "49"), "own DE"), row(.voip, "own voip")], on: common)
        let book = TariffBook([common], own: ["acme": own])
        func group(_ account: String?, _ number: String) -> String? {
            book.tariff(.eur, account: account).row(.outgoing, .pstn(number), on: today)?.text
        }
        #expect(group("acme", "4930") == "own DE")
        #expect(group("acme", "491511") == "DE mobile")
        #expect(group("other", "4930") == "DE")
        #expect(group(nil, "4930") == "DE")
        #expect(book.tariff(.eur, account: "acme").row(.outgoing, .user, on: today)?.text == "own voip")
        #expect(book.tariff(.rub, account: "acme").row(.outgoing, .pstn("4930"), on: today) == nil)
        #expect(throws: TariffError.self) { try Tariff(currency: .rub, rows: [], on: common) }
    }

    @Test func `blocked and dear destinations have no price, allowed ones do`() throws {
        let limit = Money(millionths: 200_000, .eur)
        let tariff = try Tariff(
            currency: .eur,
            rows: [
                row(.pstn(prefix: "1"), "at the limit", 200_000), row(.pstn(prefix: "2"), "above", 200_001),
                row(.pstn(prefix: "3"), "allowed", 9_000_000, permission: .allowed),
                row(.pstn(prefix: "4"), "blocked", 1, permission: .blocked),
                row(.pstn(prefix: "41"), "open again", 1), row(.voip, "dear voip", 9_000_000),
            ], maximumPerMinute: limit)
        func price(_ party: RatedParty) throws -> String { try tariff.price(.outgoing, party, on: today).group }
        #expect(try price(.pstn("1")) == "at the limit")
        #expect(throws: QuoteError.tooExpensive(group: "above", maximum: limit)) { try price(.pstn("2")) }
        #expect(try price(.pstn("3")) == "allowed")
        #expect(throws: QuoteError.blocked(group: "blocked")) { try price(.pstn("40")) }
        #expect(try price(.pstn("41")) == "open again")
        #expect(try price(.user) == "dear voip")
        #expect(throws: QuoteError.noPrice(.outgoing)) { try price(.pstn("9")) }
    }

    @Test func `a day is read and written, and no other text is one`() throws {
        for (text, number) in [
            ("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-11-27", 20_784), ("9999-12-31", 2_932_896),
        ] {
            #expect(TariffDay(text)?.number == number)
            #expect(TariffDay(number: number).description == text)
        }
        for text in ["2026-02-29", "2026-13-01", "2026-1-1", "1969-12-31", "2026-11-27 ", "2026-11--1", "", "x"] {
            #expect(TariffDay(text) == nil)
        }
        #expect(TariffDay(unixSeconds: 86_399).number == 0)
        #expect(TariffDay(unixSeconds: -1).number == -1)
    }
}

@Suite struct TariffFileTests {
    private static let list = """
        \u{FEFF}# prices of spring
        currency, direction, kind, prefix, group, price, step, setup, free, from, permission, account

        EUR,outgoing,mobile,4915,"Outgoing PSTN ""DE"", mobile",0.1,30/6,0.05,5,2026-03-01,limited,
        EUR,outgoing,pstn,49,Outgoing PSTN DE,0.02,,,,,,
        EUR,outgoing,pstn,882,Satellite,,,,,,blocked,
        EUR,outgoing,pstn,881,Satellite,3,1,,,,allowed,
        EUR,outgoing,pstn,880,Far,0.4,,,,,,
        EUR,outgoing,pstn,49,Outgoing PSTN DE,0.01,1/1,,,,,acme
        RUB,outgoing,maximum,,,50,,,,,,
        RUB,outgoing,pstn,,World,49.99,,,,,,
        """

    @Test func `a list is read as it is written`() throws {
        let free = TariffRow(.incoming, .voip, text: "in", pricePerMinute: .zero(.eur))
        let book = try TariffFile.book(Self.list, on: [try Tariff(currency: .eur, rows: [free])])
        let day = try #require(TariffDay("2026-03-01"))
        let eur = book.tariff(.eur)
        let mobile = try #require(eur.row(.outgoing, .pstn("+49 15 1"), on: day))
        #expect(mobile.text == "Outgoing PSTN \"DE\", mobile")
        #expect(mobile.isMobile)
        #expect(mobile.pricePerMinute.decimalText == "0.10")
        #expect(mobile.step == BillingStep(first: 30, next: 6))
        #expect(mobile.setupFee.decimalText == "0.05")
        #expect(mobile.freeSeconds == 5)
        let before = eur.row(.outgoing, .pstn("4915"), on: TariffDay(number: day.number - 1))
        #expect(before?.text == "Outgoing PSTN DE")
        #expect(before?.step == .minutes)
        #expect(throws: QuoteError.blocked(group: "Satellite")) { try eur.price(.outgoing, .pstn("882"), on: day) }
        #expect(try eur.price(.outgoing, .pstn("881"), on: day).step == BillingStep(first: 1, next: 1))
        #expect(throws: QuoteError.self) { try eur.price(.outgoing, .pstn("880"), on: day) }
        #expect(
            try book.tariff(.eur, account: "acme").price(.outgoing, .pstn("49"), on: day).perMinute.decimalText
                == "0.01")
        #expect(try book.tariff(.rub).price(.outgoing, .pstn("1"), on: day).group == "World")
        #expect(eur.row(.incoming, .user, on: day)?.text == "in")
        #expect(book.tariff(.usd).row(.outgoing, .user, on: day)?.text == "any outgoing voip")
    }

    @Test(arguments: [
        ("EUR,outgoing,pstn,49,A,abc", 2, "column 'price': expected an amount"),
        ("EUR,outgoing,pstn,49,A,-1", 2, "found '-1'"), ("EUR,outgoing,pstn,49,A,", 2, "column 'price'"),
        ("EUR,outgoing,pstn,49,A,0.0000001", 2, "at most six digits"),
        ("GBP,outgoing,pstn,49,A,1", 2, "column 'currency': expected one of RUB, UAH, USD, EUR, found 'GBP'"),
        ("EUR,sideways,pstn,49,A,1", 2, "one of incoming, outgoing"), ("EUR,outgoing,fax,,A,1", 2, "column 'kind'"),
        ("EUR,outgoing,pstn,+49,A,1", 2, "column 'prefix'"), ("EUR,outgoing,voip,49,A,1", 2, "column 'prefix'"),
        ("EUR,outgoing,pstn,123456789012345678901,A,1", 2, "at most 20 digits"),
        ("EUR,outgoing,pstn,49,,1", 2, "column 'group'"), ("EUR,outgoing,pstn,49,A", 2, "expected 6 fields"),
        ("EUR,outgoing,pstn,49,\"A,1", 2, "must end with a quote"),
        ("EUR,outgoing,pstn,49,\"A\"B,1", 2, "must end with a quote"),
        ("\n# comment\nEUR,outgoing,pstn,49,A,1\nEUR,outgoing,pstn,49,B,2", 5, "another than in line 4"),
        ("EUR,outgoing,maximum,,,1\nEUR,outgoing,maximum,,,2", 3, "one maximum"),
    ])
    func `a wrong line is named with its column`(lines: String, line: Int, problem: String) {
        let text = "currency,direction,kind,prefix,group,price\n" + lines
        let error = #expect(throws: TariffFileError.self) { try TariffFile.book(text) }
        #expect(error?.line == line)
        #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
    }

    @Test(arguments: [
        ("step", "0/60"), ("step", "60/"), ("step", "1/2/3"), ("free", "-1"), ("free", "1.5"), ("from", "2026-02-30"),
        ("permission", "maybe"), ("setup", "x"),
    ])
    func `a wrong optional field is named`(column: String, value: String) {
        let text = "currency,direction,kind,prefix,group,price,\(column)\nEUR,outgoing,pstn,49,A,1,\(value)"
        let error = #expect(throws: TariffFileError.self) { try TariffFile.book(text) }
        #expect(error?.problem.contains("'\(column)'") == true)
    }

    @Test(arguments: [
        "currency,direction,kind,group", "currency,direction,kind,group,price,colour", "currency,currency",
    ])
    func `a wrong first line is told`(header: String) {
        #expect(throws: TariffFileError.self) { try TariffFile.book(header) }
    }

    @Test func `an account pays in one currency`() {
        let text = """
            currency,account,direction,kind,group,price
            EUR,acme,outgoing,voip,A,1
            RUB,acme,outgoing,voip,A,1
            """
        let error = #expect(throws: TariffFileError.self) { try TariffFile.book(text) }
        #expect(error?.line == 3)
    }

    @Test(arguments: UInt64(0)..<200)
    func `no text traps`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "currency,direction,kind,prefix,group,price\n", "EUR,outgoing,pstn,49,A,1\n", "\"", ",", "\n", "\r\n", "#",
            "EUR", "9999999999999999999", "\u{0}", "é", " ", "maximum", "1/1",
        ]
        let text = (0..<20).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
        _ = try? TariffFile.book(text)
    }
}
