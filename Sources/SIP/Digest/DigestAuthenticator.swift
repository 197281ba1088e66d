import Digests

/// What a server decides about digest credentials.
public enum DigestVerdict: Hashable, Sendable {
    /// The user is who it says it is.
    case authenticated(username: String)
    /// The password was right and the nonce too old, not ours, or used with this count before (a replay, or a phone that
    /// does not count): challenge with `stale`, and whoever knows the password comes back with a fresh nonce.
    case stale
    /// Challenge again. The reason is for the log and the ban counter; the peer sees the same answer for all of them.
    case refused(DigestRefusal)
}

/// Why credentials were refused.
public enum DigestRefusal: Hashable, Sendable {
    /// No credentials for this realm.
    case absent
    /// Unknown user or wrong password; the two take the same time.
    case wrong
    /// An algorithm or quality of protection that was not offered.
    case notOffered
}

/// The server's side of digest authentication for one realm (RFC 3261 clause 22, RFC 7616, RFC 8760).
///
/// Nonces are sealed with `secret`, so any server that has the secret accepts them; the counts that stop replays are
/// kept in this value, at most `capacity` nonces of them. Times are durations since one epoch for all servers.
/// Credentials without `qop` (RFC 2069) are accepted once for each nonce.
public struct DigestAuthenticator: Sendable {
    /// The realm that passwords belong to.
    public let realm: String
    /// The algorithms on offer, the preferred one first.
    public let algorithms: [DigestAlgorithm]
    private let secret: [UInt8]
    private let lifetime: Duration
    private var uses: NonceUses

    /// An authenticator; `secret` wants 32 random octets, `lifetime` is how long a nonce is accepted.
    public init(
        realm: String, secret: [UInt8], lifetime: Duration = .seconds(300),
        algorithms: [DigestAlgorithm] = [.sha256, .md5], capacity: Int = 100_000
    ) {
        self.realm = realm
        self.secret = secret
        self.lifetime = lifetime
        self.algorithms = algorithms
        self.uses = NonceUses(capacity: capacity)
    }

    /// The challenges for one 401 or 407, one line each; `salt` is random.
    public func challenges(at now: Duration, salt: UInt64, isStale: Bool = false) -> [DigestChallenge] {
        let nonce = DigestNonce(milliseconds: Self.milliseconds(now), salt: salt).text(secret: secret, realm: realm)
        return algorithms.map {
            DigestChallenge(realm: realm, nonce: nonce, isStale: isStale, algorithm: $0, qualities: ["auth"])
        }
    }

    /// Judges the first credentials for this realm; `ha1` gives the stored `H(username:realm:password)` in hexadecimal.
    public mutating func verify(
        _ credentials: [DigestCredentials], method: SIPMethod, at now: Duration,
        ha1: (_ username: String, _ algorithm: DigestAlgorithm) -> String?
    ) -> DigestVerdict {
        guard let candidate = credentials.first(where: { $0.realm == realm }) else { return .refused(.absent) }
        let algorithm = candidate.algorithm ?? .md5
        guard algorithms.contains(algorithm), candidate.quality == nil || candidate.quality == "auth" else {
            return .refused(.notOffered)
        }
        let decoy = decoy(algorithm)
        let known = ha1(candidate.username, algorithm)
        guard isRight(candidate, method: method, ha1: known ?? decoy), known != nil else {
            return .refused(.wrong)
        }
        return verdict(on: candidate, at: now)
    }

    /// Whether the proof fits the HA1, in a time that does not depend on where it differs.
    private func isRight(_ credentials: DigestCredentials, method: SIPMethod, ha1: String) -> Bool {
        let expected = credentials.expectedResponse(ha1: CaseFolding.lowercased(ha1), method: method, body: [])
        guard let expected else { return false }
        return ConstantTime.equal(expected.utf8, CaseFolding.lowercased(credentials.response).utf8)
    }

    /// An HA1 that nobody has, so that an unknown user costs what a known one costs.
    private func decoy(_ algorithm: DigestAlgorithm) -> String { algorithm.hash?.hexDigest(of: secret) ?? "" }

    /// Judges the nonce of credentials whose proof is right.
    private mutating func verdict(on credentials: DigestCredentials, at now: Duration) -> DigestVerdict {
        let time = Self.milliseconds(now)
        let oldest = time - Self.milliseconds(lifetime)
        guard let nonce = DigestNonce(credentials.nonce, secret: secret, realm: realm), nonce.milliseconds >= oldest,
            nonce.milliseconds <= time + 60_000
        else { return .stale }
        guard uses.use(nonce, count: credentials.nonceCount ?? 0, oldest: oldest) else { return .stale }
        return .authenticated(username: credentials.username)
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
