import Digests

/// A secret that an account authenticates with; stored and compared only as a digest.
///
/// The key holds 128 random bits, so a plain digest is enough: there is nothing to guess.
struct APIKey: Sendable {
    let text: String

    init(text: String) { self.text = text }

    /// The key of a child account in the form of a UUID, derived from its parent's key.
    ///
    /// So the parent, who has lost the answer to AddAccount in a crash, can be told it again, and nobody has to store it.
    static func ofChild(name: String, parent: APIKey) -> APIKey {
        let bytes = HashFunction.sha256.authenticationCode("child account/\(name)".utf8, key: parent.text.utf8)
        return APIKey(text: RandomToken.grouped(bytes))
    }

    var digest: String { HashFunction.sha256.hexDigest(text) }

    /// Whether the key's digest is the stored one, in constant time.
    func matches(digest stored: String) -> Bool { ConstantTime.equal(digest.utf8, stored.utf8) }
}

/// Random names of logs, recordings and control URLs.
enum RandomToken {
    /// `bytes` random octets in hexadecimal.
    static func hexadecimal(bytes: Int) -> String { Hexadecimal.encode(SecureRandom.bytes(bytes)) }

    /// 128 random bits in the form of a UUID.
    static func uuid() -> String { grouped(SecureRandom.bytes(16)) }

    /// The first 16 octets in the groups of a UUID.
    static func grouped(_ bytes: [UInt8]) -> String {
        let digits = Array(Hexadecimal.encode(bytes.prefix(16)))
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return groups.map { String(digits[$0]) }.joined(separator: "-")
    }
}
