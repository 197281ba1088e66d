/// Bounds how many requests a sender may have remembered: a value, time is an argument.
///
/// Counts in windows of ``RequestVerifier/memorySeconds``, so at most twice the limit is remembered at once.
public struct RequestBudget: Sendable, Equatable {
    private let limit: Int
    private var window: Int64 = .min
    private var count = 0

    public init(limit: Int) { self.limit = limit }

    /// Takes one request; false when the window is used up.
    public mutating func spend(at now: Int64) -> Bool {
        let current = now / RequestVerifier.memorySeconds
        if current != window { (window, count) = (current, 0) }
        guard count < limit else { return false }
        count += 1
        return true
    }

    /// Until the next window begins, in seconds.
    public static func secondsLeft(at now: Int64) -> Int64 {
        RequestVerifier.memorySeconds - now % RequestVerifier.memorySeconds
    }

    /// Whether nothing of it counts any more.
    public func isOver(at now: Int64) -> Bool { now / RequestVerifier.memorySeconds != window }
}
