import CallControl
import NIOCore
import SIP

/// Tells the sessions of legs which SIP messages were exchanged for them.
///
/// An INVITE travels before anybody knows whose it is; what belongs to it waits, within bounds, until a leg takes it.
/// Lives on the engine's event loop.
final class SignallingTraces {
    /// Messages that belong to no leg yet, and their bytes, at most.
    private static let mostWaiting = 512
    private static let mostWaitingBytes = 1 << 20
    /// How long messages may come after a dialog's end: as long as transactions last (RFC 3261, 64 · T1).
    private static let afterlife = TimeAmount.seconds(32)

    private struct Owner {
        let leg: CallID
        weak var current: (any CallLeg)?
        weak var session: EngineSession?
    }

    private struct Waiting {
        let opening: DialogOpening
        let isReceived: Bool
        let peer: String
        let transport: String
        let text: String
    }

    private var owners: [DialogOpening: Owner] = [:]
    private var openings: [SessionHandle: DialogOpening] = [:]
    private var ended: [(at: NIODeadline, opening: DialogOpening)] = []
    private var waiting: [Waiting] = []
    private var waitingBytes = 0

    /// What is sent and received in a dialog belongs to the leg from now on, and what waits for it.
    func claim(_ opening: DialogOpening, of handle: SessionHandle, for leg: any CallLeg, at now: NIODeadline = .now()) {
        forget(at: now)
        owners[opening] = Owner(leg: leg.id, current: leg, session: leg.session)
        openings[handle] = opening
        let own = waiting.filter { $0.opening == opening }
        guard !own.isEmpty else { return }
        waiting.removeAll { $0.opening == opening }
        waitingBytes -= own.reduce(0) { $0 + $1.text.utf8.count }
        for message in own { deliver(message) }
    }

    /// The dialog has ended for its leg; the last answers may still come.
    func release(_ handle: SessionHandle, at now: NIODeadline = .now()) {
        guard let opening = openings.removeValue(forKey: handle) else { return }
        ended.append((now + Self.afterlife, opening))
    }

    func note(_ message: SIPMessage, _ flow: SIPFlow, isReceived: Bool) {
        guard let method = try? message.headers.cseq.method, method != .register else { return }
        let candidates = DialogOpening.candidates(of: message, isReceived: isReceived)
        let known = candidates.first { owners[$0] != nil }
        guard let opening = known ?? (method == .invite || method == .ack ? candidates.first : nil) else { return }
        let entry = Waiting(
            opening: opening, isReceived: isReceived,
            peer: "\(HostText.bracketed(flow.remoteAddress)):\(flow.remotePort)", transport: flow.transport.rawValue,
            text: RedactedSIPMessage(message).text)
        if known != nil { deliver(entry) } else { wait(entry) }
    }

    private func deliver(_ message: Waiting) {
        guard var owner = owners[message.opening] else { return }
        if let session = owner.current?.session {
            owner.session = session
            owners[message.opening] = owner
        }
        owner.session?.note(
            SignallingMessage(
                leg: owner.leg, isReceived: message.isReceived, peer: message.peer, transport: message.transport,
                text: message.text))
    }

    private func wait(_ message: Waiting) {
        waiting.append(message)
        waitingBytes += message.text.utf8.count
        while waiting.count > Self.mostWaiting || waitingBytes > Self.mostWaitingBytes {
            waitingBytes -= waiting.removeFirst().text.utf8.count
        }
    }

    private func forget(at now: NIODeadline) {
        let count = ended.prefix { $0.at <= now }.count
        for (_, opening) in ended.prefix(count) { owners[opening] = nil }
        ended.removeFirst(count)
    }
}
