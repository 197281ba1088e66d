import CallControl
import Media
import SDP
import SIP

/// The established SIP dialog of a leg: what both directions of calls have in common once they talk.
final class LegDialog {
    let handle: SessionHandle
    private let shell: SIPShell
    private let flow: SIPFlow
    private let media: LegMedia
    private let digits: LegDigits
    private let callID: CallID
    private let emit: (CallEvent) -> Void
    private var local: SessionDescription
    private(set) var isHeldByRemote = false
    /// Our last description was an offer; the answer comes with the ACK.
    private var awaitsAnswer: Bool
    /// The dialog began with that offer, perhaps in the place of another device's.
    private var beginsWithOffer: Bool
    /// SIP INFO digits are reported only while the scenario wants tones.
    var reportsInfoDigits = false

    init(
        handle: SessionHandle, shell: SIPShell, flow: SIPFlow, media: LegMedia, digits: LegDigits, callID: CallID,
        local: SessionDescription, awaitsAnswer: Bool = false, emit: @escaping (CallEvent) -> Void
    ) {
        self.handle = handle
        self.shell = shell
        self.flow = flow
        self.media = media
        self.digits = digits
        self.callID = callID
        self.local = local
        self.awaitsAnswer = awaitsAnswer
        beginsWithOffer = awaitsAnswer
        self.emit = emit
        digits.sendInfo = { [weak self] in self?.send($0) }
    }

    /// The octets of our last description.
    var description: [UInt8] { local.bytes }

    func receive(_ event: InviteEvent) {
        switch event {
        case .ackReceived(let description): confirm(description)
        case .reinviteReceived(let offer): answer(offer)
        case .infoReceived(let payload, let headers): info(payload, headers)
        case .messageReceived(let payload, let headers):
            emit(
                .messageReceived(
                    callID, text: String(decoding: payload.bytes, as: UTF8.self), headers: headers.callHeaders))
        default: break
        }
    }

    func send(message text: String) {
        shell.message(handle, SIPPayload(contentType: "text/plain;charset=UTF-8", bytes: Array(text.utf8)))
    }

    func send(info body: String, mimeType: String, headers: CallHeaders) {
        shell.info(handle, SIPPayload(contentType: mimeType, bytes: Array(body.utf8)), headers: headers)
    }

    private func send(_ payload: SIPPayload) { shell.info(handle, payload, headers: [:]) }

    private func info(_ payload: SIPPayload, _ headers: SIPHeaders) {
        let body = String(decoding: payload.bytes, as: UTF8.self)
        if let parsed = DigitInfoBody(contentType: payload.contentType, body: body) {
            digits.learn(parsed.type)
            if reportsInfoDigits {
                emit(.toneReceived(callID, tone: parsed.digit.character, kind: .sipInfo))
            } else {
                media.onUnclaimedDigit?(parsed.digit.character)
            }
            return
        }
        emit(
            .infoReceived(
                callID, mimeType: payload.contentType, body: body, headers: headers.callHeaders))
    }

    /// A re-INVITE: a new address of the phone, hold, or the end of a hold.
    private func answer(_ offer: SessionOffer) {
        guard !offer.description.isEmpty else {
            awaitsAnswer = true
            return shell.acceptReinvite(handle, description: local.bytes)
        }
        do {
            let remote = try SessionDescription(parsing: offer.description)
            let (answer, agreed) = try OfferAnswer.answer(
                to: remote, with: media.capabilities(on: flow), previous: local)
            local = answer
            media.agree(agreed)
            shell.acceptReinvite(handle, description: answer.bytes)
            note(held: agreed.isHeldByRemote)
        } catch {
            shell.rejectReinvite(handle, status: 488)
        }
    }

    /// Takes the ACK, which answers our offer when our last description was one.
    ///
    /// - Returns: false when an answer was due and nothing can be agreed by it; the sound stays as it was.
    @discardableResult
    func confirm(_ description: [UInt8]) -> Bool {
        guard awaitsAnswer else { return true }
        awaitsAnswer = false
        guard let answer = try? SessionDescription(parsing: description),
            let agreed = try? OfferAnswer.agree(offer: local, answer: answer)
        else { return false }
        media.agree(agreed, with: beginsWithOffer ? .otherDevice : .sameDevice)
        beginsWithOffer = false
        note(held: agreed.isHeldByRemote)
        return true
    }

    private func note(held: Bool) {
        guard held != isHeldByRemote else { return }
        isHeldByRemote = held
        emit(held ? .onHold(callID) : .offHold(callID))
    }
}
