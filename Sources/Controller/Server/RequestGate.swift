import HTTPTypes
import Hummingbird
import NIOCore
import ReplayMemory
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

        var name: String { "\(portal)/\(direction.rawValue)" }
    }

    private let portals: PortalRegistry
    private let nonces: ReplayMemory
    private let now: @Sendable () -> Moment
    private let budgets = Mutex(RequestBudgets<Sender>(limit: RequestGate.mostRequests))
    /// Signs for portals that do not exist, so that their refusal takes the same time.
    private let decoy: RequestKey

    init(portals: PortalRegistry, nonces: ReplayMemory, decoy: RequestKey, now: @escaping @Sendable () -> Moment) {
        self.portals = portals
        self.nonces = nonces
        self.decoy = decoy
        self.now = now
    }

    /// What was let in.
    struct Admitted: Sendable {
        var portal: Portal
        var body: [UInt8]
        /// What follows the endpoint's own part of the path; empty without it.
        var command: String
        /// Whether it is signed with the key that the portal's sessions had before it moved.
        var isFromBeforeMove = false
    }

    /// Checks one request; nil for every refusal, whatever was wrong.
    ///
    /// - Throws: What keeps the question from being answered at the moment: `ControllerError` with `licenceServerAway`,
    ///   `busy` or `tooManyRequests`, and the database's errors.
    func admit(
        _ request: Request, direction: RequestKey.Direction, _ parameters: Parameters
    ) async throws -> Admitted? {
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
        let id = PortalID(rawValue: header(SignatureHeader.portal))
        let moment = now()
        guard
            let signer = try await signer(
                of: signed, header(SignatureHeader.signature), Sender(portal: id, direction: direction), at: moment),
            try await accept(signed, Sender(portal: id, direction: direction), at: moment.seconds)
        else { return nil }
        let portal = signer.portal
        if direction == .portalToController { try await portals.noteUse(ofKey: signer.place, by: portal) }
        return Admitted(
            portal: portal, body: bytes, command: parameters.get("command") ?? "",
            isFromBeforeMove: portal.isFromBeforeMove(signer.place, at: moment))
    }

    /// Who has signed, with the key of which place.
    private struct Signer {
        var portal: Portal
        var place: Int
    }

    /// Looks among the keys that are known, then among those that the licence server knows; nil for a refusal.
    private func signer(
        of request: SignedRequest, _ signature: String, _ sender: Sender, at moment: Moment
    ) async throws -> Signer? {
        func verify(_ portal: Portal?) throws(RequestVerifier.Refusal) -> Signer {
            let keys = portal?.requestKeys(sender.direction, at: moment) ?? [decoy]
            let place = try RequestVerifier.verify(request, signature: signature, keys: keys, now: moment.seconds)
            guard let portal else { throw .wrongSignature }
            return Signer(portal: portal, place: place)
        }
        let known = try await portals.find(sender.portal)
        do throws(RequestVerifier.Refusal) {
            return try verify(known)
        } catch {
            guard error == .wrongSignature else { return nil }
        }
        guard let renewed = try await portals.renewed(sender.portal, insteadOf: known) else { return nil }
        return try? verify(renewed)
    }

    /// Whether the request is the first of its nonce; only what was signed is remembered.
    private func accept(_ request: SignedRequest, _ sender: Sender, at now: Int64) async throws -> Bool {
        try budgets.withLock { try $0.spend(sender, at: now) }
        return try await nonces.accept(
            request.nonce, of: sender.name, until: RequestVerifier.end(of: request))
    }
}
