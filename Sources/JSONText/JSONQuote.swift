extension String {
    /// Adds a text as JSON writes it, in quotes.
    ///
    /// RFC 8259, section 7: quotes, backslash and control characters are escaped, nothing else needs it.
    public mutating func appendJSON(_ text: String) {
        append("\"")
        if text.utf8.contains(where: Self.needsEscape) {
            for scalar in text.unicodeScalars { appendJSON(scalar) }
        } else {
            append(text)
        }
        append("\"")
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func appendJSON(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": append("\\\"")
        case "\\": append("\\\\")
        case "\n": append("\\n")
        case "\r": append("\\r")
        case "\t": append("\\t")
        case "\u{0}"..."\u{1F}":
            let digits = String(scalar.value, radix: 16)
            append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
        default: unicodeScalars.append(scalar)
        }
    }
}
