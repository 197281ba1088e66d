import CallControl
import SDP

/// Two legs whose far ends talk to each other because a phone has put them through (attended transfer).
///
/// Each leg stays in its session, with its links and recordings: the sound that one sends arrives at the other's port as
/// a device's would.
final class LegJoin {
    private weak var first: (any CallLeg)?
    private weak var second: (any CallLeg)?

    /// Agrees on the sound between two legs; nil when they have no codec in common.
    init?(_ first: any CallLeg, _ second: any CallLeg) {
        self.first = first
        self.second = second
        let port = second.media.port
        let offer = AudioOffer.make(
            address: first.media.port.address, port: first.media.port.number, sessionID: first.media.sessionID)
        let capabilities = AudioCapabilities(
            address: port.address, port: port.number, sessionID: second.media.sessionID)
        guard let (answer, agreed) = try? OfferAnswer.answer(to: offer, with: capabilities),
            let own = try? OfferAnswer.agree(offer: offer, answer: answer)
        else { return nil }
        second.media.agree(agreed, with: .ownLeg)
        first.media.agree(own, with: .ownLeg)
    }

    func other(than leg: any CallLeg) -> (any CallLeg)? { leg === first ? second : first }
}
