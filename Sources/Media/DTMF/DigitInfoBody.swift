/// A digit in the body of a SIP INFO request, in the two forms that phones use.
public struct DigitInfoBody: Hashable, Sendable {
    /// The two content types.
    public enum ContentType: String, Hashable, Sendable, CaseIterable {
        /// `Signal=5` and `Duration=160` on lines of their own.
        case relay = "application/dtmf-relay"
        /// The digit alone.
        case plain = "application/dtmf"
    }

    /// Longest body that is read, in octets.
    public static let maximumLength = 256

    /// The form that the body has, or shall have.
    public var type: ContentType
    /// The digit that was pressed.
    public var digit: DTMFDigit
    /// Milliseconds; nil where the body says nothing.
    public var durationMilliseconds: Int?

    /// A body to send.
    public init(digit: DTMFDigit, durationMilliseconds: Int? = nil, type: ContentType = .relay) {
        self.type = type
        self.digit = digit
        self.durationMilliseconds = durationMilliseconds
    }

    /// Reads a body by the value of its Content-Type header; nil when it holds no digit.
    ///
    /// Names are read without regard to case, spaces around `=` are skipped, `10` and `11` stand for `*` and `#`, and a
    /// relay body without `Signal=` may be the bare digit, as some phones send it.
    public init?(contentType: String, body: String) {
        let type = contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        guard let type = ContentType(rawValue: type), body.utf8.count <= Self.maximumLength else { return nil }
        var signal: Substring?
        var duration: Int?
        for line in body.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1).map { Self.trimmed($0) }
            if parts.count == 2, parts[0].lowercased() == "signal" {
                signal = parts[1]
            } else if parts.count == 2, parts[0].lowercased() == "duration" {
                duration = Int(parts[1]).flatMap { (0...60_000).contains($0) ? $0 : nil }
            } else if parts.count == 1, signal == nil {
                signal = parts[0]
            }
        }
        guard let signal, let digit = Self.digit(signal) else { return nil }
        self.init(digit: digit, durationMilliseconds: type == .relay ? duration : nil, type: type)
    }

    /// The text of the body.
    public var text: String {
        switch type {
        case .relay: "Signal=\(digit)\r\nDuration=\(durationMilliseconds ?? 160)\r\n"
        case .plain: "\(digit)"
        }
    }

    private static func digit(_ text: Substring) -> DTMFDigit? {
        if text.count == 1, let character = text.first { return DTMFDigit(character) }
        guard text.utf8.count == 2, let number = UInt8(text), number >= 10 else { return nil }
        return DTMFDigit(event: number)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " || $0 == "\t" }
        guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return start[...last]
    }
}
