import COpenSSL

/// Comparison that takes the same time wherever the first difference is.
public enum ConstantTime {
    /// Whether both hold the same octets; unequal lengths are told apart at once.
    public static func equal(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        let left = Array(left)
        let right = Array(right)
        guard left.count == right.count else { return false }
        return CRYPTO_memcmp(left, right, left.count) == 0
    }
}
