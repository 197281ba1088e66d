import Digests

/// The parts of an HTTP request that its signature covers.
public struct SignedRequest: Sendable, Equatable {
    public var method: String
    /// Path with the query, as on the request line.
    public var path: String
    public var body: [UInt8]
    /// Seconds since 1970.
    public var time: Int64
    public var nonce: String

    public init(method: String, path: String, body: [UInt8], time: Int64, nonce: String) {
        self.method = method
        self.path = path
        self.body = body
        self.time = time
        self.nonce = nonce
    }

    /// Lower-case hexadecimal HMAC-SHA-256 over method, path, body digest, time and nonce, one a line.
    ///
    /// The key enters as its hexadecimal text, so that a scenario can sign with `Crypto.hmac_sha256`.
    public func signature(_ key: RequestKey) -> String {
        let bodyDigest = Hexadecimal.encode(HashFunction.sha256.digest(body))
        let text = "\(method)\n\(path)\n\(bodyDigest)\n\(time)\n\(nonce)"
        return Hexadecimal.encode(
            HashFunction.sha256.authenticationCode(text.utf8, key: key.hexadecimal.utf8))
    }
}
