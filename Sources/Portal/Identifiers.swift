/// Numbers an employee of the company; also the number in `user<ID>` and `phone<ID>`.
public struct EmployeeID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// What identifiers may be.
    static let allowed: ClosedRange<Int64> = 1...999_999_999

    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public var description: String { String(rawValue) }
}

/// Names a line: its number, `reg<N>`, `sip<N>` or `test`.
public struct SearchID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    /// Nil unless the text has 1 to 64 letters, digits or `_ + * # . -`.
    public init?(rawValue: String) {
        guard (1...64).contains(rawValue.utf8.count),
            rawValue.utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"):
                    true
                default: "_+*#.-".utf8.contains(byte)
                }
            })
        else { return nil }
        self.rawValue = rawValue
    }

    public var description: String { rawValue }
}

/// Names a call in all three systems: the identifier of its inbound leg.
public struct CallID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    /// Nil unless the text has 1 to 255 printable ASCII characters without blanks.
    public init?(rawValue: String) {
        guard (1...255).contains(rawValue.utf8.count), rawValue.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else { return nil }
        self.rawValue = rawValue
    }

    public var description: String { rawValue }
}

/// The three sections of the CRM.
public enum CardKind: String, Sendable, Hashable, CaseIterable {
    case contact
    case company
    case lead

    /// The section's name in paths, answers and the seed file.
    var plural: String {
        switch self {
        case .contact: "contacts"
        case .company: "companies"
        case .lead: "leads"
        }
    }
}

/// Numbers a card within its section.
public struct CardID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    static let allowed: ClosedRange<Int64> = 1...999_999_999_999

    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public var description: String { String(rawValue) }
}
