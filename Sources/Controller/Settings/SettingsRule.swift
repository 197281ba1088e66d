import Foundation

/// What a field of a line's settings may hold; null always means that the field is missing.
enum SettingsRule: Sendable {
    /// Y or N
    case flag
    case choice([String])
    /// A text with so many characters.
    case text(ClosedRange<Int>)
    /// A whole number from 0 or 1 on, or its digits as a text.
    case integer(ClosedRange<Int64>)
    /// A positive number, or its digits as a text.
    case identifier
    /// A text of which the whole fits the regular expression; `expected` says it in words.
    case pattern(String, _ expected: String)
    case phone
    /// An `http` or `https` address; empty is allowed.
    case address
    /// `9`, `18.30`; empty is allowed.
    case clock
    case texts(most: Int, longest: Int)
    /// Identifiers, or objects with one in USER_ID.
    case employees(most: Int)

    private static let digits = "[1-9][0-9]{0,17}"
    private static let largestIdentifier: Int64 = 999_999_999_999_999_999

    /// What is allowed, in words that go on after "must be".
    var expected: String {
        switch self {
        case .flag: "Y or N"
        case .choice(let values): "one of \(values.joined(separator: ", "))"
        case .text(let range): "a text of \(range.lowerBound) to \(range.upperBound) characters"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .identifier: "a positive number"
        case .pattern(_, let expected): expected
        case .phone: "a telephone number or empty"
        case .address: "an http or https address or empty"
        case .clock: "an hour, or hour and minute, like 9 or 18.30, or empty"
        case .texts(let most, let longest): "a list of at most \(most) texts of at most \(longest) characters"
        case .employees(let most): "a list of at most \(most) identifiers of employees, or of objects with USER_ID"
        }
    }

    /// The regular expression of a text, for the whole of it, without what depends on the line's end.
    private var expression: String? {
        switch self {
        case .pattern(let expression, _): expression
        case .phone: "([+0-9][0-9 ()./#*-]{1,31})?"
        case .address: "(https?://[!-~]{1,2000})?"
        case .clock: "(([01]?[0-9]|2[0-3])(\\.[0-5]?[0-9])?)?"
        case .integer(let range): Self.expression(of: range)
        case .identifier: Self.digits
        default: nil
        }
    }

    /// Of the digits of 0 or 1 to a number: every length below the largest, then digit by digit.
    private static func expression(of range: ClosedRange<Int64>) -> String {
        let digits = String(range.upperBound).compactMap(\.wholeNumberValue)
        var choices = range.lowerBound == 0 ? ["0"] : []
        if digits.count > 1 { choices.append("[1-9][0-9]{0,\(digits.count - 2)}") }
        for (place, digit) in digits.enumerated() {
            let first = place == 0 ? 1 : 0
            let rest = digits.count - place - 1
            let prefix = digits.prefix(place).map(String.init).joined()
            if digit > first { choices.append("\(prefix)[\(first)-\(digit - 1)][0-9]{\(rest)}") }
        }
        choices.append(String(range.upperBound))
        return choices.joined(separator: "|")
    }

    // MARK: Schema

    /// The rule in the words of JSON Schema 2020-12.
    var schema: JSONValue {
        switch self {
        case .flag: ["enum": ["Y", "N", nil]]
        case .choice(let values): ["enum": .list(values.map(JSONValue.text) + [.null])]
        case .text(let range):
            [
                "type": ["string", "null"], "minLength": .integer(Int64(range.lowerBound)),
                "maxLength": .integer(Int64(range.upperBound)),
            ]
        case .integer(let range): Self.number(range, expression ?? "")
        case .identifier: Self.number(1...Self.largestIdentifier, Self.digits)
        case .pattern, .phone, .address, .clock:
            ["type": ["string", "null"], "pattern": .text("^(\(expression ?? ""))$")]
        case .texts(let most, let longest):
            [
                "type": ["array", "null"], "maxItems": .integer(Int64(most)),
                "items": ["type": "string", "maxLength": .integer(Int64(longest))],
            ]
        case .employees(let most): Self.employees(most)
        }
    }

    private static func number(_ range: ClosedRange<Int64>, _ expression: String) -> JSONValue {
        [
            "type": ["integer", "string", "null"], "minimum": .integer(range.lowerBound),
            "maximum": .integer(range.upperBound), "pattern": .text("^(\(expression))$"),
        ]
    }

    private static func employees(_ most: Int) -> JSONValue {
        let identifier: JSONValue = [
            "type": ["integer", "string"], "minimum": 1, "maximum": .integer(largestIdentifier),
            "pattern": .text("^(\(digits))$"),
        ]
        let object: JSONValue = [
            "type": "object", "required": ["USER_ID"], "properties": ["USER_ID": identifier],
        ]
        return [
            "type": ["array", "null"], "maxItems": .integer(Int64(most)),
            "items": ["anyOf": [identifier, object]],
        ]
    }

    // MARK: Verdict

    /// Whether the value is allowed, as the schema has it.
    func takes(_ value: JSONValue) -> Bool {
        if value == .null { return true }
        switch self {
        case .flag: return value == "Y" || value == "N"
        case .choice(let values): return values.contains { value == .text($0) }
        case .text(let range):
            guard case .text(let text) = value else { return false }
            return range.contains(text.unicodeScalars.count)
        case .integer(let range): return takesNumber(value, range)
        case .identifier: return takesNumber(value, 1...Self.largestIdentifier)
        case .pattern, .phone, .address, .clock:
            guard case .text(let text) = value else { return false }
            return fits(text)
        case .texts(let most, let longest):
            guard case .list(let list) = value, list.count <= most else { return false }
            return list.allSatisfy { SettingsRule.text(0...longest).takes($0) && $0 != .null }
        case .employees(let most):
            guard case .list(let list) = value, list.count <= most else { return false }
            return list.allSatisfy { member in
                let id: JSONValue? = if case .object = member { member["USER_ID"] } else { member }
                return id.map { $0 != .null && SettingsRule.identifier.takes($0) } ?? false
            }
        }
    }

    private func takesNumber(_ value: JSONValue, _ range: ClosedRange<Int64>) -> Bool {
        switch value {
        case .integer(let number): range.contains(number)
        // 3.0 is the whole number 3.
        case .real(let number): Int64(exactly: number).map(range.contains) ?? false
        case .text(let text): fits(text)
        default: false
        }
    }

    private func fits(_ text: String) -> Bool {
        guard let expression else { return false }
        return text.range(of: "\\A(?:\(expression))\\z", options: .regularExpression) != nil
    }
}
