/// Reads JSON texts (RFC 8259).
///
/// Strict: one value, UTF-8, no half surrogate pairs, nothing behind it but blanks. Bounded: values nest at most
/// ``deepest`` levels, and what is built is never larger than a constant multiple of the text.
public struct JSONParser {
    /// Levels of lists and objects.
    public static let deepest = 200

    private let bytes: [UInt8]
    private var place = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The value of a text.
    public static func parse<Tree: JSONTree>(
        _ bytes: some Sequence<UInt8>, as _: Tree.Type = Tree.self
    ) throws(JSONError) -> Tree {
        var parser = JSONParser(Array(bytes))
        let value: Tree = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.place == parser.bytes.count else { throw parser.error("the end of the text") }
        return value
    }

    // MARK: Values

    private mutating func value<Tree: JSONTree>(depth: Int) throws(JSONError) -> Tree {
        skipBlanks()
        switch next {
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "{"): return .fields(try fields(depth: depth + 1))
        case UInt8(ascii: "["): return .list(try elements(depth: depth + 1))
        case UInt8(ascii: "t"): return try word("true", .flag(true))
        case UInt8(ascii: "f"): return try word("false", .flag(false))
        case UInt8(ascii: "n"): return try word("null", .nothing)
        case UInt8(ascii: "-"): return try number()
        case let byte? where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte): return try number()
        default: throw error("a value")
        }
    }

    private mutating func word<Tree>(_ word: StaticString, _ value: Tree) throws(JSONError) -> Tree {
        let count = word.utf8CodeUnitCount
        guard bytes.count - place >= count,
            word.withUTF8Buffer({ $0.elementsEqual(bytes[place..<place + count]) })
        else { throw error("a value") }
        place += count
        return value
    }

    private mutating func elements<Tree: JSONTree>(depth: Int) throws(JSONError) -> [Tree] {
        try begin(depth)
        var elements: [Tree] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value(depth: depth))
            skipBlanks()
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { throw error("a comma or the end of the list") }
        }
    }

    private mutating func fields<Tree: JSONTree>(depth: Int) throws(JSONError) -> [(name: String, value: Tree)] {
        try begin(depth)
        var fields: [(name: String, value: Tree)] = []
        skipBlanks()
        if take(UInt8(ascii: "}")) { return fields }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw error("a name in quotes") }
            let name = try text()
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw error("a colon") }
            fields.append((name, try value(depth: depth)))
            skipBlanks()
            if take(UInt8(ascii: "}")) { return fields }
            guard take(UInt8(ascii: ",")) else { throw error("a comma or the end of the object") }
        }
    }

    private mutating func begin(_ depth: Int) throws(JSONError) {
        guard depth <= Self.deepest else { throw error("at most \(Self.deepest) levels") }
        place += 1
    }

    // MARK: Numbers

    private mutating func number<Tree: JSONTree>() throws(JSONError) -> Tree {
        let start = place
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try digits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        guard let real = Double(text), real.isFinite else { throw error("a number of ordinary size") }
        // Rounded, one beyond 64 bits could seem to be within.
        return isWhole ? .real(real) : Int64(exactly: real).map(Tree.integer) ?? .real(real)
    }

    private mutating func digits() throws(JSONError) {
        let start = place
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
        guard place > start else { throw error("a digit") }
    }

    // MARK: Texts

    private mutating func text() throws(JSONError) -> String {
        place += 1
        let start = place
        while let byte = next, byte >= 0x20 {
            if byte == UInt8(ascii: "\"") {
                defer { place += 1 }
                return try string(bytes[start..<place])
            }
            if byte == UInt8(ascii: "\\") { return try escapedText(from: start) }
            place += 1
        }
        throw error("a closing quote; control characters must be escaped")
    }

    private mutating func escapedText(from start: Int) throws(JSONError) -> String {
        var decoded = Array(bytes[start..<place])
        while let byte = next, byte >= 0x20 {
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return try string(decoded[...])
            case UInt8(ascii: "\\"): decoded.append(contentsOf: String(try escape()).utf8)
            default: decoded.append(byte)
            }
        }
        throw error("a closing quote; control characters must be escaped")
    }

    private func string(_ bytes: ArraySlice<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw error("UTF-8") }
        return text
    }

    private mutating func escape() throws(JSONError) -> Character {
        guard let byte = next else { throw error("an escape") }
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Character(Unicode.Scalar(byte))
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return Character(try scalar())
        default: throw error("an escape")
        }
    }

    /// Four digits, or two times four for what lies beyond 16 bits (RFC 8259, section 7).
    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw error("a surrogate pair")
        }
        let second = try unit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw error("a surrogate pair") }
        return scalar
    }

    private mutating func unit() throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = next.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
                throw error("four hexadecimal digits")
            }
            place += 1
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    // MARK: Octets

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        place += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
    }

    private func error(_ expected: String) -> JSONError { JSONError(expected: expected, offset: place) }
}
