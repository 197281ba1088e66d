/// Slows down guessing of passwords: after some failures a login waits.
///
/// A value: time is an argument. Bounded: when it is full, the login with the oldest failure is forgotten.
struct LoginGuard: Sendable {
    static let mostFailures = 5
    static let waitSeconds: Int64 = 300
    private let capacity: Int
    private var failures: [String: (count: Int, last: Int64)] = [:]

    init(capacity: Int = 10_000) { self.capacity = capacity }

    /// Seconds until the login may try again; nil when it may now.
    func wait(_ login: String, now: Int64) -> Int64? {
        guard let failed = failures[login], failed.count >= Self.mostFailures else { return nil }
        let left = failed.last + Self.waitSeconds - now
        return left > 0 ? left : nil
    }

    mutating func failed(_ login: String, now: Int64) {
        if let failed = failures[login], now - failed.last < Self.waitSeconds {
            failures[login] = (failed.count + 1, now)
            return
        }
        if failures.count >= capacity, let oldest = failures.min(by: { $0.value.last < $1.value.last }) {
            failures[oldest.key] = nil
        }
        failures[login] = (1, now)
    }

    mutating func succeeded(_ login: String) { failures[login] = nil }
}
