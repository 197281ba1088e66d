/// What is new in a log that is read again and again while it grows.
struct SessionLogTail {
    private static let last = "Session terminated"
    private var shown = 0

    /// Whether the line with which every log ends has been there.
    private(set) var hasEnded = false

    /// The lines that were not there before; one that is not written to its end waits for the next look.
    mutating func lines(of log: String) -> [String] {
        let whole = log.utf8.prefix(
            log.utf8.lastIndex(of: UInt8(ascii: "\n")).map {
                log.utf8.distance(from: log.utf8.startIndex, to: $0) + 1
            } ?? 0)
        guard whole.count > shown else { return [] }
        let new = whole.dropFirst(shown).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .dropLast().map { String(decoding: $0, as: UTF8.self) }
        shown = whole.count
        hasEnded = hasEnded || new.last?.hasSuffix(Self.last) == true
        return new
    }
}
