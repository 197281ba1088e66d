/// How often something happened among a number of trials, and what that says about how often it happens.
struct Proportion: Sendable, Equatable {
    var hits: Int64
    var trials: Int64

    /// The observed share; 0 without trials.
    var share: Double { trials == 0 ? 0 : Double(hits) / Double(trials) }

    /// Wilson's score interval: where the true share lies, `deviations` standard deviations wide on each side.
    ///
    /// It stays within 0 to 1 and is honest for few trials, and for shares near the ends (Wilson 1927).
    func interval(deviations z: Double) -> ClosedRange<Double> {
        guard trials > 0 else { return 0...1 }
        let (n, p) = (Double(trials), share)
        let scale = 1 + z * z / n
        let centre = (p + z * z / (2 * n)) / scale
        let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / scale
        let low = max(0, centre - half)
        return low...max(low, min(1, centre + half))
    }

    /// Where the difference of the true shares, this one's less the other's, lies (Newcombe 1998, method 10).
    func excess(over other: Proportion, deviations z: Double) -> ClosedRange<Double> {
        let (own, others) = (interval(deviations: z), other.interval(deviations: z))
        let difference = share - other.share
        func length(_ a: Double, _ b: Double) -> Double { (a * a + b * b).squareRoot() }
        let low = difference - length(share - own.lowerBound, others.upperBound - other.share)
        let high = difference + length(own.upperBound - share, other.share - others.lowerBound)
        return low...max(low, high)
    }
}
