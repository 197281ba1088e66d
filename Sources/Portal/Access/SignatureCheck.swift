import ReplayMemory
import RequestSigning

/// Lets the controller's requests in, each once, also over a restart.
struct SignatureCheck: Sendable {
    let portalID: String
    let keys: KeyRing
    let nonces: ReplayMemory
    let now: @Sendable () -> Int64

    /// Throws the same refusal whatever is wrong.
    func check(method: String, path: String, body: [UInt8], header: (String) -> String?) async throws {
        let refusal = PortalRefusal(.refused, "the request was refused")
        guard header(SignatureHeader.portal) == portalID,
            let time = header(SignatureHeader.time).flatMap({ Int64($0) }),
            // The verifier subtracts: a time near the ends of the range must not reach it.
            (0...32_503_680_000).contains(time), let nonce = header(SignatureHeader.nonce),
            (1...128).contains(nonce.utf8.count), let signature = header(SignatureHeader.signature)
        else { throw refusal }
        let request = SignedRequest(method: method, path: path, body: body, time: time, nonce: nonce)
        let now = now()
        guard
            (try? RequestVerifier.verify(request, signature: signature, keys: keys.accepted(at: now), now: now)) != nil,
            try await nonces.accept(nonce, of: "controller", until: RequestVerifier.end(of: request))
        else { throw refusal }
    }
}
