/// How long it takes from a warning until a payment usually arrives.
public struct LeadTime: Sendable, Hashable, Comparable {
    /// Three days.
    public static let standard = LeadTime(exactly: 72)

    /// 1 to 720.
    public let hours: Int

    /// Nil outside 1…720 hours.
    public init?(hours: Int) {
        guard (1...720).contains(hours) else { return nil }
        self.hours = hours
    }

    private init(exactly hours: Int) { self.hours = hours }

    public static func < (left: LeadTime, right: LeadTime) -> Bool { left.hours < right.hours }
}

/// The share of the past, in thousandths, for which a threshold would have been enough.
public struct Safety: Sendable, Hashable {
    public static let standard = Safety(exactly: 950)

    /// 500 to 999.
    public let perMille: Int

    /// Nil outside 500…999.
    public init?(perMille: Int) {
        guard (500...999).contains(perMille) else { return nil }
        self.perMille = perMille
    }

    private init(exactly perMille: Int) { self.perMille = perMille }
}

/// How long an account took from its last warnings to the payments after them.
public struct PaymentHabit: Sendable, Hashable {
    /// So many waits are remembered.
    public static let remembered = 8
    /// From so many waits on the account has a lead time of its own.
    public static let needed = 3
    /// A lead time of an account's own is within these.
    public static let learnable = 24...336

    /// In hours, the oldest first.
    public private(set) var waits: [Int]

    public init(waits: [Int] = []) { self.waits = Array(waits.filter { $0 >= 0 }.suffix(Self.remembered)) }

    /// A payment has come so many hours after the warning before it.
    public mutating func note(wait hours: Int) { self = PaymentHabit(waits: waits + [hours]) }

    /// What four of five payments took at most; nil before enough payments were seen.
    public var leadTime: LeadTime? {
        guard waits.count >= Self.needed else { return nil }
        let sorted = waits.sorted()
        let wait = sorted[(sorted.count * 4 + 4) / 5 - 1]
        return LeadTime(hours: min(max(wait, Self.learnable.lowerBound), Self.learnable.upperBound))
    }
}
