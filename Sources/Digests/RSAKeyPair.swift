import COpenSSL

/// A private RSA key of 2048 bits with its public half, for signatures RSASSA-PKCS1-v1_5 over SHA-256 (RFC 8017, 8.2).
///
/// Making one takes a tenth of a second of computing and more: never on an event loop.
public struct RSAKeyPair: Sendable {
    /// PKCS #8 in PEM (RFC 7468); the secret.
    public let privatePEM: String
    public let publicKey: RSAPublicKey

    private static let bits: Int32 = 2048

    /// Makes a new pair.
    ///
    /// - Throws: ``RSAError/keyGeneration`` when the library has no randomness.
    public static func generate() throws(RSAError) -> RSAKeyPair {
        guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nil) else { throw .keyGeneration }
        defer { EVP_PKEY_CTX_free(context) }
        var made: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) == 1,
            EVP_PKEY_keygen(context, &made) == 1, let made
        else { throw .keyGeneration }
        defer { EVP_PKEY_free(made) }
        let secret = PEMText.written { PEM_write_bio_PrivateKey($0, made, nil, nil, 0, nil, nil) }
        let open = PEMText.written { PEM_write_bio_PUBKEY($0, made) }
        guard let secret, let open, let publicKey = RSAPublicKey(pem: open) else { throw .keyGeneration }
        return RSAKeyPair(privatePEM: secret, publicKey: publicKey)
    }

    /// The signature of `message`.
    ///
    /// - Throws: ``RSAError/signing`` when the text of the key is broken.
    public func signature(of message: some Collection<UInt8>) throws(RSAError) -> [UInt8] {
        guard let key = RSAPrivateKey(pem: privatePEM) else { throw .signing }
        return try key.signature(of: message)
    }
}

/// Checks signatures RSASSA-PKCS1-v1_5 over SHA-256, which JSON web tokens call RS256 (RFC 7518, 3.3).
public struct RSAPublicKey: Sendable, Hashable {
    /// SubjectPublicKeyInfo in PEM (RFC 7468).
    public let pem: String

    /// Nil for a text that is no RSA key of at least 2048 bits.
    public init?(pem: String) {
        guard let key = PEMText.read(pem, { PEM_read_bio_PUBKEY($0, nil, nil, nil) }) else { return nil }
        defer { EVP_PKEY_free(key) }
        guard EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA, EVP_PKEY_get_bits(key) >= 2048 else { return nil }
        self.pem = pem
    }

    /// Whether the private half of this key has signed `message`.
    public func verifies(_ signature: some Collection<UInt8>, of message: some Collection<UInt8>) -> Bool {
        let signature = Array(signature)
        let message = Array(message)
        guard let key = PEMText.read(pem, { PEM_read_bio_PUBKEY($0, nil, nil, nil) }) else { return false }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}

/// Why a key could not be made or used.
public enum RSAError: Error, Sendable, Equatable, CustomStringConvertible {
    case keyGeneration
    case signing

    public var description: String {
        switch self {
        case .keyGeneration: "the cryptographic library made no RSA key; check the system's random generator"
        case .signing: "the private key cannot be read; make a new one"
        }
    }
}
