/// How SRTP encrypts and authenticates (RFC 4568 6.2, RFC 7714 14).
public enum CryptoSuite: String, Hashable, Sendable, CaseIterable {
    case aeadAES128GCM = "AEAD_AES_128_GCM"
    case aesCM128HMACSHA1Tag80 = "AES_CM_128_HMAC_SHA1_80"
    case aesCM128HMACSHA1Tag32 = "AES_CM_128_HMAC_SHA1_32"

    /// Octets of master key and master salt together.
    public var keyLength: Int {
        switch self {
        case .aeadAES128GCM: 16 + 12
        case .aesCM128HMACSHA1Tag80, .aesCM128HMACSHA1Tag32: 16 + 14
        }
    }
}
