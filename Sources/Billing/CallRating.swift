/// What one call leg costs.
public struct Charge: Sendable, Hashable {
    /// The price group's text, for example `any outgoing voip`.
    public let direction: String
    public let amount: Money

    public init(direction: String, amount: Money) {
        self.direction = direction
        self.amount = amount
    }
}

/// Prices legs by a tariff.
public struct CallRating: Sendable, Hashable {
    public let tariff: Tariff

    public init(tariff: Tariff) { self.tariff = tariff }

    /// The charge for a leg that talked for `seconds`.
    ///
    /// A leg that was never answered (0 s) costs nothing. Otherwise: set-up fee, plus the price of the seconds after the
    /// free ones, rounded up to whole steps, rounded up to a millionth.
    /// - Throws: ``RatingError/noPrice`` when the tariff has no row for the leg, ``RatingError/money(_:)`` when the
    ///   amount is too large.
    public func rate(
        _ direction: CallDirection, _ party: RatedParty, seconds: Int
    ) throws(RatingError) -> Charge {
        guard let row = tariff.row(direction, party) else { throw .noPrice(direction) }
        guard seconds > 0 else { return Charge(direction: row.text, amount: .zero(tariff.currency)) }
        let paid = Int64(max(0, seconds - row.freeSeconds))
        let step = Int64(row.stepSeconds)
        let steps = paid / step + (paid % step == 0 ? 0 : 1)
        do throws(MoneyError) {
            let (rounded, overflow) = steps.multipliedReportingOverflow(by: step)
            guard !overflow else { throw MoneyError.overflow }
            let talk = try row.pricePerMinute.share(rounded, of: 60)
            return Charge(direction: row.text, amount: try talk.adding(row.setupFee))
        } catch {
            throw .money(error)
        }
    }
}

/// Why a call has no price.
public enum RatingError: Error, Sendable, Equatable, CustomStringConvertible {
    case noPrice(CallDirection)
    case money(MoneyError)

    public var description: String {
        switch self {
        case .noPrice(let direction):
            "the tariff has no row for this \(direction.rawValue) call; add one with an empty prefix to price all numbers"
        case .money(let error): error.description
        }
    }
}
