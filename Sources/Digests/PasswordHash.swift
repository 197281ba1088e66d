import COpenSSL

/// A password as a database may hold it: PBKDF2 (RFC 8018) over HMAC-SHA-256 with a salt of its own.
///
/// The text names iterations and salt, so hashes made with other costs stay readable. Making and checking one is slow
/// on purpose: about a tenth of a second with the default cost.
public struct PasswordHash: Sendable, Hashable {
    /// Iterations for new hashes.
    public static let defaultIterations = 310_000
    private static let scheme = "pbkdf2-sha256"
    private static let saltLength = 16
    private static let hashLength = 32
    private static let allowedIterations = 1...10_000_000

    private let iterations: Int
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// Hashes `password` with a fresh salt.
    public init(password: String, iterations: Int = Self.defaultIterations) {
        self.iterations = min(max(iterations, Self.allowedIterations.lowerBound), Self.allowedIterations.upperBound)
        salt = SecureRandom.bytes(Self.saltLength)
        hash = Self.derive(password, salt: salt, iterations: self.iterations)
    }

    /// Reads what ``text`` wrote; nil for anything else.
    public init?(text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == Self.scheme, let iterations = Int(parts[1]),
            Self.allowedIterations.contains(iterations), let salt = Hexadecimal.decode(parts[2]), !salt.isEmpty,
            let hash = Hexadecimal.decode(parts[3]), hash.count == Self.hashLength
        else { return nil }
        self.iterations = iterations
        self.salt = salt
        self.hash = hash
    }

    /// `pbkdf2-sha256$<iterations>$<salt>$<hash>`, salt and hash in hexadecimal.
    public var text: String {
        "\(Self.scheme)$\(iterations)$\(Hexadecimal.encode(salt))$\(Hexadecimal.encode(hash))"
    }

    /// Whether this is the hash of `password`; the time taken does not depend on how far they agree.
    public func matches(_ password: String) -> Bool {
        ConstantTime.equal(Self.derive(password, salt: salt, iterations: iterations), hash)
    }

    private static func derive(_ password: String, salt: [UInt8], iterations: Int) -> [UInt8] {
        let characters = password.utf8.map { CChar(bitPattern: $0) }
        var output = [UInt8](repeating: 0, count: hashLength)
        let result = PKCS5_PBKDF2_HMAC(
            characters, Int32(characters.count), salt, Int32(salt.count), Int32(iterations), EVP_sha256(),
            Int32(output.count), &output)
        precondition(result == 1, "the cryptographic library derived nothing")
        return output
    }
}
