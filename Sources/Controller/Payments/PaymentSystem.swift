import RequestSigning

/// An outside payment system that may confirm payments.
public struct PaymentSystem: Sendable {
    /// A secret has this many lower-case hexadecimal digits.
    public static let secretDigits = 64

    /// Names the system in the address of its callbacks.
    public let name: String
    /// Signs its callbacks, and nobody else's.
    let key: RequestKey
    /// The key that it had before, and the moment from which on that is none any more.
    let former: (key: RequestKey, until: Moment)?

    /// Nil for a name that is not 1 to 32 lower-case latin letters, digits and hyphens, or a secret that is not 64 lower-case
    /// hexadecimal digits.
    ///
    /// - Parameter former: The secret that it had before, and until when both are good.
    public init?(name: String, secret: Secret, former: (secret: Secret, until: Moment)? = nil) {
        let isPlain = name.unicodeScalars.allSatisfy {
            switch $0 {
            case "a"..."z", "0"..."9", "-": true
            default: false
            }
        }
        guard isPlain, (1...32).contains(name.utf8.count), let key = Self.key(secret) else { return nil }
        self.name = name
        self.key = key
        guard let former else { self.former = nil; return }
        guard let formerKey = Self.key(former.secret) else { return nil }
        self.former = (formerKey, former.until)
    }

    private static func key(_ secret: Secret) -> RequestKey? {
        secret.revealed.utf8.count == secretDigits ? RequestKey(hexadecimal: secret.revealed) : nil
    }

    /// The keys that are good now, the present one first.
    func keys(at now: Moment) -> [RequestKey] {
        guard let former, now < former.until else { return [key] }
        return [key, former.key]
    }
}
