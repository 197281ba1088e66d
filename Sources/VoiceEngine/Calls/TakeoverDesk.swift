import CallControl
import SDP
import SIP

/// Takes INVITEs with Replaces (RFC 3891): a phone takes the place of another one in a call of its application.
final class TakeoverDesk {
    private let shell: SIPShell
    private let legs: LegDirectory

    init(shell: SIPShell, legs: LegDirectory) {
        self.shell = shell
        self.legs = legs
    }

    /// Puts the new device in the place of the one that a Replaces names; a call that the caller has no right to looks
    /// like one that is not there.
    ///
    /// - Parameter mayTake: whether the caller has a right to the call.
    func take(
        _ handle: SessionHandle, _ invite: IncomingInvite, _ replaces: Replaces, by party: LegParty,
        mayTake: (LegDirectory.Entry) -> Bool
    ) {
        guard let found = legs.find(replaces), mayTake(found.entry), found.entry.leg.mayConnect else {
            return shell.reject(handle, status: 481, headers: [:])
        }
        if replaces.earlyOnly, found.dialog.isEstablished {
            return shell.reject(handle, status: 486, headers: [:])
        }
        let leg = found.entry.leg
        guard let dialog = dialog(handle, invite, of: leg) else {
            return shell.reject(handle, status: 488, headers: [:])
        }
        legs.attach(handle, to: leg, on: invite.flow)
        shell.accept(handle, description: dialog.description, headers: [:])
        leg.connect(to: .dialog(dialog))
        if found.dialog.isEstablished { legs.retire(found.dialog.handle) }
        TransferDesk.announce(leg, party, headers: invite.request.headers.callHeaders)
    }

    /// The dialog with the new device; nil when there is no sound in common.
    private func dialog(_ handle: SessionHandle, _ invite: IncomingInvite, of leg: any CallLeg) -> LegDialog? {
        let (media, body) = (leg.media, invite.request.body)
        guard !body.isEmpty else {
            guard let offer = media.offer(on: invite.flow) else { return nil }
            return leg.makeDialog(handle, on: invite.flow, local: offer, awaitsAnswer: true)
        }
        guard let offer = try? SessionDescription(parsing: body),
            let (answer, agreed) = try? OfferAnswer.answer(to: offer, with: media.capabilities(on: invite.flow))
        else { return nil }
        media.agree(agreed, with: .otherDevice)
        return leg.makeDialog(handle, on: invite.flow, local: answer, awaitsAnswer: false)
    }
}
