/// `%XX` escapes of URIs (RFC 3261 clause 19.1.2).
enum PercentEncoding {
    /// The text with its escapes resolved; octets that are not UTF-8 become replacement characters.
    static func decode(_ text: String) -> String {
        guard text.utf8.contains(.percent) else { return text }
        return String(decoding: octets(text), as: UTF8.self)
    }

    /// The octets that the text stands for; a percent sign without two digits stays as it is.
    static func octets(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == .percent, index + 2 < bytes.count, let high = ByteClass.nibble(bytes[index + 1]),
                let low = ByteClass.nibble(bytes[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// The text with every octet escaped that is neither unreserved nor in `allowed`.
    static func encode(_ text: String, allowed: (UInt8) -> Bool) -> String {
        escape(text) { !ByteClass.isUnreserved($0) && !allowed($0) }
    }

    /// A parameter's name or value with what would end it escaped, and everything else, escapes too, as it is.
    static func sealed(_ text: String) -> String {
        escape(text) {
            ByteClass.isForbiddenInURI($0) || $0 == .semicolon || $0 == .question || $0 == .at
        }
    }

    private static func escape(_ text: String, where needsEscape: (UInt8) -> Bool) -> String {
        guard text.utf8.contains(where: needsEscape) else { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            if needsEscape(byte) {
                result += [.percent, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// `user-unreserved` without the colon that would begin a password.
    static func isAllowedInUser(_ byte: UInt8) -> Bool {
        switch byte {
        case .ampersand, .equals, .plus, .dollar, .comma, .semicolon, .question, .slash: true
        default: false
        }
    }

    static func isAllowedInPassword(_ byte: UInt8) -> Bool {
        switch byte {
        case .ampersand, .equals, .plus, .dollar, .comma: true
        default: false
        }
    }
}
