/// One of the sixteen digits of a telephone keypad.
public struct DTMFDigit: Hashable, Sendable, CustomStringConvertible {
    private static let characters: [Character] = Array("0123456789*#ABCD")

    /// Number of the digit in RFC 4733 table 3, 0…15.
    public let event: UInt8

    /// From the event number; nil above 15.
    public init?(event: UInt8) {
        guard event < 16 else { return nil }
        self.event = event
    }

    /// From `0`…`9`, `*`, `#`, `A`…`D` in either case.
    public init?(_ character: Character) {
        guard let index = Self.characters.firstIndex(where: { String($0) == character.uppercased() }) else {
            return nil
        }
        event = UInt8(index)
    }

    /// The digit as a phone shows it, letters in upper case.
    public var character: Character { Self.characters[Int(event)] }
    /// The digit as text.
    public var description: String { String(character) }
}

/// A string of digits and pauses, as `sendDigits` takes it.
public struct DialString: Hashable, Sendable {
    /// One step of sending.
    public enum Item: Hashable, Sendable {
        case digit(DTMFDigit)
        case pause(milliseconds: Int)
    }

    /// Milliseconds of silence for each `p`.
    public static let pauseMilliseconds = 500
    /// Most items that are kept.
    public static let maximumLength = 256

    /// What is sent, in order.
    public let items: [Item]

    /// Digits and `p` (or `,`) in the order of the text; other characters are skipped, as is what exceeds 256 items.
    public init(_ text: String) {
        var items: [Item] = []
        for character in text where items.count < Self.maximumLength {
            if character == "p" || character == "P" || character == "," {
                items.append(.pause(milliseconds: Self.pauseMilliseconds))
            } else if let digit = DTMFDigit(character) {
                items.append(.digit(digit))
            }
        }
        self.items = items
    }
}
