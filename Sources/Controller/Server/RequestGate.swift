import HTTPTypes
import Hummingbird
import NIOCore
import RequestSigning
import Synchronization

/// Lets in what a portal or its scenario has signed, and tells everybody else the same.
final class RequestGate: Sendable {
    /// Longer bodies are refused unread.
    static let longestBody = 1 << 20
    /// Requests of one portal and direction within ten minutes.
    static let mostRequests = 100_000

    private struct Sender: Hashable {
        var portal: PortalID
        var direction: RequestKey.Direction
    }

    private let portals: PortalDirectory
    private let now: @Sendable () -> Moment
    private let verifiers = Mutex<[Sender: RequestVerifier]>([:])
    /// Signs for portals that do not exist, so that their refusal takes the same time.
    private let decoy: RequestKey

    init(portals: PortalDirectory, decoy: RequestKey, now: @escaping @Sendable () -> Moment) {
        self.portals = portals
        self.decoy = decoy
        self.now = now
    }

    /// What was let in.
    struct Admitted: Sendable {
        var portal: Portal
        var body: [UInt8]
    }

    /// Checks one request; nil for every refusal, whatever was wrong.
    func admit(_ request: Request, direction: RequestKey.Direction) async -> Admitted? {
        guard let body = try? await request.body.collect(upTo: Self.longestBody) else { return nil }
        let bytes = Array(body.readableBytesView)
        func header(_ name: String) -> String {
            HTTPField.Name(name).flatMap { request.headers[$0] } ?? ""
        }
        let nonce = header(SignatureHeader.nonce)
        guard (8...128).contains(nonce.utf8.count), let time = Int64(header(SignatureHeader.time)),
            (0...Int64(1 << 40)).contains(time)
        else { return nil }
        let signed = SignedRequest(
            method: request.method.rawValue, path: request.head.path ?? "", body: bytes, time: time, nonce: nonce)
        let portal = portals[PortalID(rawValue: header(SignatureHeader.portal))]
        guard verify(signed, header(SignatureHeader.signature), portal, direction), let portal else { return nil }
        return Admitted(portal: portal, body: bytes)
    }

    private func verify(
        _ request: SignedRequest, _ signature: String, _ portal: Portal?, _ direction: RequestKey.Direction
    ) -> Bool {
        let key = portal?.keys[direction] ?? decoy
        let sender = Sender(portal: portal?.id ?? PortalID(rawValue: ""), direction: direction)
        return verifiers.withLock { verifiers in
            do throws(RequestVerifier.Refusal) {
                try verifiers[sender, default: RequestVerifier(capacity: Self.mostRequests)]
                    .verify(request, signature: signature, key: key, now: now().seconds)
                return portal != nil
            } catch {
                return false
            }
        }
    }
}
