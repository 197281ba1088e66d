import Testing

@testable import Billing

@Suite struct BacktestTests {
    private static let options = BacktestOptions(
        settings: WarningSettings(common: Money(millionths: 300_000_000, .rub)))
    private static func fixed(_ units: Int64) -> WarningRule { .fixed(Money(millionths: units * 1_000_000, .rub)) }

    /// A table of a simulation that is small enough for a debug build.
    private func table(seed: UInt64, accounts: Int, days: Int = 150) -> BacktestTable {
        let companies = SimulatedCompanies(seed: seed, currency: .rub, days: days)
        var table = BacktestTable(rules: [Self.fixed(300), Self.fixed(3000), .individual, .learned])
        for index in 0..<accounts { table.add(companies.account(index), Self.options) }
        return table
    }

    @Test func `the same seed gives the same table, another seed another one`() {
        let once = table(seed: 1, accounts: 10)
        #expect(once == table(seed: 1, accounts: 10))
        #expect(once != table(seed: 2, accounts: 10))
        #expect(once.kinds == SimulatedKind.allCases.map(\.rawValue))
    }

    @Test func `the individual rules are clearly better than fixed ones`() {
        var hoursOut: (own: Int, learned: Int) = (0, 0)
        for seed: UInt64 in [3, 4] {
            // Long enough for lead times to be learned, and to be of use then.
            let table = table(seed: seed, accounts: 30, days: 240)
            let own = table.outcome(.individual)
            for rule in [Self.fixed(300), Self.fixed(3000)] {
                let fixed = table.outcome(rule)
                #expect(own.inTime * fixed.occasions > 2 * fixed.inTime * own.occasions)
                #expect(own.tooLate + own.missed < (fixed.tooLate + fixed.missed) / 2)
                #expect(own.hoursOut < fixed.hoursOut)
            }
            #expect(own.warnings == own.inTime + own.tooLate + own.tooEarly + own.forNothing + own.open)
            hoursOut.own += own.hoursOut
            hoursOut.learned += table.outcome(.learned).hoursOut
        }
        #expect(hoursOut.learned < hoursOut.own, "\(hoursOut)")
    }

    /// Spends one unit an hour, day and night, from a balance on.
    private func account(
        opening: Int64, hours: Int = 2400, payments: BacktestAccount.Payments
    ) -> BacktestAccount {
        BacktestAccount(
            name: "a", kind: "k", currency: .rub, begin: LocalHour(number: 0), judgedHours: hours,
            demand: Array(repeating: 1_000_000, count: hours), fees: [], payments: payments, regular: [:],
            opening: opening)
    }

    @Test(arguments: [
        (72, "in time"), (71, "too late"), (288, "in time"), (289, "too early"), (719, "too early"),
        (720, "for nothing"),
    ])
    func `a warning is judged by how long the money would have lasted`(threshold: Int64, verdict: String) {
        let outcome = BacktestRun.outcome(
            account(opening: 1_000_000_000, payments: .recorded([:])), Self.fixed(threshold), Self.options)
        #expect(outcome.warnings == 1)
        let found = [
            ("in time", outcome.inTime), ("too late", outcome.tooLate), ("too early", outcome.tooEarly),
            ("for nothing", outcome.forNothing),
        ].first { $0.1 == 1 }?.0
        #expect(found == verdict)
    }

    @Test func `money that is out without a warning is missed, and the account pays late`() {
        let behaviour = PaymentBehaviour(delays: [10], days: 10, unit: 1_000_000)
        let outcome = BacktestRun.outcome(
            account(opening: 100_500_000, hours: 200, payments: .afterWarnings(behaviour)), Self.fixed(0), Self.options)
        #expect(outcome.missed == 1 && outcome.outages == 1)
        #expect(outcome.hoursOut == 10)
    }

    @Test func `what comes after the end of the records is judged as open`() {
        let outcome = BacktestRun.outcome(
            account(opening: 300_000_000, hours: 250, payments: .recorded([:])), Self.fixed(200), Self.options)
        #expect(outcome.open == 1 && outcome.warnings == 1)
    }

    @Test func `recorded ledgers become accounts`() throws {
        let text = """
            \u{FEFF}account, time, amount, kind
            # two accounts
            b,1970-01-05 10:00:00,-2.50,call
            a,36000,100,wire_transfer

            a,1970-01-01 11:59:59,-1.25,resource_charge
            a,1970-01-01 11:00:00,-0.75,call
            a,1970-01-01 12:00:00,-10,phone_number_charge
            a,1970-01-31 12:00:00,-10,fee
            a,1970-01-01 10:00:00,5,opening
            """
        var recorded = RecordedAccounts(currency: .rub, offset: .utc)
        for entry in try RecordedFile.entries(text, .rub) { try recorded.add(entry) }
        let accounts = try recorded.all()
        #expect(accounts.map(\.name) == ["a", "b"])
        #expect(accounts[0].demand[1] == 2_000_000)
        #expect(accounts[0].opening == 5_000_000)
        #expect(accounts[0].payments == .recorded([0: 100_000_000]))
        #expect(accounts[0].fees.map(\.isKnown) == [false, true])
        // The second account's first entry is a charge: it had the money for it.
        #expect(accounts[1].opening == 2_500_000)
    }

    @Test(arguments: [
        ("", "no entry"), ("account,time,amount,kind", "no entry"), ("time,account", "expected the names"),
        ("account,time,amount,kind\na,1,2", "expected four fields"),
        ("account,time,amount,kind\na,yesterday,2,call", "column 'time'"),
        ("account,time,amount,kind\na,1970-02-30 00:00:00,2,call", "column 'time'"),
        ("account,time,amount,kind\na,-5,2,call", "column 'time'"),
        ("account,time,amount,kind\na,1,1.2.3,call", "column 'amount'"),
        ("account,time,amount,kind\na,1,2,coffee", "column 'kind'"),
    ])
    func `a wrong ledger is refused with its line`(text: String, problem: String) throws {
        let error = #expect(throws: RecordedFileError.self) { try RecordedFile.entries(text, .rub) }
        #expect(error?.description.contains(problem) == true)
        #expect(error?.line == (problem.hasPrefix("column") || problem.hasSuffix("fields") ? 2 : 1))
    }

    @Test func `a ledger of too many years, too large sums or another currency is refused`() throws {
        var recorded = RecordedAccounts(currency: .rub, offset: .utc)
        func entry(_ seconds: Int64, _ amount: Money) -> RecordedEntry {
            RecordedEntry(account: "a", unixSeconds: seconds, amount: amount, role: .usage)
        }
        #expect(throws: MoneyError.self) { try recorded.add(entry(0, Money(millionths: .min, .rub))) }
        #expect(throws: MoneyError.self) { try recorded.add(entry(0, Money(millionths: -1, .usd))) }
        try recorded.add(entry(0, Money(millionths: -1, .rub)))
        try recorded.add(entry(1_000_000_000, Money(millionths: -1, .rub)))
        #expect(throws: RecordedLedgerTooLong(account: "a")) { try recorded.all() }
    }
}
