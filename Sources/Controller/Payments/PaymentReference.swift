import Digests

/// What a portal shows to the payment system, and the payment system says again: names one order among those of all portals.
struct PaymentReference: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// Without letters that are taken for digits.
    private static let alphabet = Array("ABCDEFGHJKMNPQRSTVWXYZ23456789")
    private static let length = 12
    private static let prefix = "P"

    let rawValue: String

    /// Nil for a text that no order could have.
    init?(rawValue: String) {
        guard rawValue.hasPrefix(Self.prefix), rawValue.count == Self.prefix.count + Self.length,
            rawValue.dropFirst(Self.prefix.count).allSatisfy(Self.alphabet.contains)
        else { return nil }
        self.rawValue = rawValue
    }

    private init(letters: [Character]) { rawValue = Self.prefix + String(letters) }

    /// A new one, of 58 random bits: no two orders share one.
    static func fresh() -> PaymentReference {
        var letters: [Character] = []
        while letters.count < length {
            // The rest of an octet would make some letters likelier.
            for octet in SecureRandom.bytes(length) where octet < 8 * alphabet.count && letters.count < length {
                letters.append(alphabet[Int(octet) % alphabet.count])
            }
        }
        return PaymentReference(letters: letters)
    }

    var description: String { rawValue }
}
