/// The client's side of digest authentication (RFC 7616 clause 3.4, RFC 8760 clause 2.4).
public enum DigestClient {
    /// The challenge to answer: the first, as the server prefers it, whose algorithm and quality are known.
    public static func preferred(_ challenges: [DigestChallenge]) -> DigestChallenge? {
        challenges.first { $0.algorithm.hash != nil && ($0.qualities.isEmpty || quality($0) != nil) }
    }

    /// The answer to a challenge, or nil when its algorithm or all its qualities are unknown.
    ///
    /// `uri` is the Request-URI as sent. `cnonce` comes from a random generator; `nonceCount` counts the uses of this
    /// nonce from 1 on. `auth` is taken before `auth-int`, which covers `body`.
    public static func answer(
        challenge: DigestChallenge, method: SIPMethod, uri: String, username: String, password: String, cnonce: String,
        nonceCount: UInt32, body: [UInt8] = []
    ) -> DigestCredentials? {
        let algorithm = challenge.algorithm
        guard let ha1 = algorithm.ha1(username: username, realm: challenge.realm, password: password) else {
            return nil
        }
        let quality = quality(challenge)
        guard quality != nil || challenge.qualities.isEmpty else { return nil }
        let needsNonce = quality != nil || algorithm.isSession
        var credentials = DigestCredentials(
            username: username, realm: challenge.realm, nonce: challenge.nonce, uri: uri, response: "",
            algorithm: algorithm, cnonce: needsNonce ? cnonce : nil, opaque: challenge.opaque, quality: quality,
            nonceCount: quality == nil ? nil : nonceCount)
        guard let response = credentials.expectedResponse(ha1: ha1, method: method, body: body) else { return nil }
        credentials.response = response
        return credentials
    }

    private static func quality(_ challenge: DigestChallenge) -> String? {
        ["auth", "auth-int"].first { challenge.qualities.contains($0) }
    }
}
