import Foundation
import JSONText

/// A JSON value whose objects keep the order in which their fields were written.
///
/// For answers whose text is fixed to the character; reading sorts an object's fields by name.
enum JSONValue: Sendable, Equatable {
    struct Field: Sendable, Equatable {
        var name: String
        var value: JSONValue
    }

    case null
    case flag(Bool)
    case integer(Int64)
    case real(Double)
    case text(String)
    case list([JSONValue])
    case object([Field])

    /// Reads a text; nil when it is not JSON.
    init?(_ data: Data) {
        guard let value = try? JSONParser.parse(data, as: JSONValue.self) else { return nil }
        self = value
    }

    /// A field of an object; nil when there is none.
    subscript(name: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields.first { $0.name == name }?.value
    }

    /// A text, or a number in a text's place.
    var string: String? {
        switch self {
        case .text(let text): text
        case .integer(let integer): String(integer)
        default: nil
        }
    }

    /// A text, and nothing in its place.
    var plainText: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    /// An integer, or a text that holds one.
    var int64: Int64? {
        switch self {
        case .integer(let integer): integer
        case .text(let text): Int64(text)
        default: nil
        }
    }

    var elements: [JSONValue] {
        guard case .list(let list) = self else { return [] }
        return list
    }

    /// The value as a text without blanks.
    var encoded: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .flag(let flag): text += flag ? "true" : "false"
        case .integer(let integer): text += String(integer)
        case .real(let real): text += real.isFinite ? "\(real)" : "null"
        case .text(let value): text.appendJSON(value)
        case .list(let list):
            for (index, element) in list.enumerated() {
                text += index == 0 ? "[" : ","
                element.write(to: &text)
            }
            text += list.isEmpty ? "[]" : "]"
        case .object(let fields):
            for (index, field) in fields.enumerated() {
                text += index == 0 ? "{" : ","
                text.appendJSON(field.name)
                text += ":"
                field.value.write(to: &text)
            }
            text += fields.isEmpty ? "{}" : "}"
        }
    }
}

extension JSONValue: JSONTree {
    static var nothing: JSONValue { .null }

    static func fields(_ fields: [(name: String, value: JSONValue)]) -> JSONValue {
        let last = Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
        return .object(last.sorted { $0.key < $1.key }.map { Field(name: $0.key, value: $0.value) })
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .flag(value) }
    init(nilLiteral: ()) { self = .null }
    init(arrayLiteral elements: JSONValue...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Field(name: $0.0, value: $0.1) })
    }
}

extension Optional where Wrapped == String {
    var json: JSONValue { map(JSONValue.text) ?? .null }
}

extension Optional where Wrapped == Int64 {
    var json: JSONValue { map(JSONValue.integer) ?? .null }
}
