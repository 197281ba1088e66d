/// One item of a black list: a number, or a regular expression for all of a caller's number.
struct CallerPattern: Sendable {
    private enum Form: Sendable {
        case number(String)
        case expression(RulePattern)
    }

    private let form: Form

    /// Nil for a text that is neither.
    init?(_ text: String) {
        let digits = text.hasPrefix("+") ? text.dropFirst() : text[...]
        if !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard digits.utf8.count <= 15 else { return nil }
            form = .number(String(digits))
        } else if let pattern = try? RulePattern(pattern: text, exclude: nil) {
            form = .expression(pattern)
        } else {
            return nil
        }
    }

    /// - Parameter digits: The caller's number in international form, digits only.
    func matches(_ digits: String) -> Bool {
        switch form {
        case .number(let number): number == digits
        case .expression(let pattern): pattern.matches(digits) || pattern.matches("+" + digits)
        }
    }
}
