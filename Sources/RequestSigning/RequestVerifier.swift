import Digests

/// Decides whether a request was signed by who it says, and now.
///
/// That a request comes once is for a memory of nonces to see, which outlives the process.
public enum RequestVerifier {
    public enum Refusal: Error, Equatable {
        case outsideWindow
        case wrongSignature
    }

    /// How far the sender's clock may be away, in seconds.
    public static let windowSeconds: Int64 = 300
    /// The longest that an accepted nonce must be remembered, in seconds: its request may come from a clock that is ahead.
    public static let memorySeconds = 2 * windowSeconds

    /// The last second at which the request is accepted, in seconds since 1970: its nonce must be known until then.
    public static func end(of request: SignedRequest) -> Int64 { request.time + windowSeconds }

    /// Gives the place of the key that has signed, among those that are valid at the moment.
    ///
    /// Every key is tried, so that the time taken does not tell which one has signed.
    /// - Throws: The refusal; a caller tells its peer nothing but "refused".
    public static func verify(
        _ request: SignedRequest, signature: String, keys: [RequestKey], now: Int64
    ) throws(Refusal) -> Int {
        guard abs(now - request.time) <= windowSeconds else { throw .outsideWindow }
        var found: Int?
        for (place, key) in keys.enumerated()
        where ConstantTime.equal(signature.utf8, request.signature(key).utf8) && found == nil {
            found = place
        }
        guard let found else { throw .wrongSignature }
        return found
    }
}
