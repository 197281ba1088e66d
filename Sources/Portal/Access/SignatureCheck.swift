import RequestSigning
import Synchronization

/// Lets the controller's requests in, each once.
final class SignatureCheck: Sendable {
    private let portalID: String
    private let key: RequestKey
    private let now: @Sendable () -> Int64
    private let verifier = Mutex(RequestVerifier())

    init(portalID: String, key: RequestKey, now: @escaping @Sendable () -> Int64) {
        self.portalID = portalID
        self.key = key
        self.now = now
    }

    /// Throws the same refusal whatever is wrong.
    func check(
        method: String, path: String, body: [UInt8], header: (String) -> String?
    ) throws(PortalRefusal) {
        let refusal = PortalRefusal(.refused, "the request was refused")
        guard header(SignatureHeader.portal) == portalID,
            let time = header(SignatureHeader.time).flatMap({ Int64($0) }),
            // The verifier subtracts: a time near the ends of the range must not reach it.
            (0...32_503_680_000).contains(time), let nonce = header(SignatureHeader.nonce),
            (1...128).contains(nonce.utf8.count), let signature = header(SignatureHeader.signature)
        else { throw refusal }
        let request = SignedRequest(method: method, path: path, body: body, time: time, nonce: nonce)
        let now = now()
        let accepted = verifier.withLock { verifier in
            do throws(RequestVerifier.Refusal) {
                try verifier.verify(request, signature: signature, key: key, now: now)
                return true
            } catch {
                return false
            }
        }
        guard accepted else { throw refusal }
    }
}
