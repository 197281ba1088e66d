/// A telephone number in its one canonical spelling: international digits without a plus, such as `74954451120`.
///
/// Holds 7 to 15 ASCII digits (E.164, section 6) that do not start with 0. Interpolating it gives the redacted form, so
/// that a number reaches a log only on purpose: say `digits` where the number itself is meant.
public struct PhoneNumber: Hashable, Sendable {
    /// The digits, country code first.
    public let digits: String

    /// Takes digits that already are canonical; nil for anything else. Text from people goes to `PhoneNumberParser`.
    public init?(digits: String) {
        guard (7...15).contains(digits.utf8.count), digits.utf8.first != UInt8(ascii: "0") else { return nil }
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        self.digits = digits
    }

    /// The number as a log may show it.
    public var redacted: RedactedNumber { RedactedNumber(digits) }
}

extension PhoneNumber: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { redacted.description }
    public var debugDescription: String { redacted.description }
}

extension PhoneNumber: Codable {
    /// Reads the digits from one text; throws `DecodingError` when they are not canonical.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let number = PhoneNumber(digits: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected 7 to 15 digits that do not start with 0")
        }
        self = number
    }

    /// Writes the digits as one text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(digits)
    }
}
