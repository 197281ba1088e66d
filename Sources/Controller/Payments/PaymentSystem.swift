import RequestSigning

/// An outside payment system that may confirm payments.
public struct PaymentSystem: Sendable {
    /// A secret has this many lower-case hexadecimal digits.
    public static let secretDigits = 64

    /// Names the system in the address of its callbacks.
    public let name: String
    /// Signs its callbacks, and nobody else's.
    let key: RequestKey

    /// Nil for a name that is not 1 to 32 lower-case latin letters, digits and hyphens, or a secret that is not 64 lower-case
    /// hexadecimal digits.
    public init?(name: String, secret: Secret) {
        let isPlain = name.unicodeScalars.allSatisfy {
            switch $0 {
            case "a"..."z", "0"..."9", "-": true
            default: false
            }
        }
        guard isPlain, (1...32).contains(name.utf8.count), secret.revealed.utf8.count == Self.secretDigits,
            let key = RequestKey(hexadecimal: secret.revealed)
        else { return nil }
        self.name = name
        self.key = key
    }
}
