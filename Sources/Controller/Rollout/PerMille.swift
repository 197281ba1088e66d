/// A share in thousandths, 0 to 1000.
public struct PerMille: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
    public static let nothing = PerMille(unchecked: 0)
    public static let everything = PerMille(unchecked: 1000)

    public let rawValue: Int64

    /// Nil outside of 0 to 1000.
    public init?(rawValue: Int64) {
        guard (0...1000).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    private init(unchecked rawValue: Int64) { self.rawValue = rawValue }

    var fraction: Double { Double(rawValue) / 1000 }

    public var description: String { "\(rawValue) ‰" }
    public static func < (left: PerMille, right: PerMille) -> Bool { left.rawValue < right.rawValue }
}
