/// A mail address as people have them: plain letters, one @, a domain with a dot.
struct EmailAddress: RawRepresentable, Hashable, Sendable {
    private static let longest = 254
    private static let longestName = 64
    private static let marks = Set("!#$%&'*+/=?^_`{|}~-.".unicodeScalars)

    let rawValue: String

    /// Nil for anything else: what is quoted, has a comment, or a line end in it.
    init?(rawValue: String) {
        let parts = rawValue.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, rawValue.utf8.count <= Self.longest,
            (1...Self.longestName).contains(parts[0].utf8.count),
            parts[0].unicodeScalars.allSatisfy({ Self.isLetter($0) || Self.marks.contains($0) })
        else { return nil }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count > 1, labels.allSatisfy(Self.isLabel) else { return nil }
        self.rawValue = rawValue
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: false
        }
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
            && label.unicodeScalars.allSatisfy { isLetter($0) || $0 == "-" }
    }
}
