/// Octet classes of RFC 3261 clause 25.1.
enum ByteClass {
    /// `token` characters.
    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39: true
        case .dash, .dot, .exclamation, .percent, .star, .underscore, .plus, .backtick, .apostrophe, .tilde: true
        default: false
        }
    }

    /// Characters of a host name, an IPv4 address or, leniently, a name with underscores.
    static func isHostName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, .dash, .dot, .underscore: true
        default: false
        }
    }

    /// Characters between the brackets of an IPv6 reference.
    static func isIPv6(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x66, 0x41...0x46, 0x30...0x39, .colon, .dot: true
        default: false
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    static func isHexadecimal(_ byte: UInt8) -> Bool { nibble(byte) != nil }

    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    static func isWhitespace(_ byte: UInt8) -> Bool { byte == .space || byte == .tab }

    /// Letters and digits, and the `mark` characters of a URI.
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39: true
        case .dash, .underscore, .dot, .exclamation, .tilde, .star, .apostrophe, .openParenthesis, .closeParenthesis:
            true
        default: false
        }
    }

    /// Octets that may never stand bare inside a URI: controls, spaces, quotes, angle brackets.
    static func isForbiddenInURI(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == 0x7F || byte == .quote || byte == .lessThan || byte == .greaterThan
    }

    /// The value of a hexadecimal digit, else nil.
    static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x61 + 10
        case 0x41...0x46: byte - 0x41 + 10
        default: nil
        }
    }

    /// The octet with an ASCII capital made small.
    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}

extension UInt8 {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let exclamation: UInt8 = 0x21
    static let quote: UInt8 = 0x22
    static let dollar: UInt8 = 0x24
    static let percent: UInt8 = 0x25
    static let ampersand: UInt8 = 0x26
    static let apostrophe: UInt8 = 0x27
    static let openParenthesis: UInt8 = 0x28
    static let closeParenthesis: UInt8 = 0x29
    static let star: UInt8 = 0x2A
    static let plus: UInt8 = 0x2B
    static let comma: UInt8 = 0x2C
    static let dash: UInt8 = 0x2D
    static let dot: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let lessThan: UInt8 = 0x3C
    static let equals: UInt8 = 0x3D
    static let greaterThan: UInt8 = 0x3E
    static let question: UInt8 = 0x3F
    static let at: UInt8 = 0x40
    static let openBracket: UInt8 = 0x5B
    static let backslash: UInt8 = 0x5C
    static let closeBracket: UInt8 = 0x5D
    static let underscore: UInt8 = 0x5F
    static let backtick: UInt8 = 0x60
    static let tilde: UInt8 = 0x7E
}

/// Comparison of protocol words, of which only ASCII letters fold.
enum CaseFolding {
    static func equal(_ left: String, _ right: String) -> Bool {
        let left = left.utf8
        let right = right.utf8
        guard left.count == right.count else { return false }
        return zip(left, right).allSatisfy { ByteClass.lowercased($0) == ByteClass.lowercased($1) }
    }

    static func lowercased(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 &- 0x41 < 26 }) else { return text }
        return String(decoding: text.utf8.map(ByteClass.lowercased), as: UTF8.self)
    }

    static func hash(_ text: String, into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(ByteClass.lowercased(byte)) }
    }
}
