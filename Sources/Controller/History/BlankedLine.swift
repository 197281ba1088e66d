/// A line of a session's log without web addresses.
struct BlankedLine {
    private(set) var text: [UInt8] = []
    private let line: [UInt8]

    /// Fields of events whose whole value is an address, or the path of one.
    private static let fields = ["accessURL", "accessSecureURL", "logURL", "path"].map { Array("\($0) = ".utf8) }
    /// Folders of the voice platform, whose names of files are as good as addresses.
    private static let folders = ["record", "records", "log", "logs", "request"].map { Array($0.utf8) }
    private static let colons = [":", "%3a", "%253a"].map { Array($0.utf8) }
    private static let slashes = ["/", "\\/", "%2f", "%252f"].map { Array($0.utf8) }

    init(_ line: [UInt8]) {
        self.line = line
        text.reserveCapacity(line.count)
        var place = 0
        while place < line.count {
            place = step(from: place)
        }
    }

    /// Takes over what is here, or what stands for it.
    ///
    /// - Returns: Where the line goes on.
    private mutating func step(from place: Int) -> Int {
        if let value = field(at: place) {
            text += line[place..<value]
            text += BlankedLog.blank
            return fieldEnd(from: value)
        }
        if isAddress(at: place) {
            dropBeginning()
            text += BlankedLog.blank
            return addressEnd(from: place)
        }
        text.append(line[place])
        return place + 1
    }

    // MARK: Fields

    /// Where the value begins of the field that begins here.
    private func field(at place: Int) -> Int? {
        guard "alp".utf8.contains(line[place]), place == 0 || !Self.isNamePart(line[place - 1]) else { return nil }
        return Self.fields.lazy.compactMap { after($0, at: place, exactly: true) }.first
    }

    /// Where the ` ;  ` is that ends a value; before an empty one its space is missing.
    private func fieldEnd(from place: Int) -> Int {
        let end = UInt8(ascii: ";")
        if place < line.count, line[place] == end { return place }
        return (place..<line.count).dropLast().first { line[$0] == 0x20 && line[$0 + 1] == end } ?? line.count
    }

    // MARK: Addresses

    /// Whether `://` is here, or the path of a file or session of the platform.
    private func isAddress(at place: Int) -> Bool {
        guard ":%/\\".utf8.contains(line[place]) else { return false }
        if let host = after(Self.colons, at: place).flatMap({ after(Self.slashes, at: $0) }) {
            return after(Self.slashes, at: host) != nil
        }
        guard let folder = after(Self.slashes, at: place),
            let end = after(Self.folders, at: folder, before: Self.slashes)
        else { return false }
        return end < line.count && !Self.endsAddress(line[end])
    }

    private func addressEnd(from place: Int) -> Int {
        line[place...].firstIndex(where: Self.endsAddress) ?? line.count
    }

    /// Takes scheme or host back.
    private mutating func dropBeginning() {
        while let last = text.last, Self.isNamePart(last) || "+-.:".utf8.contains(last) { text.removeLast() }
    }

    // MARK: Matching

    /// The place after one of some texts that is here.
    private func after(_ texts: [[UInt8]], at place: Int) -> Int? {
        texts.lazy.compactMap { after($0, at: place) }.first
    }

    /// The place after one of some texts and one of others.
    private func after(_ texts: [[UInt8]], at place: Int, before others: [[UInt8]]) -> Int? {
        texts.lazy.compactMap { after($0, at: place).flatMap { after(others, at: $0) } }.first
    }

    /// The place after a text that is here, in capitals or not.
    private func after(_ text: [UInt8], at place: Int, exactly: Bool = false) -> Int? {
        let end = place + text.count
        guard end <= line.count else { return nil }
        for (offset, byte) in text.enumerated() {
            let found = line[place + offset]
            guard found == byte || !exactly && Self.lowercased(found) == byte else { return nil }
        }
        return end
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// Space and what no address has unescaped.
    private static func endsAddress(_ byte: UInt8) -> Bool {
        byte <= 0x20 || "\"<>`{}".utf8.contains(byte)
    }
}
