/// An account of a backtest: what it would spend if its money never ended, and when it pays.
public struct BacktestAccount: Sendable, Hashable {
    /// When money comes in.
    public enum Payments: Sendable, Hashable {
        /// After each warning or end of the money, by these habits.
        case afterWarnings(PaymentBehaviour)
        /// As it is recorded, whatever the warnings; by hours since the begin.
        case recorded([Int: Int64])
    }

    /// A fee, in the hour since the begin in which it is due.
    public struct Fee: Sendable, Hashable {
        public let hour: Int
        public let amount: Money
        /// Whether one could know of it before.
        public let isKnown: Bool
    }

    public let name: String
    /// The group under which its outcomes are counted.
    public let kind: String
    public let currency: Currency
    public let begin: LocalHour
    /// Hours that are judged; demand may reach beyond, so that the last warnings can be judged as well.
    public let judgedHours: Int
    /// Millionths in each hour since the begin.
    let demand: [Int64]
    let fees: [Fee]
    let payments: Payments
    /// Payments that come by themselves, by hours since the begin, in millionths.
    let regular: [Int: Int64]
    /// The balance at the begin, in millionths.
    let opening: Int64
}

/// How a simulated account pays.
public struct PaymentBehaviour: Sendable, Hashable {
    /// Hours from the n-th warning to the payment; again from the first after the last.
    let delays: [Int]
    /// A payment is worth so many days of the last four weeks' spending.
    let days: Int64
    /// Payments are multiples of this, and no smaller than five of it, in millionths.
    let unit: Int64
}
