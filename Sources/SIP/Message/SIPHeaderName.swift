/// A header field's name: case does not count, and a compact form equals its long form.
public struct SIPHeaderName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    private let known: KnownHeader?
    /// The canonical spelling of a known name, else the name as written.
    public let text: String

    /// The name in any case, long or compact.
    public init(_ text: some StringProtocol) {
        var text = String(text)
        self = text.withUTF8 { SIPHeaderName(octets: $0) }
    }

    /// The name in any case, long or compact.
    public init(stringLiteral value: String) { self.init(value) }

    init(_ known: KnownHeader) { self.init(known: known, text: known.rawValue) }

    /// The name in the octets of a message; makes no string for a known one.
    init(octets: UnsafeBufferPointer<UInt8>) {
        if let known = HeaderNameTable.shared.find(octets) {
            self.init(known)
        } else {
            self.init(known: nil, text: String(decoding: octets, as: UTF8.self))
        }
    }

    private init(known: KnownHeader?, text: String) {
        self.known = known
        self.text = text
    }

    public static func == (left: SIPHeaderName, right: SIPHeaderName) -> Bool {
        if left.known != nil || right.known != nil { return left.known == right.known }
        return CaseFolding.equal(left.text, right.text)
    }

    public func hash(into hasher: inout Hasher) {
        if let known { hasher.combine(known) } else { CaseFolding.hash(text, into: &hasher) }
    }

    public var description: String { text }
}

/// A hash table from the octets of a name to the known header field.
struct HeaderNameTable: Sendable {
    static let shared = HeaderNameTable()

    private struct Entry: Sendable {
        var name: [UInt8]
        var header: KnownHeader
    }

    private var buckets: [[Entry]]

    private init() {
        buckets = Array(repeating: [], count: 256)
        for header in KnownHeader.allCases {
            insert(header.rawValue.utf8.map(ByteClass.lowercased), header)
            if let letter = header.compactForm { insert([letter], header) }
        }
    }

    private mutating func insert(_ name: [UInt8], _ header: KnownHeader) {
        let key = name.withUnsafeBufferPointer(Self.hash)
        buckets[key].append(Entry(name: name, header: header))
    }

    func find(_ bytes: UnsafeBufferPointer<UInt8>) -> KnownHeader? {
        guard !bytes.isEmpty else { return nil }
        for entry in buckets[Self.hash(bytes)] where Self.matches(entry.name, bytes) { return entry.header }
        return nil
    }

    private static func matches(_ name: [UInt8], _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard name.count == bytes.count else { return false }
        for index in 0..<bytes.count where name[index] != ByteClass.lowercased(bytes[index]) { return false }
        return true
    }

    /// Mixes length, first, middle and last letter, which tell the known names well apart; `bytes` is not empty.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let count = bytes.count
        let first = Int(ByteClass.lowercased(bytes[0]))
        let middle = Int(ByteClass.lowercased(bytes[count / 2]))
        let last = Int(ByteClass.lowercased(bytes[count - 1]))
        return (count &* 37 &+ first &* 7 &+ middle &* 11 &+ last) & 255
    }
}
