import COpenSSL

/// Makes signatures RSASSA-PKCS1-v1_5 over SHA-256, which JSON web tokens call RS256 (RFC 7518, 3.3).
///
/// Appears in no description, log or dump.
public struct RSAPrivateKey: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let pem: String
    public let publicKey: RSAPublicKey

    /// Nil for a text that is no private RSA key of at least 2048 bits in PEM (RFC 7468), without a passphrase.
    public init?(pem: String) {
        guard let key = Self.read(pem) else { return nil }
        defer { EVP_PKEY_free(key) }
        guard let open = PEMText.written({ PEM_write_bio_PUBKEY($0, key) }), let publicKey = RSAPublicKey(pem: open)
        else { return nil }
        self.pem = pem
        self.publicKey = publicKey
    }

    /// The signature of `message`; takes about a millisecond of computing.
    ///
    /// - Throws: ``RSAError/signing`` when the library has no memory.
    public func signature(of message: some Collection<UInt8>) throws(RSAError) -> [UInt8] {
        let message = Array(message)
        guard let key = Self.read(pem) else { throw .signing }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { throw .signing }
        defer { EVP_MD_CTX_free(context) }
        var length = Int(EVP_PKEY_get_size(key))
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestSign(context, &signature, &length, message, message.count) == 1
        else { throw .signing }
        return Array(signature.prefix(length))
    }

    /// The library's object, for the caller to free.
    private static func read(_ pem: String) -> OpaquePointer? {
        // For an encrypted key the library would ask for the passphrase at the terminal.
        PEMText.read(pem) { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }
    }

    public var description: String { "‹private key›" }
    public var debugDescription: String { "‹private key›" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
