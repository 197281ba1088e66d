import CallControl
import NIOCore
import SDP
import SIP

/// A leg that the platform opens; it rings every device of the callee, and the first to answer has it.
final class OutboundLeg: CallLeg {
    private enum State { case ringing, givenUp, connected, ended }

    let id: CallID
    let media: LegMedia
    let transfers: LegTransfers
    weak var session: EngineSession?
    var party = LegParty()
    private(set) var farEnd: FarEnd?
    /// Knows other ways to the callee; nil when the branches are all there is.
    var branchOwner: (any BranchOwner)?
    /// Follows a device that names other addresses; false when none of them may be called.
    var onRedirect: ((Redirection) -> Bool)?
    private let digits: LegDigits
    private let shell: SIPShell
    private let emit: (CallEvent) -> Void
    /// The calls that ring, with what was sent.
    private var branches: [SessionHandle: Branch] = [:]
    /// The device whose early sound is heard.
    private var heardBranch: SessionHandle?
    private var state = State.ringing
    private var hasAudio = false
    private var failure: InviteFailure?
    private var verdict: (code: Int, reason: String)?
    private var connectedAt: NIODeadline?
    private var limit: Scheduled<Void>?
    private var tones: (enabled: Bool, kinds: Set<DTMFKind>)?

    /// A call to one device.
    struct Branch {
        let invite: OutgoingInvite
        let flow: SIPFlow
        /// What the invitation describes: keys of sound are not for every flow.
        let offer: SessionDescription
    }

    /// A device's answer that sends the call elsewhere.
    struct Redirection {
        let branch: Branch
        let status: Int
        let contacts: [NameAddress]
        let headers: SIPHeaders
    }

    init(id: CallID, shell: SIPShell, media: LegMedia, timeoutSeconds: Int, emit: @escaping (CallEvent) -> Void) {
        self.id = id
        self.shell = shell
        self.media = media
        self.emit = emit
        transfers = LegTransfers(callID: id, shell: shell, emit: emit)
        digits = LegDigits(media: media, eventLoop: shell.eventLoop)
        limit = shell.eventLoop.assumeIsolated().scheduleTask(in: .seconds(Int64(timeoutSeconds))) { [weak self] in
            self?.giveUp(code: 408, reason: SIPStatus.reason(408), headers: [:])
        }
    }

    func add(_ branch: Branch, as handle: SessionHandle) { branches[handle] = branch }

    var hasNoBranch: Bool { branches.isEmpty }

    /// Whether nobody has answered yet and nobody has given up.
    var isRinging: Bool { state == .ringing }

    /// Gives up one branch; nothing that comes of it is the leg's any more.
    func abandon(_ handle: SessionHandle) {
        branches[handle] = nil
        shell.cancel(handle, headers: [:])
    }

    /// Devices that are called now.
    var branchCount: Int { branches.count }

    /// Nobody can be called; the event follows on the next turn of the loop, after the command has returned.
    func failAtOnce(code: Int, reason: String) {
        shell.eventLoop.assumeIsolated().execute { self.fail(code: code, reason: reason) }
    }

    func hangup(code: Int, headers: CallHeaders) {
        switch state {
        case .ringing:
            var headers = headers
            // RFC 3326: the device must not show a missed call when somebody else has taken it.
            if code == 302 || code == 200 { headers["Reason"] = "SIP;cause=200;text=\"Call completed elsewhere\"" }
            giveUp(code: 487, reason: SIPStatus.reason(487), headers: headers)
        case .connected: hangupConnected(headers)
        case .givenUp, .ended: break
        }
    }

    private func hangupConnected(_ headers: CallHeaders) {
        switch farEnd {
        case .dialog(let dialog): shell.bye(dialog.handle, headers: headers)
        case .leg(let join):
            let other = join.other(than: self)
            disconnect(code: 16, reason: "Normal call clearing")
            other?.farEndLeft()
        case nil: break
        }
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

    func receive(_ event: InviteEvent, from handle: SessionHandle) {
        if let farEnd, farEnd.isDialog(handle), transfers.receive(event, from: handle) { return }
        switch event {
        case .ringing(let status, let headers, _): ringing(status, headers, from: handle)
        case .earlyMedia(let description, let headers): startAudio(description, headers, from: handle)
        case .answered(let description, let headers): answered(by: handle, description, headers)
        case .failed(let failure): branchFailed(handle, failure)
        case .redirected(let status, let contacts, let headers): redirected(handle, status, contacts, headers)
        case .ended(let ending): ended(handle, ending)
        default: if let farEnd, farEnd.isDialog(handle) { dialog?.receive(event) }
        }
    }

    private func ringing(_ status: Int, _ headers: SIPHeaders, from handle: SessionHandle) {
        guard state == .ringing, branches[handle] != nil else { return }
        branchOwner?.branchReached(handle)
        if status == 180 { emit(.ringing(id, headers: headers.callHeaders)) }
        if status == 181 { emit(.forwarding(id, headers: headers.callHeaders)) }
    }

    private func redirected(
        _ handle: SessionHandle, _ status: Int, _ contacts: [NameAddress], _ headers: SIPHeaders
    ) {
        if state == .ringing, let branch = branches[handle], let onRedirect {
            branchOwner?.branchReached(handle)
            let redirection = Redirection(branch: branch, status: status, contacts: contacts, headers: headers)
            if onRedirect(redirection) {
                branches[handle] = nil
                return emit(.forwarding(id, headers: headers.callHeaders))
            }
        }
        branchFailed(handle, InviteFailure(status: status, headers: headers, side: .remote))
    }

    private func startAudio(_ description: [UInt8], _ headers: SIPHeaders, from handle: SessionHandle) {
        guard state == .ringing, !hasAudio, agree(handle, description) else { return }
        hasAudio = true
        heardBranch = handle
        emit(.audioStarted(id, headers: headers.callHeaders))
    }

    private func agree(_ handle: SessionHandle, _ description: [UInt8]) -> Bool {
        guard let offer = branches[handle]?.offer, let answer = try? SessionDescription(parsing: description),
            let agreed = try? OfferAnswer.agree(offer: offer, answer: answer)
        else { return false }
        media.agree(agreed)
        return true
    }

    private func answered(by handle: SessionHandle, _ description: [UInt8], _ headers: SIPHeaders) {
        // Answered in the moment of giving up, or by two devices at once: this one hears the end.
        guard state == .ringing, let branch = branches[handle] else { return shell.bye(handle, headers: [:]) }
        // RFC 3262 5: the answer may have come with a reliable provisional response alone.
        let isKnown = description.isEmpty && heardBranch == handle
        guard isKnown || agree(handle, description) else { return shell.bye(handle, headers: [:]) }
        digits.learn(from: headers)
        let dialog = makeDialog(handle, on: branch.flow, local: branch.offer, awaitsAnswer: false)
        connected(.dialog(dialog), headers: headers.callHeaders, name: CalleeIdentity.name(in: headers))
    }

    private func connected(_ farEnd: FarEnd, headers: CallHeaders, name: String = "") {
        self.farEnd = farEnd
        state = .connected
        connectedAt = .now()
        limit?.cancel()
        for other in branches.keys where !farEnd.isDialog(other) {
            shell.cancel(other, headers: ["Reason": "SIP;cause=200;text=\"Call completed elsewhere\""])
        }
        if let tones { handleTones(tones.enabled, kinds: tones.kinds) }
        if !hasAudio {
            hasAudio = true
            emit(.audioStarted(id, headers: [:]))
        }
        emit(.connected(id, headers: headers, displayName: name))
    }

    var mayConnect: Bool { state == .connected || state == .ringing }

    func connect(to farEnd: FarEnd) {
        switch state {
        case .ringing: connected(farEnd, headers: [:])
        case .connected:
            let wasHeld = dialog?.isHeldByRemote ?? false
            self.farEnd = farEnd
            if let tones { handleTones(tones.enabled, kinds: tones.kinds) }
            if wasHeld { emit(.offHold(id)) }
        case .givenUp, .ended: break
        }
    }

    func farEndLeft() { disconnect(code: 16, reason: "Normal call clearing") }

    private func branchFailed(_ handle: SessionHandle, _ branchFailure: InviteFailure) {
        guard branches.removeValue(forKey: handle) != nil else { return }
        if state == .ringing, branchOwner?.branchFailed(handle, branchFailure) == true { return }
        guard state == .ringing || state == .givenUp else { return }
        failure = Self.better(failure, branchFailure)
        guard branches.isEmpty else { return }
        if let verdict {
            fail(code: verdict.code, reason: verdict.reason)
        } else if let failure {
            fail(code: failure.status, reason: failure.reason, headers: failure.headers.callHeaders)
        }
    }

    /// RFC 3261 16.7: a refusal for everybody (6xx) wins, otherwise the lowest class.
    private static func better(_ left: InviteFailure?, _ right: InviteFailure) -> InviteFailure {
        guard let left else { return right }
        if left.status / 100 == 6 { return left }
        if right.status / 100 == 6 { return right }
        return right.status / 100 < left.status / 100 ? right : left
    }

    private func giveUp(code: Int, reason: String, headers: CallHeaders) {
        guard state == .ringing else { return }
        state = .givenUp
        limit?.cancel()
        verdict = (code, reason)
        if branches.isEmpty { return failAtOnce(code: code, reason: reason) }
        for handle in branches.keys { shell.cancel(handle, headers: headers) }
    }

    private func ended(_ handle: SessionHandle, _ ending: InviteEnd) {
        branches[handle] = nil
        guard let farEnd, farEnd.isDialog(handle), state == .connected else {
            if state == .givenUp, branches.isEmpty, let verdict { fail(code: verdict.code, reason: verdict.reason) }
            return
        }
        disconnect(
            code: ending.status ?? 16, reason: ending.reason ?? "Normal call clearing",
            headers: ending.headers.callHeaders)
    }

    private func disconnect(code: Int, reason: String, headers: CallHeaders = [:]) {
        guard state == .connected else { return }
        state = .ended
        farEnd = nil
        media.remove()
        emit(
            .disconnected(id, CallEnd(talk: .talk(since: connectedAt), code: code, reason: reason, headers: headers)))
    }

    private func fail(code: Int, reason: String, headers: CallHeaders = [:]) {
        guard state == .ringing || state == .givenUp else { return }
        state = .ended
        limit?.cancel()
        media.remove()
        emit(.failed(id, code: code, reason: reason, headers: headers))
    }
}
