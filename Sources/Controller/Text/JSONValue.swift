import Foundation

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
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: data) else { return nil }
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
        switch self {
        case .null: "null"
        case .flag(let flag): flag ? "true" : "false"
        case .integer(let integer): String(integer)
        case .real(let real): real.isFinite ? "\(real)" : "null"
        case .text(let text): Self.quoted(text)
        case .list(let list): "[" + list.map(\.encoded).joined(separator: ",") + "]"
        case .object(let fields):
            "{" + fields.map { Self.quoted($0.name) + ":" + $0.value.encoded }.joined(separator: ",") + "}"
        }
    }

    /// RFC 8259, section 7: quotes, backslash and control characters are escaped, nothing else needs it.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension JSONValue: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let real = try? container.decode(Double.self) {
            self = .real(real)
        } else if let list = try? container.decode([JSONValue].self) {
            self = .list(list)
        } else {
            let fields = try container.decode([String: JSONValue].self)
            self = .object(fields.sorted { $0.key < $1.key }.map { Field(name: $0.key, value: $0.value) })
        }
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
