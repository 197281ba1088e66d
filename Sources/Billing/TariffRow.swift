/// Which way a call leg goes, seen from the platform.
public enum CallDirection: String, Sendable, Hashable, CaseIterable {
    case incoming
    case outgoing
}

/// The far end of a leg as a tariff sees it.
public enum RatedParty: Sendable, Hashable {
    /// A user of the platform.
    case user
    /// Anybody else by SIP address.
    case sip
    /// One of the two, nobody knows which.
    case voip
    /// A telephone number in international form; everything but its digits is ignored.
    case pstn(String)
}

/// The price of calls to or from numbers with one prefix.
public struct TariffRow: Sendable, Hashable {
    /// Which legs the row is for.
    public enum Scope: Sendable, Hashable {
        /// Anything that is no telephone network and has no row of its own.
        case voip
        case user
        case sip
        /// Numbers that begin with these digits; empty for all numbers.
        case pstn(prefix: String)
    }

    /// Whether calls that the row prices may be made.
    public enum Permission: String, Sendable, Hashable, CaseIterable {
        /// Up to the tariff's greatest price for a minute.
        case limited
        /// At any price.
        case allowed
        /// Not at all.
        case blocked
    }

    public let direction: CallDirection
    public let scope: Scope
    /// The price group's name as history and scripts show it, for example `any outgoing voip`.
    public let text: String
    public let pricePerMinute: Money
    public let step: BillingStep
    /// So many seconds at the beginning cost nothing.
    public let freeSeconds: Int
    /// Paid once by a call that was answered.
    public let setupFee: Money
    /// Whether the numbers are those of mobile telephones.
    public let isMobile: Bool
    /// The first day on which the row counts; nil for one that always did.
    public let validFrom: TariffDay?
    public let permission: Permission

    /// The step in which time is counted after the first.
    public var stepSeconds: Int { step.next }

    public init(
        _ direction: CallDirection, _ scope: Scope, text: String, pricePerMinute: Money, step: BillingStep = .minutes,
        freeSeconds: Int = 0, setupFee: Money? = nil, isMobile: Bool = false, validFrom: TariffDay? = nil,
        permission: Permission = .limited
    ) {
        self.direction = direction
        self.scope = scope
        self.text = text
        self.pricePerMinute = pricePerMinute
        self.step = step
        self.freeSeconds = freeSeconds
        self.setupFee = setupFee ?? .zero(pricePerMinute.currency)
        self.isMobile = isMobile
        self.validFrom = validFrom
        self.permission = permission
    }

    /// What a call that begins now costs.
    public var price: CallPrice {
        CallPrice(
            group: text, perMinute: pricePerMinute, step: step, freeSeconds: freeSeconds, setupFee: setupFee)
    }

    func check(_ currency: Currency) throws(TariffError) {
        guard pricePerMinute.currency == currency, setupFee.currency == currency else {
            throw .currency(text, expected: currency)
        }
        guard !pricePerMinute.isNegative, !setupFee.isNegative else { throw .negativePrice(text) }
        guard step.isUsable, (0...86_400).contains(freeSeconds) else { throw .seconds(text) }
        guard case .pstn(let prefix) = scope else {
            guard !isMobile else { throw .prefix(text) }
            return
        }
        guard prefix.utf8.allSatisfy({ (0x30...0x39).contains($0) }), prefix.utf8.count <= Self.longestPrefix else {
            throw .prefix(text)
        }
    }

    /// More digits than any number has.
    static let longestPrefix = 20
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
        case .seconds(let row): "tariff row '\(row)': expected steps of 1…86400 s and 0…86400 free seconds"
        case .prefix(let row):
            "tariff row '\(row)': expected a prefix of at most \(TariffRow.longestPrefix) digits, without +, "
                + "and one only for telephone numbers"
        case .duplicate(let row):
            "tariff row '\(row)': another row has the same direction, prefix and first day, keep one"
        }
    }
}
