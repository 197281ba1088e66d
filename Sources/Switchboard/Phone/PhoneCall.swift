import Media
import NIOCore
import SDP
import SIP
import VoiceEngine

/// One call of a phone: its descriptions and its sound. Lives on the phone's event loop.
final class PhoneCall {
    enum State { case incoming, outgoing, established, ended }

    let handle: SessionHandle
    let leg: LegID
    let port: MediaPort
    private let behaviour: PhoneBehaviour
    private let protection: AudioProtection?
    var state: State
    private(set) var local: SessionDescription
    private let media: MediaLoop
    private var hasRemote = false

    /// A call of our own, with its offer; or one that came in, answered from `offer`.
    init(
        handle: SessionHandle, state: State, media: MediaLoop, port: MediaPort, leg: LegID, local: SessionDescription,
        behaviour: PhoneBehaviour, protection: AudioProtection?
    ) {
        self.handle = handle
        self.state = state
        self.media = media
        self.port = port
        self.leg = leg
        self.behaviour = behaviour
        self.protection = protection
        self.local = local
    }

    static func offer(
        _ port: MediaPort, sessionID: UInt64, _ behaviour: PhoneBehaviour, protection: AudioProtection?
    ) -> SessionDescription {
        AudioOffer.make(
            address: port.address, port: port.number, codecs: behaviour.codecs, sessionID: sessionID,
            telephoneEvents: behaviour.digits == .events, protection: protection)
    }

    /// Our answer to a description of the peer; nil when there is nothing in common.
    func answer(to offer: [UInt8]) -> (description: SessionDescription, isHeld: Bool)? {
        guard let remote = try? SessionDescription(parsing: offer) else { return nil }
        let own = AudioCapabilities(
            address: port.address, port: port.number, codecs: behaviour.codecs,
            telephoneEvents: behaviour.digits == .events, sessionID: local.origin.sessionID, protection: protection)
        guard let (answer, agreed) = try? OfferAnswer.answer(to: remote, with: own, previous: hasRemote ? local : nil)
        else { return nil }
        local = answer
        agree(agreed)
        return (answer, agreed.isHeldByRemote)
    }

    /// The peer's answer to our offer; false when it agrees nothing.
    @discardableResult
    func receive(answer: [UInt8]) -> Bool {
        guard let remote = try? SessionDescription(parsing: answer),
            let agreed = try? OfferAnswer.agree(offer: local, answer: remote)
        else { return false }
        agree(agreed)
        return true
    }

    /// The next offer: hold (we only send, and send nothing) or back.
    func nextOffer(hold: Bool) -> SessionDescription {
        local = AudioOffer.next(after: local, direction: hold ? .sendOnly : .sendReceive)
        return local
    }

    private func agree(_ agreed: AgreedAudio) {
        hasRemote = true
        media.setRemote(leg, MediaRemote(agreed))
    }
}
