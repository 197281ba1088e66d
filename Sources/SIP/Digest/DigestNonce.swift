import Digests

/// A nonce that proves by itself when it was made and by whom, so that the server need not remember it.
///
/// Sixty-four hexadecimal digits: milliseconds since the epoch (8 octets), salt (8), and the first 16 octets of
/// HMAC-SHA-256 over both and the realm.
struct DigestNonce: Hashable, Sendable {
    let milliseconds: Int64
    let salt: UInt64

    init(milliseconds: Int64, salt: UInt64) {
        self.milliseconds = milliseconds
        self.salt = salt
    }

    /// The nonce in `text` when it was made with this secret for this realm, else nil.
    init?(_ text: String, secret: [UInt8], realm: String) {
        guard text.utf8.count == 64, let bytes = Hexadecimal.decode(text), bytes.count == 32 else { return nil }
        self.init(
            milliseconds: Int64(bitPattern: Self.integer(bytes[0..<8])), salt: Self.integer(bytes[8..<16]))
        guard ConstantTime.equal(bytes[16...], Self.seal(bytes[..<16], secret: secret, realm: realm)) else {
            return nil
        }
    }

    func text(secret: [UInt8], realm: String) -> String {
        var bytes = Self.octets(UInt64(bitPattern: milliseconds)) + Self.octets(salt)
        bytes += Self.seal(bytes[...], secret: secret, realm: realm)
        return Hexadecimal.encode(bytes)
    }

    private static func seal(_ bytes: ArraySlice<UInt8>, secret: [UInt8], realm: String) -> ArraySlice<UInt8> {
        HashFunction.sha256.authenticationCode(Array(bytes) + Array(realm.utf8), key: secret).prefix(16)
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    private static func octets(_ value: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) }
    }
}
