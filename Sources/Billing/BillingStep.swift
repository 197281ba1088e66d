/// How talking time is counted: a first step, then further ones; each begun step is paid in full.
public struct BillingStep: Sendable, Hashable, CustomStringConvertible {
    /// Seconds, 1…86400.
    public let first: Int
    /// Seconds, 1…86400.
    public let next: Int

    /// By the minute.
    public static let minutes = BillingStep(first: 60, next: 60)

    public init(first: Int, next: Int) {
        self.first = first
        self.next = next
    }

    /// Reads `60/60`, `1/1`, `30/6`; one number stands for both. Nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(parts.count), let first = parts[0], let next = parts[parts.count - 1] else { return nil }
        self.init(first: first, next: next)
        guard isUsable else { return nil }
    }

    var isUsable: Bool { (1...86_400).contains(first) && (1...86_400).contains(next) }

    public var description: String { "\(first)/\(next)" }
}
