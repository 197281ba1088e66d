/// A number's text taken apart: plus, digits, and the extension behind them.
struct SpokenText {
    var hasPlus = false
    var digits = ""
    var `extension`: ExtensionNumber?
    private var isCode = false

    private static let separators: Set<Character> = [
        " ", "\u{A0}", "\u{2009}", "\u{202F}", "\t", "(", ")", "-", ".", "/", "‐", "‑", "–", "—",
    ]
    private static let extensionMarks = [
        "extension", "доб.", "доб", "вн.", "вн", "ext.", "ext", ";ext=", "x", "#", ",",
    ]

    /// Nil when the text is no number.
    init?(_ text: String) {
        if let code = Self.code(text) {
            digits = code
            isCode = true
            return
        }
        var rest = Substring(text)
        if let first = rest.first, first == "+" || first == "＋" {
            hasPlus = true
            rest.removeFirst()
        }
        while let character = rest.first {
            if let digit = Self.digit(character) {
                digits.append(digit)
            } else if !Self.separators.contains(character) {
                break
            }
            rest.removeFirst()
        }
        guard !digits.isEmpty else { return nil }
        guard !rest.isEmpty else { return }
        guard let number = Self.extensionNumber(rest) else { return nil }
        self.extension = number
    }

    /// What is dialled as it stands.
    var short: ShortNumber? {
        guard isCode || (!hasPlus && digits.utf8.count <= 6 && self.extension == nil) else { return nil }
        return ShortNumber(text: digits)
    }

    /// Removes blanks around, and what a SIP or telephone URI has around its user part.
    static func withoutScheme(_ text: String) -> String {
        var text = trimmed(Substring(text))
        for scheme in ["sips:", "sip:", "tel:"] where text.lowercased().hasPrefix(scheme) {
            text = text.dropFirst(scheme.count)
            if let end = text.firstIndex(of: "@") { text = text[..<end] }
            break
        }
        return String(text)
    }

    /// A service code: `*11`, `#31#`, `*21*74954451120#` are dialled as they stand.
    private static func code(_ text: String) -> String? {
        guard let first = text.first, first == "*" || first == "#", text.utf8.count > 1 else { return nil }
        return text.allSatisfy { "0123456789*#".contains($0) } ? text : nil
    }

    private static func extensionNumber(_ rest: Substring) -> ExtensionNumber? {
        let text = rest.lowercased()
        guard let mark = extensionMarks.first(where: text.hasPrefix) else { return nil }
        let digits = text.dropFirst(mark.count).filter { !separators.contains($0) && !":,#".contains($0) }
        return ExtensionNumber(digits: String(digits))
    }

    /// The ASCII digit of any script's decimal digit.
    private static func digit(_ character: Character) -> Character? {
        guard character.unicodeScalars.count == 1, let scalar = character.unicodeScalars.first,
            scalar.properties.numericType == .decimal, let value = character.wholeNumberValue
        else { return nil }
        return Character(String(value))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
