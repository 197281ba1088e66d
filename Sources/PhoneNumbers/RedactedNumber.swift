/// A number as logs may show it: how many characters it has and its last two.
public struct RedactedNumber: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// Redacts any text that stands for a caller or a destination; texts under six characters are hidden whole.
    public init(_ text: String) {
        let count = text.count
        description = count < 6 ? String(repeating: "*", count: count) : "*\(count - 2)*" + text.suffix(2)
    }
}
