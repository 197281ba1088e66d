/// Which way a call leg goes, seen from the platform.
public enum CallDirection: String, Sendable, Hashable, CaseIterable {
    case incoming
    case outgoing
}

/// The far end of a leg as a tariff sees it.
public enum RatedParty: Sendable, Hashable {
    /// A user, a trunk or PBX by SIP address: anything that is no telephone network.
    case voip
    /// A telephone number in international form; everything but its digits is ignored.
    case pstn(String)
}

/// The price of calls to or from numbers with one prefix.
public struct TariffRow: Sendable, Hashable {
    /// Which legs the row is for.
    public enum Scope: Sendable, Hashable {
        case voip
        /// Numbers that begin with these digits; empty for all numbers.
        case pstn(prefix: String)
    }

    public let direction: CallDirection
    public let scope: Scope
    /// The price group's text as history shows it, for example `any outgoing voip`.
    public let text: String
    public let pricePerMinute: Money
    /// Each begun step is paid in full; at least 1.
    public let stepSeconds: Int
    /// So many seconds at the beginning cost nothing.
    public let freeSeconds: Int
    /// Paid once by a call that was answered.
    public let setupFee: Money

    public init(
        _ direction: CallDirection, _ scope: Scope, text: String, pricePerMinute: Money, stepSeconds: Int = 60,
        freeSeconds: Int = 0, setupFee: Money? = nil
    ) {
        self.direction = direction
        self.scope = scope
        self.text = text
        self.pricePerMinute = pricePerMinute
        self.stepSeconds = stepSeconds
        self.freeSeconds = freeSeconds
        self.setupFee = setupFee ?? .zero(pricePerMinute.currency)
    }
}

/// The prices of one currency; the row with the longest matching prefix rates a call.
public struct Tariff: Sendable, Hashable {
    public let currency: Currency
    public let rows: [TariffRow]
    private let byKey: [Key: TariffRow]
    private let longestPrefix: Int

    private struct Key: Sendable, Hashable {
        let direction: CallDirection
        let scope: TariffRow.Scope
    }

    /// - Throws: ``TariffError`` naming the first row that cannot be used.
    public init(currency: Currency, rows: [TariffRow]) throws(TariffError) {
        var byKey: [Key: TariffRow] = [:]
        var longest = 0
        for row in rows {
            try Self.check(row, currency)
            let key = Key(direction: row.direction, scope: row.scope)
            guard byKey.updateValue(row, forKey: key) == nil else { throw .duplicate(row.text) }
            if case .pstn(let prefix) = row.scope { longest = max(longest, prefix.utf8.count) }
        }
        self.currency = currency
        self.rows = rows
        self.byKey = byKey
        longestPrefix = longest
    }

    /// Calls between users cost nothing, telephone calls have no price: what a new installation starts with.
    public static func internalOnly(_ currency: Currency) -> Tariff {
        let free = Money.zero(currency)
        let rows = [
            TariffRow(.incoming, .voip, text: "any Incoming VoIP", pricePerMinute: free),
            TariffRow(.outgoing, .voip, text: "any outgoing voip", pricePerMinute: free),
        ]
        let byKey = rows.map { (Key(direction: $0.direction, scope: $0.scope), $0) }
        return Tariff(currency: currency, rows: rows, byKey: Dictionary(byKey) { first, _ in first }, longestPrefix: 0)
    }

    private init(currency: Currency, rows: [TariffRow], byKey: [Key: TariffRow], longestPrefix: Int) {
        self.currency = currency
        self.rows = rows
        self.byKey = byKey
        self.longestPrefix = longestPrefix
    }

    /// The row that rates a leg, nil when the tariff has no price for it.
    public func row(_ direction: CallDirection, _ party: RatedParty) -> TariffRow? {
        switch party {
        case .voip: return byKey[Key(direction: direction, scope: .voip)]
        case .pstn(let number):
            var prefix = String(number.filter { $0.isASCII && $0.isNumber }.prefix(longestPrefix))
            while true {
                if let row = byKey[Key(direction: direction, scope: .pstn(prefix: prefix))] { return row }
                guard !prefix.isEmpty else { return nil }
                prefix.removeLast()
            }
        }
    }

    private static func check(_ row: TariffRow, _ currency: Currency) throws(TariffError) {
        guard row.pricePerMinute.currency == currency, row.setupFee.currency == currency else {
            throw .currency(row.text, expected: currency)
        }
        guard !row.pricePerMinute.isNegative, !row.setupFee.isNegative else { throw .negativePrice(row.text) }
        guard (1...86_400).contains(row.stepSeconds), (0...86_400).contains(row.freeSeconds) else {
            throw .seconds(row.text)
        }
        if case .pstn(let prefix) = row.scope, !prefix.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            throw .prefix(row.text)
        }
    }
}

/// Why a tariff is refused; each case carries the row's text.
public enum TariffError: Error, Sendable, Equatable, CustomStringConvertible {
    case currency(String, expected: Currency)
    case negativePrice(String)
    case seconds(String)
    case prefix(String)
    case duplicate(String)

    public var description: String {
        switch self {
        case .currency(let row, let expected): "tariff row '\(row)': give its prices in \(expected.code)"
        case .negativePrice(let row): "tariff row '\(row)': a price or fee is negative, expected 0 or more"
        case .seconds(let row): "tariff row '\(row)': expected a step of 1…86400 s and 0…86400 free seconds"
        case .prefix(let row): "tariff row '\(row)': expected a prefix of digits only, without +"
        case .duplicate(let row): "tariff row '\(row)': another row has the same direction and prefix, keep one"
        }
    }
}
