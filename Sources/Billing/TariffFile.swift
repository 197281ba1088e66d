/// A price list as text: lines of comma-separated fields under a line that names the columns.
///
/// Columns `currency`, `direction`, `kind`, `group` and `price` must be there; `account`, `prefix`, `step`, `setup`,
/// `free`, `from` and `permission` may. Empty lines and lines that begin with `#` are comments; a field in double quotes
/// may hold commas. A line of the kind `maximum` sets the greatest price for a minute of outgoing telephone calls.
public struct TariffFile {
    /// The greatest price for a minute that a currency has without a line of the kind `maximum`.
    public static func standardMaximum(_ currency: Currency) -> Money {
        switch currency {
        case .usd, .eur: Money(millionths: 200_000, currency)
        case .rub: Money(millionths: 20_000_000, currency)
        case .uah: Money(millionths: 8_000_000, currency)
        }
    }

    /// Longer texts are refused, whatever they hold.
    public static let longestText = 100_000_000

    private struct List {
        let currency: Currency
        var rows: [TariffRow] = []
        var maximum: Money?
    }

    private struct Place: Hashable {
        let currency: Currency
        let account: String
        let direction: CallDirection
        let scope: TariffRow.Scope
        let validFrom: TariffDay?
    }

    private var common: [Currency: List] = [:]
    private var own: [String: List] = [:]
    private var lines: [Place: Int] = [:]

    private init() {}

    /// Reads a price list.
    ///
    /// - Parameter builtIn: Tariffs whose rows count where the list has none.
    /// - Throws: ``TariffFileError`` with the line that is wrong.
    public static func book(_ text: String, on builtIn: [Tariff] = []) throws(TariffFileError) -> TariffBook {
        guard text.utf8.count <= longestText else {
            throw TariffFileError(
                line: 1, problem: "the list has more than \(longestText) bytes; split prefixes less finely")
        }
        var file = TariffFile()
        var columns: TariffColumns?
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let content = line.drop { $0 == "\u{FEFF}" }
            guard !content.allSatisfy(\.isWhitespace), !content.hasPrefix("#") else { continue }
            guard let known = columns else {
                columns = try TariffColumns(header: content, line: number)
                continue
            }
            try file.add(try known.fields(content, line: number))
        }
        return try file.book(on: builtIn)
    }

    private mutating func add(_ fields: TariffFields) throws(TariffFileError) {
        let currency = try fields.choice(.currency, Currency.init(rawValue:), Currency.allCases.map(\.code))
        let account = fields[.account]
        var list = account.isEmpty ? common[currency] : own[account]
        if let list, list.currency != currency {
            throw fields.error(.currency, "\(list.currency.code), as in earlier lines of the account")
        }
        list = list ?? List(currency: currency)
        if fields[.kind] == "maximum" {
            guard list?.maximum == nil else { throw fields.error(.kind, "one maximum for each currency or account") }
            list?.maximum = try fields.money(.price, currency, isNeeded: true)
        } else {
            let row = try fields.row(currency)
            let place = Place(
                currency: currency, account: account, direction: row.direction, scope: row.scope,
                validFrom: row.validFrom)
            if let earlier = lines.updateValue(fields.line, forKey: place) {
                throw fields.error(
                    row.isForNumbers ? .prefix : .kind,
                    "another than in line \(earlier), which has the same direction and first day")
            }
            list?.rows.append(row)
        }
        if account.isEmpty { common[currency] = list } else { own[account] = list }
    }

    private func book(on builtIn: [Tariff]) throws(TariffFileError) -> TariffBook {
        do throws(TariffError) {
            var tariffs: [Currency: Tariff] = [:]
            for currency in Currency.allCases {
                let under = builtIn.first { $0.currency == currency }
                guard let list = common[currency] else {
                    tariffs[currency] = under
                    continue
                }
                tariffs[currency] = try Tariff(
                    currency: currency, rows: list.rows,
                    maximumPerMinute: list.maximum ?? Self.standardMaximum(currency), on: under)
            }
            var accounts: [String: Tariff] = [:]
            for (name, list) in own {
                let under = tariffs[list.currency]
                let maximum = list.maximum ?? under?.maximumPerMinute ?? Self.standardMaximum(list.currency)
                accounts[name] = try Tariff(
                    currency: list.currency, rows: list.rows, maximumPerMinute: maximum, on: under)
            }
            return TariffBook(Array(tariffs.values), own: accounts)
        } catch {
            // Every row was checked where its line is known.
            throw TariffFileError(line: 1, problem: error.description)
        }
    }
}

extension TariffRow {
    var isForNumbers: Bool { if case .pstn = scope { true } else { false } }
}

/// Why a price list cannot be used, and where.
public struct TariffFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Counted from 1.
    public let line: Int
    public let problem: String

    public var description: String { "line \(line): \(problem)" }
}
