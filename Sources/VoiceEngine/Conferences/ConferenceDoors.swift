import Digests
import SIP

/// The ways into conferences that scenarios have asked for: one call goes through each.
///
/// A leg into a conference is a call of the engine to itself, so that it is what a scenario knows: it rings, has early
/// sound, is answered and refused. Its address is random, and counts once and only from the engine's own socket: nobody
/// outside can call a conference by guessing.
final class ConferenceDoors {
    /// Where a call goes.
    struct Door: Equatable {
        let conference: String
        /// The domain of the application.
        let domain: String
    }

    /// Doors beyond this are forgotten, the oldest first: calls that never arrived.
    static let most = 10_000

    private var doors: [String: Door] = [:]
    private var order: [String] = []

    /// The user part of an address that leads to the conference once.
    func make(_ door: Door) -> String {
        if order.count >= Self.most {
            for token in order.prefix(Self.most / 2) { doors[token] = nil }
            order.removeFirst(Self.most / 2)
        }
        let token = Hexadecimal.encode(SecureRandom.bytes(16))
        doors[token] = door
        order.append(token)
        return token
    }

    /// Where an INVITE goes that the engine has sent to itself; nil for any other.
    func open(_ uri: SIPURI, from flow: SIPFlow) -> Door? {
        guard !doors.isEmpty, flow.remotePort == flow.localPort, let token = uri.user else { return nil }
        return doors.removeValue(forKey: token)
    }
}
