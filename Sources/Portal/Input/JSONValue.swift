import Foundation
import JSONText

/// A JSON value of any shape.
public enum JSONValue: Sendable, Hashable {
    case null
    case flag(Bool)
    case integer(Int64)
    case real(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    /// Reads a JSON text; throws ``InputError`` that says why it is none.
    init(parsing data: Data) throws(InputError) {
        do throws(JSONError) {
            self = try JSONParser.parse(data)
        } catch {
            throw InputError(path: "", expected: "valid JSON", found: error.description)
        }
    }

    /// The value as JSON text, keys of objects in alphabetical order.
    ///
    /// - Throws: ``InputError`` for a number that is not finite, which JSON cannot say.
    func encoded() throws -> Data {
        var text = ""
        try write(to: &text)
        return Data(text.utf8)
    }

    private func write(to text: inout String) throws {
        switch self {
        case .null: text += "null"
        case .flag(let flag): text += flag ? "true" : "false"
        case .integer(let integer): text += String(integer)
        case .real(let real):
            guard real.isFinite else { throw InputError(path: "", expected: "a finite number", found: "another") }
            text += Int64(exactly: real).map(String.init) ?? "\(real)"
        case .text(let value): text.appendJSON(value)
        case .list(let list):
            for (index, element) in list.enumerated() {
                text += index == 0 ? "[" : ","
                try element.write(to: &text)
            }
            text += list.isEmpty ? "[]" : "]"
        case .object(let object):
            for (index, field) in object.sorted(by: { $0.key < $1.key }).enumerated() {
                text += index == 0 ? "{" : ","
                text.appendJSON(field.key)
                text += ":"
                try field.value.write(to: &text)
            }
            text += object.isEmpty ? "{}" : "}"
        }
    }

    /// Text, or null for nil.
    static func optional(_ value: String?) -> JSONValue { value.map(JSONValue.text) ?? .null }
    /// An integer, or null for nil.
    static func optional(_ value: Int64?) -> JSONValue { value.map(JSONValue.integer) ?? .null }

    /// How an error calls the value; the value itself stays out of it.
    var typeName: String {
        switch self {
        case .null: "null"
        case .flag: "true or false"
        case .integer, .real: "a number"
        case .text: "a text"
        case .list: "a list"
        case .object: "an object"
        }
    }
}

extension JSONValue: JSONTree {
    public static var nothing: JSONValue { .null }

    /// Of a name that comes twice the last counts.
    public static func fields(_ fields: [(name: String, value: JSONValue)]) -> JSONValue {
        .object(Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last }))
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral
{
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .flag(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .list(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}
