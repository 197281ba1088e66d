/// The prices of one currency; the row with the longest matching prefix rates a call.
///
/// An account's own tariff stands on the common one: its rows go first where they are at least as exact.
public struct Tariff: Sendable, Hashable {
    public let currency: Currency
    /// All rows, those for later days too.
    public let rows: [TariffRow]
    /// Outgoing telephone calls that cost more for a minute are refused unless their row allows them; nil: any price.
    public let maximumPerMinute: Money?
    /// The tariff's own rows, then those of the tariffs that it stands on.
    private let layers: [Table]

    private struct Table: Sendable, Hashable {
        var numbers: [CallDirection: PrefixTable] = [:]
        var others: [Key: [TariffRow]] = [:]
    }

    private struct Key: Sendable, Hashable {
        let direction: CallDirection
        let scope: TariffRow.Scope
    }

    /// - Parameter common: The tariff whose rows count where there are none here.
    /// - Throws: ``TariffError`` naming the first row that cannot be used.
    public init(
        currency: Currency, rows: [TariffRow], maximumPerMinute: Money? = nil, on common: Tariff? = nil
    ) throws(TariffError) {
        if let maximumPerMinute, maximumPerMinute.currency != currency || maximumPerMinute.isNegative {
            throw .currency("maximum", expected: currency)
        }
        if let common, common.currency != currency { throw .currency("common", expected: currency) }
        var table = Table()
        for row in rows {
            try row.check(currency)
            guard Self.insert(row, into: &table) else { throw .duplicate(row.text) }
        }
        self.currency = currency
        self.rows = rows + (common?.rows ?? [])
        self.maximumPerMinute = maximumPerMinute
        layers = [table] + (common?.layers ?? [])
    }

    /// Calls between users cost nothing, telephone calls have no price: what a new installation starts with.
    public static func internalOnly(_ currency: Currency) -> Tariff {
        let free = Money.zero(currency)
        let rows = [
            TariffRow(.incoming, .voip, text: "any Incoming VoIP", pricePerMinute: free),
            TariffRow(.outgoing, .voip, text: "any outgoing voip", pricePerMinute: free),
        ]
        var table = Table()
        for row in rows { _ = insert(row, into: &table) }
        return Tariff(currency: currency, rows: rows, table: table)
    }

    private init(currency: Currency, rows: [TariffRow], table: Table) {
        self.currency = currency
        self.rows = rows
        maximumPerMinute = nil
        layers = [table]
    }

    private static func insert(_ row: TariffRow, into table: inout Table) -> Bool {
        if case .pstn(let prefix) = row.scope {
            return table.numbers[row.direction, default: PrefixTable()].insert(row, prefix: prefix)
        }
        let key = Key(direction: row.direction, scope: row.scope)
        var present = table.others[key] ?? []
        guard !present.contains(where: { $0.validFrom == row.validFrom }) else { return false }
        present.insert(row, at: present.firstIndex { row.isLater(than: $0) } ?? present.endIndex)
        table.others[key] = present
        return true
    }

    /// The row that rates a leg which begins on a day, nil when the tariff has no price for it.
    public func row(_ direction: CallDirection, _ party: RatedParty, on day: TariffDay) -> TariffRow? {
        switch party {
        case .user: other(direction, .user, day) ?? other(direction, .voip, day)
        case .sip: other(direction, .sip, day) ?? other(direction, .voip, day)
        case .voip: other(direction, .voip, day)
        case .pstn(let number): row(direction, number: number, day)
        }
    }

    private func other(_ direction: CallDirection, _ scope: TariffRow.Scope, _ day: TariffDay) -> TariffRow? {
        let key = Key(direction: direction, scope: scope)
        for layer in layers {
            if let row = layer.others[key].flatMap({ PrefixTable.valid($0, on: day) }) { return row }
        }
        return nil
    }

    private func row(_ direction: CallDirection, number: String, _ day: TariffDay) -> TariffRow? {
        var best: (row: TariffRow, length: Int)?
        for layer in layers {
            guard let found = layer.numbers[direction]?.longest(number, on: day) else { continue }
            if best.map({ found.length > $0.length }) ?? true { best = found }
        }
        return best?.row
    }

    /// What a leg that begins on a day costs.
    ///
    /// - Throws: ``QuoteError`` for a leg that has no price or must not be made.
    public func price(
        _ direction: CallDirection, _ party: RatedParty, on day: TariffDay
    ) throws(QuoteError) -> CallPrice {
        guard let row = row(direction, party, on: day) else { throw .noPrice(direction) }
        switch row.permission {
        case .blocked: throw .blocked(group: row.text)
        case .allowed: break
        case .limited:
            guard case .pstn = row.scope, direction == .outgoing, let maximumPerMinute else { break }
            guard row.pricePerMinute.millionths <= maximumPerMinute.millionths else {
                throw .tooExpensive(group: row.text, maximum: maximumPerMinute)
            }
        }
        return row.price
    }
}

/// Why a leg is not made.
public enum QuoteError: Error, Sendable, Equatable, CustomStringConvertible {
    case noPrice(CallDirection)
    case blocked(group: String)
    case tooExpensive(group: String, maximum: Money)

    public var description: String {
        switch self {
        case .noPrice(let direction):
            "the tariff has no row for this \(direction.rawValue) call; add one with an empty prefix to price all numbers"
        case .blocked(let group): "calls of the group '\(group)' are blocked; change the row's permission to allow them"
        case .tooExpensive(let group, let maximum):
            "calls of the group '\(group)' cost more than \(maximum) for a minute; give the row the permission 'allowed'"
        }
    }
}
