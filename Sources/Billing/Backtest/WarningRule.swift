/// A rule that a backtest tries.
public enum WarningRule: Sendable, Hashable, CustomStringConvertible {
    /// The same threshold for every account.
    case fixed(Money)
    /// By the account's own spending, with the lead time of the settings.
    case individual
    /// By the account's own spending and its own delays.
    case learned

    public var description: String {
        switch self {
        case .fixed(let amount): "fixed \(amount)"
        case .individual: "individual"
        case .learned: "individual, learned lead time"
        }
    }

    func settings(_ currency: Currency, _ options: BacktestOptions) -> WarningSettings {
        var settings = options.settings
        switch self {
        case .fixed(let amount):
            settings.mode = .common
            settings.common = amount
        case .individual:
            settings.mode = .individual
            settings.learnsLead = false
        case .learned:
            settings.mode = .individual
            settings.learnsLead = true
        }
        return settings
    }
}

/// What the verdicts of a backtest are measured by.
public struct BacktestOptions: Sendable, Hashable {
    /// Common threshold, lead time and safety of the individual rules.
    public var settings: WarningSettings
    /// A warning is too early when the money would have lasted longer than so many lead times of the rule.
    public var tooEarlyFactor: Int
    /// A warning was for nothing when the money would have lasted so long.
    public var forNothingDays: Int

    public init(settings: WarningSettings, tooEarlyFactor: Int = 4, forNothingDays: Int = 30) {
        self.settings = settings
        self.tooEarlyFactor = max(1, tooEarlyFactor)
        self.forNothingDays = max(1, forNothingDays)
    }
}

/// How often a rule did what.
public struct BacktestOutcome: Sendable, Hashable {
    /// All warnings before the money was out.
    public var warnings = 0
    public var inTime = 0
    /// The money would have been out within the rule's lead time.
    public var tooLate = 0
    public var tooEarly = 0
    public var forNothing = 0
    /// The records end before the warning can be judged.
    public var open = 0
    /// The money was out and nobody had been warned.
    public var missed = 0
    /// How often the money was out, warned of or not.
    public var outages = 0
    /// Hours in which money for calls or fees was missing.
    public var hoursOut = 0
    public var accounts = 0

    public init() {}

    public mutating func add(_ other: BacktestOutcome) {
        warnings += other.warnings
        inTime += other.inTime
        tooLate += other.tooLate
        tooEarly += other.tooEarly
        forNothing += other.forNothing
        open += other.open
        missed += other.missed
        outages += other.outages
        hoursOut += other.hoursOut
        accounts += other.accounts
    }

    /// All times at which the account should have been, or was, warned.
    public var occasions: Int { warnings + missed }

    /// Counted by the verdict of one warning.
    mutating func count(_ verdict: WarningVerdict) {
        warnings += 1
        switch verdict {
        case .inTime: inTime += 1
        case .tooLate: tooLate += 1
        case .tooEarly: tooEarly += 1
        case .forNothing: forNothing += 1
        case .open: open += 1
        }
    }
}

/// What a warning was worth.
enum WarningVerdict: Sendable, Hashable {
    case inTime, tooLate, tooEarly, forNothing, open

    /// - Parameter hours: How long the money would have lasted without a payment in answer to the warning; nil when it
    ///   lasts beyond `known` hours, of which nothing is known.
    /// - Parameter lead: That of the rule, which may have learned it.
    init(lasted hours: Int?, known: Int, lead: LeadTime, _ options: BacktestOptions) {
        let lead = lead.hours
        let nothing = options.forNothingDays * LocalHour.hoursOfDay
        guard let hours else {
            self = known >= nothing ? .forNothing : .open
            return
        }
        self =
            hours < lead
            ? .tooLate : hours >= nothing ? .forNothing : hours > lead * options.tooEarlyFactor ? .tooEarly : .inTime
    }
}
