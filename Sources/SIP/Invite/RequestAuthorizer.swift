/// Answers 401 and 407 to requests of one call or registration (RFC 3261 22.2, 22.3).
///
/// A request whose credentials were refused is not sent with the same password again, except for a nonce that is only
/// stale, and that three times in a row at most.
struct RequestAuthorizer: Sendable {
    private let credentials: SIPCredentials?
    private var staleInARow = 0

    init(credentials: SIPCredentials?) {
        self.credentials = credentials
    }

    /// Puts credentials into the request; false, and the request unchanged, when the challenge cannot be answered.
    mutating func authorize(
        _ request: inout SIPRequest, answering response: SIPResponse, tokens: inout SIPTokenSource
    ) -> Bool {
        let isProxy = response.status == 407
        let challenges = isProxy ? try? response.headers.proxyAuthenticate : try? response.headers.wwwAuthenticate
        guard let credentials, let challenge = DigestClient.preferred(challenges ?? []),
            credentials.realm == nil || credentials.realm == challenge.realm
        else { return false }
        let name: SIPHeaderName = isProxy ? .proxyAuthorization : .authorization
        let given = (isProxy ? try? request.headers.proxyAuthorization : try? request.headers.authorization) ?? []
        guard mayAnswer(challenge, given: given) else { return false }
        guard
            let answer = DigestClient.answer(
                challenge: challenge, method: request.method, uri: "\(request.uri)", username: credentials.username,
                password: credentials.password, cnonce: tokens.token(), nonceCount: 1, body: request.body)
        else { return false }
        let others = given.filter { $0.realm != challenge.realm }
        request.headers.set(name, (others + [answer]).map(\.description))
        return true
    }

    private mutating func mayAnswer(_ challenge: DigestChallenge, given: [DigestCredentials]) -> Bool {
        guard let refused = given.first(where: { $0.realm == challenge.realm }) else {
            staleInARow = 0
            return true
        }
        guard challenge.isStale, refused.nonce != challenge.nonce, staleInARow < 3 else { return false }
        staleInARow += 1
        return true
    }
}
