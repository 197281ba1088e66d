/// Why a text is not the JSON that was expected.
public struct JSONReadError: Error, Sendable, Equatable, CustomStringConvertible {
    public let message: String
    /// Index of the byte where reading stopped.
    public let offset: Int

    public var description: String { "\(message) at byte \(offset); send valid JSON (RFC 8259)" }
}

/// Reads JSON text into a ``ScenarioValue``.
///
/// Written by hand because every event of every session passes here. Whole numbers that fit 64 bits become `int`, all
/// others `double`. Nesting is limited to 64 levels; the caller limits the size. A repeated key keeps its last value.
public struct JSONReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private static let maximumDepth = 64

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Reads one value; anything but white space after it is an error.
    public static func read(_ bytes: some Collection<UInt8>) throws(JSONReadError) -> ScenarioValue {
        let result = bytes.withContiguousStorageIfAvailable { readResult($0) }
        return try (result ?? Array(bytes).withUnsafeBufferPointer { readResult($0) }).get()
    }

    private static func readResult(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<ScenarioValue, JSONReadError> {
        var reader = JSONReader(bytes)
        do throws(JSONReadError) {
            let value = try reader.value(depth: 0)
            reader.skipSpace()
            if reader.position < bytes.count { return .failure(reader.failure("text after the value")) }
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    private func failure(_ message: String) -> JSONReadError { JSONReadError(message: message, offset: position) }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
    }

    private mutating func value(depth: Int) throws(JSONReadError) -> ScenarioValue {
        guard depth < Self.maximumDepth else { throw failure("more than \(Self.maximumDepth) levels of nesting") }
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return try map(depth: depth)
        case UInt8(ascii: "["): return try list(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
        case nil: throw failure("the text ends where a value was expected")
        default: throw failure("a character that starts no value")
        }
    }

    private mutating func word(_ text: StaticString, _ value: ScenarioValue) throws(JSONReadError) -> ScenarioValue {
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes.count - position >= expected.count,
            bytes[position..<position + expected.count].elementsEqual(expected)
        else { throw failure("an unknown word") }
        position += expected.count
        return value
    }

    private mutating func list(depth: Int) throws(JSONReadError) -> ScenarioValue {
        position += 1
        var items: [ScenarioValue] = []
        skipSpace()
        if current == UInt8(ascii: "]") {
            position += 1
            return .list(items)
        }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            switch current {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                return .list(items)
            default: throw failure("neither ',' nor ']' after a list item")
            }
        }
    }

    private mutating func map(depth: Int) throws(JSONReadError) -> ScenarioValue {
        position += 1
        var entries: [String: ScenarioValue] = [:]
        skipSpace()
        if current == UInt8(ascii: "}") {
            position += 1
            return .map(entries)
        }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw failure("no key in a map") }
            let key = try string()
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw failure("no ':' after a key") }
            position += 1
            entries[key] = try value(depth: depth + 1)
            skipSpace()
            switch current {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                return .map(entries)
            default: throw failure("neither ',' nor '}' after a map entry")
            }
        }
    }

    private mutating func number() throws(JSONReadError) -> ScenarioValue {
        let start = position
        var isWhole = true
        while let byte = current {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): break
            case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"): isWhole = false
            default: return try number(in: start..<position, isWhole: isWhole)
            }
            position += 1
        }
        return try number(in: start..<position, isWhole: isWhole)
    }

    private func number(in range: Range<Int>, isWhole: Bool) throws(JSONReadError) -> ScenarioValue {
        let text = String(decoding: bytes[range], as: UTF8.self)
        if isWhole, let number = Int64(text) { return .int(number) }
        guard let number = Double(text), number.isFinite else { throw failure("a number that cannot be read") }
        return .double(number)
    }

    private mutating func string() throws(JSONReadError) -> String {
        position += 1
        let start = position
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return String(decoding: bytes[start..<position], as: UTF8.self)
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw failure("a control character in a string")
            default: position += 1
            }
        }
        throw failure("a string without end")
    }

    private mutating func escapedString(from start: Int) throws(JSONReadError) -> String {
        var text = Array(bytes[start..<position])
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw failure("a control character in a string")
            default: text.append(byte)
            }
        }
        throw failure("a string without end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONReadError) {
        guard let byte = current else { throw failure("a string without end") }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "u"): text.append(contentsOf: Character(try unicodeScalar()).utf8)
        default: throw failure("an unknown escape")
        }
    }

    /// A `\uXXXX` escape or a pair of them; half a pair becomes U+FFFD.
    private mutating func unicodeScalar() throws(JSONReadError) -> Unicode.Scalar {
        let first = try hexQuad()
        guard (0xD800..<0xDC00).contains(first), current == UInt8(ascii: "\\"), position + 1 < bytes.count,
            bytes[position + 1] == UInt8(ascii: "u")
        else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
        let restart = position
        position += 2
        let second = try hexQuad()
        guard (0xDC00..<0xE000).contains(second) else {
            position = restart
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func hexQuad() throws(JSONReadError) -> UInt32 {
        guard bytes.count - position >= 4 else { throw failure("a \\u escape without four digits") }
        var number: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("a \\u escape without four digits")
            }
            number = number << 4 | UInt32(digit)
        }
        position += 4
        return number
    }
}
