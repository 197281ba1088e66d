import COpenSSL

/// Keeps texts secret where they are stored: AES-256-GCM (NIST SP 800-38D) under a key that the store does not hold.
///
/// Each sealed text is bound to its place, such as table, column and row: moved elsewhere it does not open.
public struct SecretSeal: Sendable {
    /// Why a stored text cannot be read.
    public enum Failure: Error, Hashable, Sendable {
        /// Not what ``seal(_:for:)`` writes.
        case malformed
        /// Sealed with another key or for another place, or changed since.
        case notOpened
    }

    /// Octets of a key.
    public static let keyLength = 32
    private static let prefix = "sealed1:"
    private static let nonceLength = 12
    private static let tagLength = 16

    private let key: [UInt8]

    /// - Parameter key: ``keyLength`` octets of a cryptographic generator; nil for another length.
    public init?(key: [UInt8]) {
        guard key.count == Self.keyLength else { return nil }
        self.key = key
    }

    /// Whether a text was sealed, whoever holds its key.
    public static func isSealed(_ text: String) -> Bool { text.hasPrefix(prefix) }

    /// The text under a fresh nonce: a word for the format, then nonce, cipher text and tag in hexadecimal.
    public func seal(_ text: String, for place: String) -> String {
        let nonce = SecureRandom.bytes(Self.nonceLength)
        let cipher = encrypted(Array(text.utf8), nonce: nonce, place: Array(place.utf8))
        return Self.prefix + Hexadecimal.encode(nonce + cipher)
    }

    /// The text that was sealed for this place.
    public func open(_ sealed: String, for place: String) throws(Failure) -> String {
        guard Self.isSealed(sealed), let octets = Hexadecimal.decode(sealed.dropFirst(Self.prefix.count)),
            octets.count >= Self.nonceLength + Self.tagLength
        else { throw .malformed }
        let cipher = Array(octets[Self.nonceLength..<(octets.count - Self.tagLength)])
        let plain = decrypted(
            cipher, tag: Array(octets.suffix(Self.tagLength)), nonce: Array(octets.prefix(Self.nonceLength)),
            place: Array(place.utf8))
        guard let plain else { throw .notOpened }
        return String(decoding: plain, as: UTF8.self)
    }

    /// Cipher text and tag.
    private func encrypted(_ text: [UInt8], nonce: [UInt8], place: [UInt8]) -> [UInt8] {
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: text.count + Self.tagLength)
        var tag = [UInt8](repeating: 0, count: Self.tagLength)
        var (length, rest): (Int32, Int32) = (0, 0)
        let isDone =
            EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1
            && EVP_EncryptUpdate(context, nil, &length, place, Int32(place.count)) == 1
            && EVP_EncryptUpdate(context, &output, &length, text, Int32(text.count)) == 1
            && EVP_EncryptFinal_ex(context, &tag, &rest) == 1
            && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, Int32(tag.count), &tag) == 1
        precondition(isDone, "the cryptographic library encrypted nothing")
        return output.prefix(text.count) + tag
    }

    /// Nil when the tag is not that of cipher text, nonce and place.
    private func decrypted(_ cipher: [UInt8], tag: [UInt8], nonce: [UInt8], place: [UInt8]) -> [UInt8]? {
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: cipher.count + Self.tagLength)
        var tag = tag
        var (length, rest): (Int32, Int32) = (0, 0)
        let isDone =
            EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1
            && EVP_DecryptUpdate(context, nil, &length, place, Int32(place.count)) == 1
            && EVP_DecryptUpdate(context, &output, &length, cipher, Int32(cipher.count)) == 1
            && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, Int32(tag.count), &tag) == 1
        var last = [UInt8](repeating: 0, count: Self.tagLength)
        guard isDone, EVP_DecryptFinal_ex(context, &last, &rest) == 1 else { return nil }
        return Array(output.prefix(cipher.count))
    }
}
