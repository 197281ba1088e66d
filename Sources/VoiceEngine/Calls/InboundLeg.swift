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
    let transfers: LegTransfers
    weak var session: EngineSession?
    var party = LegParty()
    /// The address that the caller has called.
    var called: SIPURI?
    private(set) var farEnd: FarEnd?
    let digits: LegDigits
    /// The dialog that opened the leg.
    private let handle: SessionHandle
    private let shell: SIPShell
    private let offer: SessionDescription?
    private let flow: SIPFlow
    private let emit: (CallEvent) -> Void
    private var local: SessionDescription?
    /// The caller's answer to the offer that went out with early media came with its PRACK.
    private var hasAnswer = false
    private var state = State.alerting
    private var connectedAt: NIODeadline?
    private var limit: Scheduled<Void>?
    private var tones: (enabled: Bool, kinds: Set<DTMFKind>)?

    /// - Parameter offer: the caller's description; nil for an INVITE without one, which gets ours in the answer.
    init(
        id: CallID, handle: SessionHandle, shell: SIPShell, flow: SIPFlow, offer: SessionDescription?, media: LegMedia,
        emit: @escaping (CallEvent) -> Void
    ) {
        self.id = id
        self.handle = handle
        self.shell = shell
        self.flow = flow
        self.offer = offer
        self.media = media
        self.emit = emit
        transfers = LegTransfers(callID: id, shell: shell, emit: emit)
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

    /// - Parameter displayName: The name of whoever answers, for the caller's display.
    func answer(headers: CallHeaders, displayName: String? = nil) {
        guard state == .alerting, let description = agree() else { return }
        state = .answering
        limit?.cancel()
        farEnd = .dialog(
            makeDialog(handle, on: flow, local: description, awaitsAnswer: offer == nil && !hasAnswer))
        if let tones { handleTones(tones.enabled, kinds: tones.kinds) }
        shell.accept(
            handle, description: description.bytes, headers: headers,
            callee: CalleeIdentity(name: displayName, called: called))
    }

    func makeDialog(
        _ handle: SessionHandle, on flow: SIPFlow, local: SessionDescription, awaitsAnswer: Bool
    ) -> LegDialog {
        LegDialog(
            handle: handle, shell: shell, flow: flow, media: media, digits: digits, callID: id, local: local,
            awaitsAnswer: awaitsAnswer, emit: emit)
    }

    func sendDigits(_ digits: String) { self.digits.send(digits) }

    func handleTones(_ enabled: Bool, kinds: Set<DTMFKind>) {
        tones = (enabled, kinds)
        media.handleTones(enabled ? kinds : [])
        dialog?.reportsInfoDigits = enabled && kinds.contains(.sipInfo)
    }

    func hangup(code: Int, headers: CallHeaders) {
        switch (state, farEnd) {
        case (.alerting, _):
            let status = (300...699).contains(code) ? code : 603
            shell.reject(handle, status: status, headers: headers)
            end(code: status, reason: SIPStatus.reason(status))
        case (.answering, .dialog(let dialog)?), (.connected, .dialog(let dialog)?):
            shell.bye(dialog.handle, headers: headers)
        case (.connected, .leg(let join)?):
            let other = join.other(than: self)
            end(code: 16, reason: "Normal call clearing")
            other?.farEndLeft()
        default: break
        }
    }

    func receive(_ event: InviteEvent, from handle: SessionHandle) {
        guard farEnd?.isDialog(handle) ?? (handle == self.handle) else { return }
        if transfers.receive(event, from: handle) { return }
        switch event {
        case .ackReceived(let description): confirmed(description)
        case .progressConfirmed(let description): confirmedEarly(description)
        case .cancelled(let reason): end(code: 487, reason: reason ?? SIPStatus.reason(487))
        case .failed(let failure): end(code: failure.status, reason: failure.reason)
        case .ended(let ending):
            end(
                code: ending.status ?? 16, reason: ending.reason ?? "Normal call clearing",
                headers: ending.headers.callHeaders)
        default: dialog?.receive(event)
        }
    }

    var mayConnect: Bool { state == .connected }

    func connect(to farEnd: FarEnd) {
        guard mayConnect else { return }
        let wasHeld = dialog?.isHeldByRemote ?? false
        self.farEnd = farEnd
        if let tones { handleTones(tones.enabled, kinds: tones.kinds) }
        if wasHeld { emit(.offHold(id)) }
    }

    func farEndLeft() {
        end(code: 16, reason: "Normal call clearing")
    }

    private func confirmed(_ description: [UInt8]) {
        let isAgreed = dialog?.confirm(description) ?? true
        guard state == .answering else { return }
        guard isAgreed else { return shell.bye(handle, headers: [:]) }
        state = .connected
        connectedAt = .now()
        emit(.connected(id, headers: [:]))
    }

    private func confirmedEarly(_ description: [UInt8]) {
        guard offer == nil, let local, let answer = try? SessionDescription(parsing: description),
            let agreed = try? OfferAnswer.agree(offer: local, answer: answer)
        else { return }
        hasAnswer = true
        media.agree(agreed)
    }

    /// Our description: the answer to the caller's offer, or an offer of our own. Refuses the call when there is none.
    private func agree() -> SessionDescription? {
        if let local { return local }
        guard let offer else {
            local = media.offer(on: flow)
            if local == nil { hangup(code: 488, headers: [:]) }
            return local
        }
        do {
            let (answer, agreed) = try OfferAnswer.answer(to: offer, with: media.capabilities(on: flow))
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
        farEnd = nil
        limit?.cancel()
        media.remove()
        emit(
            .disconnected(id, CallEnd(talk: .talk(since: connectedAt), code: code, reason: reason, headers: headers)))
    }
}
