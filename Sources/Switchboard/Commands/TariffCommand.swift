import ArgumentParser
import Billing
import Foundation

/// `switchboard tariff`: price lists, and what a call costs by them.
struct TariffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tariff", abstract: "Check a price list, and show what a call costs.",
        discussion: "The list is that of the setting voice.tariffs, or the file of --file; no server is needed.",
        subcommands: [TariffCheckCommand.self, TariffPriceCommand.self])
}

/// The list that a command is about.
struct TariffListOptions: ParsableArguments {
    @Option(help: "Price list instead of that of voice.tariffs.") var file: String?
    @Flag(help: "Print the answer as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

    /// - Throws: ``AssemblyError`` that names the list and its wrong line.
    func book() async throws -> TariffBook {
        let settings = try await options.settings()
        return try file.map { settings.replacing("voice.tariffs", .text($0)) }?.tariffs() ?? settings.tariffs()
    }
}

/// `switchboard tariff check`: exit code 0 for a list with which the platform would start.
struct TariffCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read a price list as the server would; say which line is wrong.")

    @OptionGroup var list: TariffListOptions

    func run() async throws {
        let book = try await list.book()
        let tariffs = TariffSummary.all(of: book)
        guard !list.json else { return print(try JSONText.pretty(["tariffs": tariffs.map(\.json)])) }
        for tariff in tariffs { print(tariff.text) }
    }
}

/// One tariff of a list in few words.
struct TariffSummary {
    let account: String?
    let currency: Currency
    let rows: Int
    let maximum: Money?

    /// Those of the currencies first, then those of accounts.
    static func all(of book: TariffBook) -> [TariffSummary] {
        let common = Currency.allCases.map { summary(book.tariff($0), account: nil) }
        return common + book.accounts.sorted { $0.key < $1.key }.map { summary($0.value, account: $0.key) }
    }

    private static func summary(_ tariff: Tariff, account: String?) -> TariffSummary {
        TariffSummary(
            account: account, currency: tariff.currency, rows: tariff.rows.count, maximum: tariff.maximumPerMinute)
    }

    var text: String {
        let owner = account.map { " of \($0)" } ?? ""
        let most = maximum.map { ", at most \($0) for a minute" } ?? ""
        return "\(currency.code)\(owner): \(rows) rows\(most)"
    }

    var json: [String: Any] {
        [
            "account": account ?? NSNull(), "currency": currency.code, "rows": rows,
            "maximum": maximum?.decimalText ?? NSNull(),
        ]
    }
}

/// `switchboard tariff price`: exit code 1 for a call that the list refuses.
struct TariffPriceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "price", abstract: "Show the row that prices a call, and what the call costs.")

    /// The far end of a call that has no telephone number.
    enum Kind: String, CaseIterable, ExpressibleByArgument { case user, sip, voip }

    @Option(help: "Telephone number in international form.") var number: String?
    @Option(help: "Far end without a number: user, sip or voip.") var kind: Kind?
    @Option(help: "Currency of the account: RUB, UAH, USD or EUR.") var currency: String
    @Option(help: "Name of the account, for which the list may have rows of its own.") var account: String?
    @Flag(help: "The call comes in; without it the platform makes the call.") var incoming = false
    @Option(help: "How long the call talks.") var seconds = 60
    @Option(help: "Day on which it begins, for example 2026-01-31; today without it.") var on: String?
    @OptionGroup var list: TariffListOptions

    func validate() throws {
        guard (number == nil) != (kind == nil) else { throw ValidationError("Give either --number or --kind.") }
        guard Currency(rawValue: currency) != nil else {
            throw ValidationError("--currency wants one of \(Currency.allCases.map(\.code).joined(separator: ", ")).")
        }
        if let number, !number.contains(where: { $0.isASCII && $0.isNumber }) {
            throw ValidationError("--number wants a telephone number such as 491512345678.")
        }
        if let on, TariffDay(on) == nil { throw ValidationError("--on wants a day such as 2026-01-31.") }
        guard (0...86_400).contains(seconds) else { throw ValidationError("--seconds wants 0 to 86400.") }
    }

    func run() async throws {
        guard let currency = Currency(rawValue: currency) else { return }
        let tariff = try await list.book().tariff(currency, account: account)
        let quote = try TariffQuote(
            tariff, incoming ? .incoming : .outgoing, party, on: day, seconds: seconds)
        guard !list.json else { return print(try JSONText.pretty(quote.json)) }
        print(quote.text)
    }

    private var day: TariffDay {
        on.flatMap { TariffDay($0) } ?? TariffDay(unixSeconds: Int64(Date().timeIntervalSince1970))
    }

    private var party: RatedParty {
        if let number { return .pstn(number) }
        return switch kind {
        case .user: .user
        case .sip: .sip
        case .voip, nil: .voip
        }
    }
}

/// What one call costs, and by which row.
struct TariffQuote {
    let price: CallPrice
    let prefix: String?
    let seconds: Int
    let amount: Money

    /// - Throws: ``QuoteError`` for a call that the tariff refuses, ``MoneyError`` for one that costs too much to count.
    init(
        _ tariff: Tariff, _ direction: CallDirection, _ party: RatedParty, on day: TariffDay, seconds: Int
    ) throws {
        price = try tariff.price(direction, party, on: day)
        if case .pstn(let prefix)? = tariff.row(direction, party, on: day)?.scope {
            self.prefix = prefix
        } else {
            prefix = nil
        }
        self.seconds = seconds
        amount = try price.charge(seconds: seconds).amount
    }

    var text: String {
        var lines = ["group: \(price.group)"]
        if let prefix { lines.append("prefix: \(prefix.isEmpty ? "(all numbers)" : prefix)") }
        lines += [
            "price: \(price.perMinute) for a minute, in steps of \(price.step) s",
            "set-up fee: \(price.setupFee)", "free: \(price.freeSeconds) s", "\(seconds) s cost \(amount)",
        ]
        return lines.joined(separator: "\n")
    }

    var json: [String: Any] {
        [
            "group": price.group, "prefix": prefix ?? NSNull(), "currency": amount.currency.code,
            "price": price.perMinute.decimalText, "step": price.step.description,
            "setup": price.setupFee.decimalText, "free": price.freeSeconds, "seconds": seconds,
            "amount": amount.decimalText,
        ]
    }
}
