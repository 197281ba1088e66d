import CallControl
import NIOCore
import SDP
import SIP

/// A leg that somebody else opened towards the platform.
final class InboundLeg: CallLeg {
    private enum State { case alerting, answering, connected, ended }

    /// RFC-free limit of the platform: nobody rings longer than this.
    static let unansweredLimit = TimeAmount.seconds(60)

    let id: CallID
    let media: LegMedia
    private(set) var dialog: LegDialog?
    let digits: LegDigits
    private let handle: SessionHandle
    private let shell: SIPShell
    private let offer: SessionDescription?
    private let emit: (CallEvent) -> Void
    private var local: SessionDescription?
    private var state = State.alerting
    private var connectedAt: NIODeadline?
    private var limit: Scheduled<Void>?
    private var tones: (enabled: Bool, kinds: Set<DTMFKind>)?

    /// - Parameter offer: the caller's description; nil for an INVITE without one, which gets ours in the answer.
    init(
        id: CallID, handle: SessionHandle, shell: SIPShell, offer: SessionDescription?, media: LegMedia,
        emit: @escaping (CallEvent) -> Void
    ) {
        self.id = id
        self.handle = handle
        self.shell = shell
        self.offer = offer
        self.media = media
        self.emit = emit
        digits = LegDigits(media: media, eventLoop: shell.eventLoop)
        limit = shell.eventLoop.assumeIsolated().scheduleTask(in: Self.unansweredLimit) { [weak self] in
            self?.hangup(code: 480, headers: [:])
        }
    }

    func ring(headers: CallHeaders) {
        guard state == .alerting else { return }
        shell.ring(handle, headers: headers)
    }

    func startEarlyMedia(headers: CallHeaders) {
        guard state == .alerting, let description = agree() else { return }
        shell.progress(handle, description: description.bytes, headers: headers)
        emit(.audioStarted(id, headers: [:]))
    }

    func answer(headers: CallHeaders) {
        guard state == .alerting, let description = agree() else { return }
        state = .answering
        limit?.cancel()
        let dialog = LegDialog(
            handle: handle, shell: shell, media: media, digits: digits, callID: id, local: description, emit: emit)
        self.dialog = dialog
        if let tones { handleTones(tones.enabled, kinds: tones.kinds) }
        shell.accept(handle, description: description.bytes, headers: headers)
    }

    func sendDigits(_ digits: String) { self.digits.send(digits) }

    func handleTones(_ enabled: Bool, kinds: Set<DTMFKind>) {
        tones = (enabled, kinds)
        media.handleTones(enabled ? kinds : [])
        dialog?.reportsInfoDigits = enabled && kinds.contains(.sipInfo)
    }

    func hangup(code: Int, headers: CallHeaders) {
        switch state {
        case .alerting:
            let status = (300...699).contains(code) ? code : 603
            shell.reject(handle, status: status, headers: headers)
            end(code: status, reason: SIPStatus.reason(status))
        case .answering, .connected: shell.bye(handle, headers: headers)
        case .ended: break
        }
    }

    func receive(_ event: InviteEvent) {
        switch event {
        case .ackReceived(let description): confirmed(description)
        case .cancelled(let reason): end(code: 487, reason: reason ?? SIPStatus.reason(487))
        case .failed(let failure): end(code: failure.status, reason: failure.reason)
        case .ended(let ending):
            end(
                code: ending.status ?? 16, reason: ending.reason ?? "Normal call clearing",
                headers: ending.headers.callHeaders)
        default: dialog?.receive(event)
        }
    }

    private func confirmed(_ description: [UInt8]) {
        guard state == .answering else { return }
        if offer == nil, let local, let answer = try? SessionDescription(parsing: description),
            let agreed = try? OfferAnswer.agree(offer: local, answer: answer)
        {
            media.agree(agreed)
        }
        state = .connected
        connectedAt = .now()
        emit(.connected(id, headers: [:]))
    }

    /// Our description: the answer to the caller's offer, or an offer of our own. Refuses the call when there is none.
    private func agree() -> SessionDescription? {
        if let local { return local }
        guard let offer else {
            local = AudioOffer.make(
                address: media.port.address, port: media.port.number, sessionID: media.sessionID)
            return local
        }
        let capabilities = AudioCapabilities(
            address: media.port.address, port: media.port.number, sessionID: media.sessionID)
        do {
            let (answer, agreed) = try OfferAnswer.answer(to: offer, with: capabilities)
            local = answer
            media.agree(agreed)
            return answer
        } catch {
            hangup(code: 488, headers: [:])
            return nil
        }
    }

    private func end(code: Int, reason: String, headers: CallHeaders = [:]) {
        guard state != .ended else { return }
        state = .ended
        limit?.cancel()
        media.remove()
        let duration = connectedAt.map { (NIODeadline.now() - $0).nanoseconds / 1_000_000_000 } ?? 0
        emit(.disconnected(id, CallEnd(durationSeconds: Int(duration), code: code, reason: reason, headers: headers)))
    }
}
