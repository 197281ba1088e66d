/// What a text in a number's place turned out to be.
public enum DialledNumber: Hashable, Sendable {
    /// A public number, with the extension that was written behind it.
    case international(PhoneNumber, extension: ExtensionNumber?)
    /// An internal, emergency or service number: up to six digits, or a code with `*` or `#`.
    case short(ShortNumber)
    /// The caller does not show a number.
    case hidden
    /// Digits that are no number of the region nor of any country, such as a local number without its area code.
    case unrecognised(digits: String)
    /// Text that is no number at all: a SIP user name, a person's name.
    case name(String)

    /// The public number, if it is one.
    public var number: PhoneNumber? {
        guard case .international(let number, _) = self else { return nil }
        return number
    }
}

/// Digits dialled behind a number: 1 to 8 of them.
public struct ExtensionNumber: Hashable, Sendable, CustomStringConvertible {
    public let digits: String

    /// Nil unless the text is 1 to 8 ASCII digits; leading zeros count.
    public init?(digits: String) {
        guard (1...8).contains(digits.utf8.count) else { return nil }
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        self.digits = digits
    }

    public var description: String { digits }
}

/// A number that is dialled as it stands and never made international.
public struct ShortNumber: Hashable, Sendable, CustomStringConvertible {
    /// Digits, `*` and `#`.
    public let text: String

    init(text: String) { self.text = text }
    public var description: String { text }
}
