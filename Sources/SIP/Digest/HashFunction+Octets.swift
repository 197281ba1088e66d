import Digests

extension HashFunction {
    /// The digest of octets in lower-case hexadecimal.
    func hexDigest(of bytes: [UInt8]) -> String { Hexadecimal.encode(digest(bytes)) }
}
