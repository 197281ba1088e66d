import Digests

/// Accepts each signed request once, within the time window.
///
/// A value: time is an argument. Nonces are remembered for twice the window, bounded by `capacity`; when the memory
/// is full the oldest are still inside the window, so further requests are refused rather than replays let in.
public struct RequestVerifier: Sendable {
    public enum Refusal: Error, Equatable {
        case outsideWindow
        case wrongSignature
        case replayed
        case overloaded
    }

    public static let windowSeconds: Int64 = 300
    private let capacity: Int
    private var seen: [String: Int64] = [:]
    private var order: [(nonce: String, time: Int64)] = []
    private var oldest = 0

    public init(capacity: Int = 1_000_000) { self.capacity = capacity }

    /// Throws the refusal; a caller tells its peer nothing but "refused".
    public mutating func verify(
        _ request: SignedRequest, signature: String, key: RequestKey, now: Int64
    ) throws(Refusal) {
        guard abs(now - request.time) <= Self.windowSeconds else { throw .outsideWindow }
        guard ConstantTime.equal(signature.utf8, request.signature(key).utf8) else { throw .wrongSignature }
        forget(before: now - 2 * Self.windowSeconds)
        guard seen.count < capacity else { throw .overloaded }
        guard seen.updateValue(now, forKey: request.nonce) == nil else { throw .replayed }
        order.append((request.nonce, now))
    }

    private mutating func forget(before limit: Int64) {
        while oldest < order.count, order[oldest].time < limit {
            seen[order[oldest].nonce] = nil
            oldest += 1
        }
        if oldest > 4096, oldest * 2 > order.count {
            order.removeFirst(oldest)
            oldest = 0
        }
    }
}
