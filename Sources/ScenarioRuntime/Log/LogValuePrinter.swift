import WorkerProtocol

#if canImport(Glibc)
    import Glibc
#endif

/// Prints values as the session log shows them.
///
/// `map := '{' {key ' = ' value ' ;  '} '}'` with keys in alphabetical order, `list := '[' {value ' ;  '} ']'`, texts without
/// quotes, floating numbers as C's `"% .4E"`. A line break in a text becomes `\n`, since an entry is one physical line.
public enum LogValuePrinter {
    /// The value as one line of text.
    public static func text(_ value: ScenarioValue) -> String {
        var text = ""
        append(value, to: &text)
        return text
    }

    static func append(_ value: ScenarioValue, to text: inout String) {
        switch value {
        case .null: text += "NULL"
        case .void: text += "void"
        case .bool(let flag): text += flag ? "true" : "false"
        case .int(let number): text += String(number)
        case .double(let number): text += scientific(number)
        case .string(let string): append(string, to: &text)
        case .list(let items):
            text += "["
            for item in items {
                append(item, to: &text)
                text += " ;  "
            }
            text += "]"
        case .map(let entries):
            text += "{"
            for key in entries.keys.sorted() {
                append(key, to: &text)
                text += " = "
                append(entries[key] ?? .null, to: &text)
                text += " ;  "
            }
            text += "}"
        }
    }

    private static func append(_ string: String, to text: inout String) {
        guard string.utf8.contains(where: { $0 < 0x20 }) else {
            text += string
            return
        }
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\t"
            case _ where scalar.value < 0x20: text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    /// `"% .4E"`: a space or the sign, one digit, four decimals, an exponent of at least two digits.
    static func scientific(_ number: Double) -> String {
        var buffer = [CChar](repeating: 0, count: 32)
        let length = withVaList([number]) { vsnprintf(&buffer, buffer.count, "% .4E", $0) }
        return String(decoding: buffer.prefix(Int(max(0, length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
