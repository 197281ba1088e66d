import ArgumentParser
import Billing
import Foundation

/// `switchboard balance`: warnings of low balances.
struct BalanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balance", abstract: "Warnings of low balances: why a portal is warned, how good the rules are.",
        subcommands: [BalanceShowCommand.self, BalanceBacktestCommand.self])
}

/// `switchboard balance backtest`: exit codes 0 done, 1 the platform does not answer, 64 usage or a wrong ledger.
struct BalanceBacktestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract:
            "Try rules for warnings on simulated or recorded ledgers: how often each is too late, too early, in vain.",
        discussion: """
            Without --ledger and --platform, companies are simulated: the same ones for the same seed. A warning is too late
            when the money would be out within the lead time, too early when it would last longer than --early lead times,
            for nothing when it would last --nothing days. Missed: the money was out and nobody had been warned.
            """)

    @Option(help: "Simulated accounts, 1 to 100000.") var accounts = 1000
    @Option(help: "Days of simulation, 30 to 3650.") var days = 365
    @Option(help: "Seed of the simulation.") var seed: UInt64 = 1
    @Option(help: "Currency: RUB, UAH, USD or EUR.") var currency = "RUB"
    @Option(help: "Fixed threshold to compare with, for example 300; repeat for more.") var fixed: [String] = []
    @Option(help: "Lead time: hours from a warning to a payment, 1 to 720.") var lead = 72
    @Option(help: "Share of the past, in thousandths, for which a threshold must have been enough, 500 to 999.")
    var safety = 950
    @Option(help: "Lead times after which a warning was too early, 1 to 100.") var early = 4
    @Option(help: "Days after which a warning was for nothing, 1 to 365.") var nothing = 30
    @Option(help: "File of ledgers: account,time,amount,kind.") var ledger: String?
    @Flag(help: "Take the ledgers of the voice platform's accounts.") var platform = false
    @Option(help: "First day of the platform's ledgers, for example 2026-01-01.") var from: String?
    @Option(help: "Last day of the platform's ledgers; today without it.") var to: String?
    @Option(name: .customLong("utc-minutes"), help: "Minutes that the accounts' clock is ahead of UTC.")
    var offset = 0
    @Flag(help: "Print counts as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        guard Currency(rawValue: currency) != nil else {
            throw ValidationError("--currency wants one of \(Currency.allCases.map(\.code).joined(separator: ", ")).")
        }
        guard (1...100_000).contains(accounts) else { throw ValidationError("--accounts wants 1 to 100000.") }
        guard (30...3650).contains(days) else { throw ValidationError("--days wants 30 to 3650.") }
        guard LeadTime(hours: lead) != nil else { throw ValidationError("--lead wants 1 to 720.") }
        guard Safety(perMille: safety) != nil else { throw ValidationError("--safety wants 500 to 999.") }
        guard (1...100).contains(early) else { throw ValidationError("--early wants 1 to 100.") }
        guard (1...365).contains(nothing) else { throw ValidationError("--nothing wants 1 to 365.") }
        guard abs(offset) <= 840 else { throw ValidationError("--utc-minutes wants -840 to 840.") }
        for amount in fixed {
            guard let money = try? Money(amount, .usd), money.millionths > 0 else {
                throw ValidationError("--fixed wants an amount such as 300.")
            }
        }
        guard ledger == nil || !platform else { throw ValidationError("Give either --ledger or --platform.") }
        for day in [from, to].compactMap({ $0 }) where TariffDay(day) == nil {
            throw ValidationError("--from and --to want a day such as 2026-01-31.")
        }
        guard !platform || from != nil else { throw ValidationError("--platform wants --from.") }
    }

    func run() async throws {
        guard let currency = Currency(rawValue: currency) else { return }
        let common = try await options.settings().warningThresholds()[currency]
        guard let backtest = backtest(common) else { return }
        let table: BacktestTable
        if let ledger {
            let recorded = try Self.recorded(ledger, currency, clock)
            table = await backtest.table(of: recorded)
        } else if platform {
            let recorded = try await platformAccounts(currency)
            table = await backtest.table(of: recorded)
        } else {
            let companies = SimulatedCompanies(seed: seed, currency: currency, days: days)
            table = await backtest.table(count: accounts) { companies.account($0) }
        }
        let report = BacktestReport(table)
        print(json ? try JSONText.pretty(report.json) : report.text)
    }

    private var clock: ClockOffset { ClockOffset(seconds: Int64(offset) * 60) ?? .utc }

    private func backtest(_ common: Money) -> Backtest? {
        guard let lead = LeadTime(hours: lead), let safety = Safety(perMille: safety) else { return nil }
        let amounts = fixed.compactMap { try? Money($0, common.currency) }
        var settings = WarningSettings(common: amounts.first ?? common, lead: lead)
        settings.safety = safety
        let standard = [1, 3, 10].compactMap { try? common.multiplied(by: $0) }
        return Backtest(
            rules: (amounts.isEmpty ? standard : amounts).map(WarningRule.fixed) + [.individual, .learned],
            options: BacktestOptions(settings: settings, tooEarlyFactor: early, forNothingDays: nothing),
            showsProgress: isatty(STDERR_FILENO) != 0)
    }

    /// - Throws: a usage error that names the file and its wrong line.
    private static func recorded(
        _ path: String, _ currency: Currency, _ offset: ClockOffset
    ) throws -> [BacktestAccount] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ValidationError("\(path) cannot be read; give a text file that this user may read.")
        }
        var recorded = RecordedAccounts(currency: currency, offset: offset)
        do {
            for entry in try RecordedFile.entries(text, currency) { try recorded.add(entry) }
            return try recorded.all()
        } catch {
            throw ValidationError("\(path): \(error)")
        }
    }

    private func platformAccounts(_ currency: Currency) async throws -> [BacktestAccount] {
        guard let first = from.flatMap({ TariffDay($0) }) else { return [] }
        let last = to.flatMap { TariffDay($0) } ?? TariffDay(unixSeconds: Int64(Date().timeIntervalSince1970))
        guard first <= last, last.number - first.number <= RecordedAccounts.longestYears * 365 else {
            throw ValidationError("--from wants a day before --to, ten years at most.")
        }
        let ledgers = PlatformLedgers(currency: currency, first: first, last: last)
        let entries = try await PlatformClient.run(try await options.settings(), currency) { try await ledgers.all($0) }
        var recorded = RecordedAccounts(currency: currency, offset: clock)
        for entry in entries { try recorded.add(entry) }
        return try recorded.all()
    }
}
