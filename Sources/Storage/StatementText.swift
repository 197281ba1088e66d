/// The words of a portable statement, as one database spells them.
enum StatementText {
    private static let claim = "CLAIM_ROWS"

    /// SQLite has one writer, so nobody else chooses the same rows.
    static func sqlite(_ sql: String) -> String {
        sql.contains(claim) ? sql.replacing(claim, with: "") : sql
    }

    /// With numbered placeholders; a `?` in quotes or in a comment stays one.
    static func postgres(_ sql: String) -> (text: String, placeholders: Int) {
        let portable = sql.contains(claim) ? sql.replacing(claim, with: "FOR UPDATE SKIP LOCKED") : sql
        var text: [UInt8] = []
        text.reserveCapacity(portable.utf8.count + 16)
        var scanner = PlaceholderScanner()
        var count = 0
        for octet in portable.utf8 {
            if scanner.isPlaceholder(octet) {
                count += 1
                text += Array("$\(count)".utf8)
            } else {
                text.append(octet)
            }
        }
        return (String(decoding: text, as: UTF8.self), count)
    }
}

/// Goes through a statement octet by octet and knows which question marks stand for arguments.
private struct PlaceholderScanner {
    private enum Place { case code, text, name, comment }
    private var place = Place.code
    private var previous: UInt8 = 0

    mutating func isPlaceholder(_ octet: UInt8) -> Bool {
        defer { previous = octet }
        switch (place, octet) {
        case (.code, UInt8(ascii: "'")): place = .text
        case (.code, UInt8(ascii: "\"")): place = .name
        case (.code, UInt8(ascii: "-")) where previous == UInt8(ascii: "-"): place = .comment
        // A doubled quote ends the text and begins the next: the same for whoever counts only question marks.
        case (.text, UInt8(ascii: "'")), (.name, UInt8(ascii: "\"")), (.comment, UInt8(ascii: "\n")): place = .code
        case (.code, UInt8(ascii: "?")): return true
        default: break
        }
        return false
    }
}
