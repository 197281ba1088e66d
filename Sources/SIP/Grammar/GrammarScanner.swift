/// A cursor over one field's octets that knows the grammar's small parts (RFC 3261 clause 25.1).
struct GrammarScanner {
    let bytes: [UInt8]
    let end: Int
    var position: Int
    /// Names the field in errors.
    let place: String

    init(_ text: some StringProtocol, place: String) {
        self.init(Array(text.utf8), place: place)
    }

    init(_ bytes: [UInt8], place: String) {
        self.bytes = bytes
        self.end = bytes.count
        self.position = 0
        self.place = place
    }

    /// A cursor over a part of another's octets; offsets stay those of the whole.
    init(_ whole: GrammarScanner, _ range: Range<Int>) {
        self.bytes = whole.bytes
        self.position = range.lowerBound
        self.end = range.upperBound
        self.place = whole.place
    }

    var isAtEnd: Bool { position >= end }

    var next: UInt8? { position < end ? bytes[position] : nil }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    func error(_ message: String, _ code: SIPParseError.Code = .malformedHeader) -> SIPParseError {
        SIPParseError(code, message, in: place, at: position)
    }

    mutating func skipWhitespace() {
        while position < end, ByteClass.isWhitespace(bytes[position]) { position += 1 }
    }

    /// Steps over `byte` when it is next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    /// Steps over `byte` with the white space around it; stays before the white space when it is not there.
    mutating func takeSeparator(_ byte: UInt8) -> Bool {
        let start = position
        skipWhitespace()
        guard take(byte) else {
            position = start
            return false
        }
        skipWhitespace()
        return true
    }

    /// The longest run of octets of a class; may be empty.
    mutating func takeWhile(_ belongs: (UInt8) -> Bool) -> Range<Int> {
        let start = position
        while position < end, belongs(bytes[position]) { position += 1 }
        return start..<position
    }

    mutating func token(_ what: String) throws(SIPParseError) -> String {
        let range = takeWhile(ByteClass.isToken)
        guard !range.isEmpty else { throw error("expected \(what)") }
        return text(range)
    }

    /// A decimal number up to `limit`; more digits than fit are an error, never an overflow.
    mutating func number(upTo limit: UInt64, _ what: String) throws(SIPParseError) -> UInt64 {
        let range = takeWhile(ByteClass.isDigit)
        guard !range.isEmpty else { throw error("expected \(what) as decimal digits") }
        var value: UInt64 = 0
        for byte in bytes[range] {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(byte &- 0x30))
            guard !overflow, !carry, sum <= limit else { throw error("\(what) is larger than \(limit)") }
            value = sum
        }
        return value
    }

    /// The content of a quoted string that starts here, escapes removed.
    mutating func quotedString() throws(SIPParseError) -> String {
        guard take(.quote) else { throw error("expected a quoted string") }
        let start = position
        var unescaped: [UInt8]?
        while position < end {
            let byte = bytes[position]
            if byte == .quote {
                let plain = start..<position
                position += 1
                return unescaped.map { String(decoding: $0, as: UTF8.self) } ?? text(plain)
            }
            if byte == .backslash {
                if unescaped == nil { unescaped = Array(bytes[start..<position]) }
                position += 1
                guard position < end else { break }
            }
            unescaped?.append(bytes[position])
            position += 1
        }
        throw error("the quoted string has no end")
    }

    /// Fails unless only white space is left.
    mutating func finish() throws(SIPParseError) {
        skipWhitespace()
        guard isAtEnd else { throw error("unexpected text after the value") }
    }
}
