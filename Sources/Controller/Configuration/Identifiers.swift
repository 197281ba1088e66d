import Billing
import Routing

/// Names a portal at the controller and in the header of its requests.
public struct PortalID: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }
    public static func < (left: PortalID, right: PortalID) -> Bool { left.rawValue < right.rawValue }

    /// Whether it is 1 to 64 latin letters, digits, dots, hyphens and underscores; no other portal is ever known.
    public var isWellFormed: Bool {
        (1...64).contains(rawValue.utf8.count)
            && rawValue.unicodeScalars.allSatisfy {
                switch $0 {
                case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": true
                default: false
                }
            }
    }
}

/// Names a call: the identifier of its inbound leg at the voice platform.
public struct CallKey: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The longest that the portal's tables take.
    public static let longest = 255

    public let rawValue: String

    /// Nil for an empty or overlong text.
    public init?(rawValue: String) {
        guard !rawValue.isEmpty, rawValue.utf8.count <= Self.longest else { return nil }
        self.rawValue = rawValue
    }

    public var description: String { rawValue }
}

/// Names a line in requests: its search id, or the number where the caller knows no more.
public struct LineKey: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }
}
