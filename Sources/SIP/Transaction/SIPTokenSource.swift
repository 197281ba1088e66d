import Digests

/// A stream of unguessable tokens for branches, tags and Call-IDs.
///
/// The stream is HMAC-SHA-256 of a counter under the seed: repeatable under one seed, which tests need, and
/// unpredictable without it, which RFC 3261 19.3 asks for. Production seeds with 32 octets of `SecureRandom`.
public struct SIPTokenSource: Sendable {
    private let key: [UInt8]
    private var counter: UInt64 = 0

    /// A stream that only the holder of `seed` can predict.
    public init(seed: [UInt8]) {
        key = HashFunction.sha256.digest(seed)
    }

    private mutating func block() -> [UInt8] {
        counter &+= 1
        let octets = (0..<8).map { UInt8(truncatingIfNeeded: counter >> (8 * UInt64($0))) }
        return HashFunction.sha256.authenticationCode(octets, key: key)
    }

    /// The next token: 20 hexadecimal digits, 80 bits.
    public mutating func token() -> String { Hexadecimal.encode(block().prefix(10)) }

    /// A branch of RFC 3261 (with the magic cookie).
    mutating func branch() -> String { "z9hG4bK" + token() }

    /// A number from 0 to `upperBound`, `upperBound` excluded.
    mutating func number(below upperBound: UInt32) -> UInt32 {
        let value = block().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return upperBound == 0 ? 0 : UInt32(truncatingIfNeeded: value % UInt64(upperBound))
    }

    /// A stream of its own for a part of the machine.
    mutating func child() -> SIPTokenSource { SIPTokenSource(seed: block()) }
}
