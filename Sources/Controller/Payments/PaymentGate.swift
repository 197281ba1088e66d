import Digests
import HTTPTypes
import Hummingbird
import NIOCore
import RequestSigning

/// Lets in what a payment system has signed with its own key, and tells everybody else the same.
///
/// A callback may come again as often as the system likes, each time signed anew: the payment's identifier makes it take
/// effect once, so nothing has to be remembered here.
struct PaymentGate: Sendable {
    private static let longestBody = 16 << 10

    private let systems: @Sendable () -> [PaymentSystem]
    /// Signs for systems that do not exist, so that their refusal takes the same time.
    private let decoy: RequestKey
    private let now: @Sendable () -> Moment

    /// - Parameter systems: Asked at each callback, so that a new key is good at once.
    init(systems: @escaping @Sendable () -> [PaymentSystem], now: @escaping @Sendable () -> Moment) {
        self.systems = systems
        decoy = RequestKey(
            licenceKey: Hexadecimal.encode(SecureRandom.bytes(32)), direction: .portalToController)
        self.now = now
    }

    /// What was let in.
    struct Admitted: Sendable {
        var system: String
        var payment: String
        var body: [UInt8]
    }

    /// Checks one request; nil for every refusal, whatever was wrong.
    func admit(_ request: Request, _ parameters: Parameters) async -> Admitted? {
        guard let body = try? await request.body.collect(upTo: Self.longestBody) else { return nil }
        let bytes = Array(body.readableBytesView)
        func header(_ name: String) -> String { HTTPField.Name(name).flatMap { request.headers[$0] } ?? "" }
        let payment = header(SignatureHeader.payment)
        guard (1...64).contains(payment.utf8.count), let time = Int64(header(SignatureHeader.time)),
            (0...Int64(1 << 40)).contains(time)
        else { return nil }
        let signed = SignedRequest(
            method: request.method.rawValue, path: request.head.path ?? "", body: bytes, time: time, nonce: payment)
        let system = parameters.get("system") ?? ""
        let now = now()
        let keys = systems().first { $0.name == system }?.keys(at: now)
        let isRight =
            (try? RequestVerifier.verify(
                signed, signature: header(SignatureHeader.signature), keys: keys ?? [decoy], now: now.seconds)) != nil
        guard isRight, keys != nil else { return nil }
        return Admitted(system: system, payment: payment, body: bytes)
    }
}
