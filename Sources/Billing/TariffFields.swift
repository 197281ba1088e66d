/// The columns of a price list.
enum TariffColumn: String, CaseIterable {
    case currency
    case account
    case direction
    case kind
    case prefix
    case group
    case price
    case step
    case setup
    case free
    case from
    case permission

    static let needed: [TariffColumn] = [.currency, .direction, .kind, .group, .price]
}

/// Which field of a line stands for which column.
struct TariffColumns {
    private let columns: [TariffColumn]

    init(header: some StringProtocol, line: Int) throws(TariffFileError) {
        var columns: [TariffColumn] = []
        for name in try Self.split(header, line: line) {
            guard let column = TariffColumn(rawValue: name.lowercased()) else {
                let known = TariffColumn.allCases.map(\.rawValue).joined(separator: ", ")
                throw TariffFileError(line: line, problem: "there is no column '\(name)', expected some of \(known)")
            }
            guard !columns.contains(column) else {
                throw TariffFileError(line: line, problem: "the column '\(name)' is there twice, keep one")
            }
            columns.append(column)
        }
        for column in TariffColumn.needed where !columns.contains(column) {
            throw TariffFileError(line: line, problem: "the column '\(column.rawValue)' is missing, add it")
        }
        self.columns = columns
    }

    func fields(_ text: some StringProtocol, line: Int) throws(TariffFileError) -> TariffFields {
        let values = try Self.split(text, line: line)
        guard values.count == columns.count else {
            throw TariffFileError(
                line: line, problem: "expected \(columns.count) fields as in the first line, found \(values.count)")
        }
        return TariffFields(line: line, values: Dictionary(zip(columns, values)) { first, _ in first })
    }

    /// The fields of a line without the spaces around them; two quotes inside a quoted field stand for one.
    private static func split(_ text: some StringProtocol, line: Int) throws(TariffFileError) -> [String] {
        var fields: [String] = []
        var rest = Substring(text)
        while true {
            rest = rest.drop(while: \.isWhitespace)
            if rest.first == "\"" {
                fields.append(try quoted(&rest, line: line))
            } else {
                let end = rest.firstIndex(of: ",") ?? rest.endIndex
                fields.append(String(rest[..<end].trimmed))
                rest = rest[end...]
            }
            guard rest.first == "," else { return fields }
            rest = rest.dropFirst()
        }
    }

    /// Takes a quoted field and the spaces behind it off the text.
    private static func quoted(_ rest: inout Substring, line: Int) throws(TariffFileError) -> String {
        var field = ""
        rest = rest.dropFirst()
        while let end = rest.firstIndex(of: "\"") {
            field += rest[..<end]
            rest = rest[rest.index(after: end)...]
            guard rest.first == "\"" else {
                rest = rest.drop(while: \.isWhitespace)
                guard rest.isEmpty || rest.first == "," else { break }
                return field
            }
            field.append("\"")
            rest = rest.dropFirst()
        }
        throw TariffFileError(line: line, problem: "a field in quotes must end with a quote before the next comma")
    }
}

extension Substring {
    /// Without spaces at its end.
    fileprivate var trimmed: Substring {
        var text = self
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return text
    }
}

/// One line of a price list.
struct TariffFields {
    let line: Int
    fileprivate let values: [TariffColumn: String]

    /// The field's text, empty for a column that is not there.
    subscript(column: TariffColumn) -> String { values[column] ?? "" }

    func error(_ column: TariffColumn, _ expectation: String) -> TariffFileError {
        TariffFileError(
            line: line, problem: "column '\(column.rawValue)': expected \(expectation), found '\(self[column])'")
    }

    func choice<Value>(
        _ column: TariffColumn, _ read: (String) -> Value?, _ allowed: [String]
    ) throws(TariffFileError) -> Value {
        guard let value = read(self[column]) else {
            throw error(column, "one of \(allowed.joined(separator: ", "))")
        }
        return value
    }

    func money(_ column: TariffColumn, _ currency: Currency, isNeeded: Bool) throws(TariffFileError) -> Money {
        if self[column].isEmpty, !isNeeded { return .zero(currency) }
        guard let amount = try? Money(self[column], currency), !amount.isNegative else {
            throw error(column, "an amount of 0 or more with at most six digits after the point, such as 0.0125")
        }
        return amount
    }

    func row(_ currency: Currency) throws(TariffFileError) -> TariffRow {
        let direction = try choice(.direction, CallDirection.init(rawValue:), CallDirection.allCases.map(\.rawValue))
        let permission = try optional(.permission, .limited, "one of limited, allowed, blocked") {
            TariffRow.Permission(rawValue: $0)
        }
        guard !self[.group].isEmpty, self[.group].utf8.count <= 200 else {
            throw error(.group, "a name of at most 200 bytes")
        }
        let (scope, isMobile) = try scope()
        return TariffRow(
            direction, scope, text: self[.group],
            pricePerMinute: try money(.price, currency, isNeeded: permission != .blocked),
            step: try optional(.step, .minutes, "steps of 1 to 86400 seconds, such as 60/60 or 1/1") {
                BillingStep($0)
            },
            freeSeconds: try optional(.free, 0, "0 to 86400 seconds") { text in
                Int(text).flatMap { (0...86_400).contains($0) ? $0 : nil }
            },
            setupFee: try money(.setup, currency, isNeeded: false), isMobile: isMobile,
            validFrom: try optional(.from, nil, "a day such as 2026-01-31") { TariffDay($0).map { .some($0) } },
            permission: permission)
    }

    private func scope() throws(TariffFileError) -> (TariffRow.Scope, isMobile: Bool) {
        let kind = self[.kind]
        if kind == "pstn" || kind == "mobile" {
            let prefix = self[.prefix]
            guard prefix.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                prefix.utf8.count <= TariffRow.longestPrefix
            else { throw error(.prefix, "at most \(TariffRow.longestPrefix) digits, without +") }
            return (.pstn(prefix: prefix), kind == "mobile")
        }
        guard self[.prefix].isEmpty else { throw error(.prefix, "nothing beside the kind '\(kind)'") }
        let scopes: [String: TariffRow.Scope] = ["voip": .voip, "user": .user, "sip": .sip]
        return (try choice(.kind, { scopes[$0] }, ["pstn", "mobile", "voip", "user", "sip", "maximum"]), false)
    }

    private func optional<Value>(
        _ column: TariffColumn, _ standard: Value, _ expectation: String, _ read: (String) -> Value?
    ) throws(TariffFileError) -> Value {
        guard !self[column].isEmpty else { return standard }
        guard let value = read(self[column]) else { throw error(column, expectation) }
        return value
    }
}
