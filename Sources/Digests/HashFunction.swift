import COpenSSL

/// The hash functions that the product's protocols name.
public enum HashFunction: Sendable, Hashable {
    /// Only for protocols that demand it (SIP digest for old phones, the management API's callback hash).
    case md5
    case sha1
    case sha256

    private var algorithm: OpaquePointer? {
        switch self {
        case .md5: EVP_md5()
        case .sha1: EVP_sha1()
        case .sha256: EVP_sha256()
        }
    }

    /// The digest of `bytes`: 16 octets for MD5, 20 for SHA-1, 32 for SHA-256.
    public func digest(_ bytes: some Collection<UInt8>) -> [UInt8] {
        let input = Array(bytes)
        var output = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        EVP_Digest(input, input.count, &output, &length, algorithm, nil)
        return Array(output.prefix(Int(length)))
    }

    /// The digest of the text's UTF-8 octets in lower-case hexadecimal.
    public func hexDigest(_ text: String) -> String { Hexadecimal.encode(digest(text.utf8)) }

    /// HMAC (RFC 2104) of `message` under `key`.
    public func authenticationCode(_ message: some Collection<UInt8>, key: some Collection<UInt8>) -> [UInt8] {
        let message = Array(message)
        let key = Array(key)
        var output = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        _ = HMAC(algorithm, key, Int32(key.count), message, message.count, &output, &length)
        return Array(output.prefix(Int(length)))
    }
}
