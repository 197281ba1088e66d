import Digests

/// What a portal's administrator reads out to a person of the support, so that this one may ask for access: a sign that
/// the company has called for help, no access by itself.
///
/// Sixty random bits in twelve letters and digits without those that are mistaken for each other; good for a short time
/// and for one request.
struct SupportCode: Sendable, Equatable {
    /// How long a code may be used.
    static let life = Duration.seconds(1800)
    private static let length = 12
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    private let letters: String

    /// - Parameter bytes: Twelve random ones.
    init(random bytes: [UInt8]) {
        letters = String(bytes.prefix(Self.length).map { Self.alphabet[Int($0) % Self.alphabet.count] })
    }

    /// Reads a code as people write it; nil for what cannot be one.
    init?(_ text: String) {
        guard text.utf8.count <= 64 else { return nil }
        let letters = text.uppercased().filter { $0 != "-" && $0 != " " }.map { letter -> Character in
            switch letter {
            case "O": "0"
            case "I", "L": "1"
            default: letter
            }
        }
        guard letters.count == Self.length, letters.allSatisfy(Self.alphabet.contains) else { return nil }
        self.letters = String(letters)
    }

    static func fresh() -> SupportCode { SupportCode(random: SecureRandom.bytes(length)) }

    /// In groups of four.
    var text: String {
        stride(from: 0, to: Self.length, by: 4).map { String(letters.dropFirst($0).prefix(4)) }.joined(separator: "-")
    }

    /// What the database keeps of it.
    func digest(_ portal: PortalID) -> String {
        Hexadecimal.encode(HashFunction.sha256.digest("support code \(portal) \(letters)".utf8))
    }
}
