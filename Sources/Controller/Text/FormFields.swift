/// The fields of an `application/x-www-form-urlencoded` text, in the order of arrival.
struct FormFields: Sendable, Equatable {
    struct Field: Sendable, Equatable {
        var name: String
        var value: String
    }

    /// A request has about twenty; more than this is not one of ours.
    static let mostFields = 200

    private(set) var fields: [Field] = []

    init(_ fields: [Field]) { self.fields = fields }

    /// Nil when the text has too many fields or a broken escape.
    init?(_ bytes: [UInt8]) {
        for part in bytes.split(separator: UInt8(ascii: "&")) {
            guard fields.count < Self.mostFields else { return nil }
            let pair = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = pair.first.flatMap({ Self.decoded($0) }), !name.isEmpty else { return nil }
            guard let value = pair.count > 1 ? Self.decoded(pair[1]) : "" else { return nil }
            fields.append(Field(name: name, value: value))
        }
    }

    /// The value of the first field of that name, empty when there is none.
    subscript(name: String) -> String { fields.first { $0.name == name }?.value ?? "" }

    /// The same with another value of a field, in its place or at the end.
    func with(_ name: String, _ value: String) -> FormFields {
        var result = self
        if let index = fields.firstIndex(where: { $0.name == name }) {
            result.fields[index].value = value
        } else {
            result.fields.append(Field(name: name, value: value))
        }
        return result
    }

    /// The text, with everything but unreserved characters escaped.
    var encoded: String {
        fields.map { Self.escaped($0.name) + "=" + Self.escaped($0.value) }.joined(separator: "&")
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(nibble), let low = rest.popFirst().flatMap(nibble) else {
                    return nil
                }
                result.append(high << 4 | low)
            default: result.append(byte)
            }
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.count == 1 ? "%0" + digits : "%" + digits
            }
        }
        return result
    }
}
