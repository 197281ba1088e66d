import CallControl
import NIOCore
import SDP
import SIP

/// A leg that the platform opens; it rings every device of the callee, and the first to answer has it.
final class OutboundLeg: CallLeg {
    private enum State { case ringing, givenUp, connected, ended }

    let id: CallID
    let media: LegMedia
    private(set) var dialog: LegDialog?
    private let digits: LegDigits
    private let shell: SIPShell
    private let emit: (CallEvent) -> Void
    private let local: SessionDescription
    private var branches: Set<SessionHandle> = []
    private var winner: SessionHandle?
    private var state = State.ringing
    private var hasAudio = false
    private var failure: InviteFailure?
    private var verdict: (code: Int, reason: String)?
    private var connectedAt: NIODeadline?
    private var limit: Scheduled<Void>?
    private var tones: (enabled: Bool, kinds: Set<DTMFKind>)?

    init(id: CallID, shell: SIPShell, media: LegMedia, timeoutSeconds: Int, emit: @escaping (CallEvent) -> Void) {
        self.id = id
        self.shell = shell
        self.media = media
        self.emit = emit
        digits = LegDigits(media: media, eventLoop: shell.eventLoop)
        local = AudioOffer.make(address: media.port.address, port: media.port.number, sessionID: media.sessionID)
        limit = shell.eventLoop.assumeIsolated().scheduleTask(in: .seconds(Int64(timeoutSeconds))) { [weak self] in
            self?.giveUp(code: 408, reason: SIPStatus.reason(408), headers: [:])
        }
    }

    /// The offer that every branch carries.
    var description: [UInt8] { local.bytes }

    func add(branch handle: SessionHandle) { branches.insert(handle) }

    var hasNoBranch: Bool { branches.isEmpty }

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
        case .connected: if let winner { shell.bye(winner, headers: headers) }
        case .givenUp, .ended: break
        }
    }

    func sendDigits(_ digits: String) { self.digits.send(digits) }

    func handleTones(_ enabled: Bool, kinds: Set<DTMFKind>) {
        tones = (enabled, kinds)
        media.handleTones(enabled ? kinds : [])
        dialog?.reportsInfoDigits = enabled && kinds.contains(.sipInfo)
    }

    func receive(_ event: InviteEvent, from handle: SessionHandle) {
        switch event {
        case .ringing(let status, let headers, _):
            if status == 180, state == .ringing { emit(.ringing(id, headers: headers.callHeaders)) }
        case .earlyMedia(let description, let headers): startAudio(description, headers)
        case .answered(let description, let headers): answered(by: handle, description, headers)
        case .failed(let failure): branchFailed(handle, failure)
        case .redirected(let status, _, let headers):
            branchFailed(handle, InviteFailure(status: status, headers: headers, side: .remote))
        case .ended(let ending): ended(handle, ending)
        default: if handle == winner { dialog?.receive(event) }
        }
    }

    private func startAudio(_ description: [UInt8], _ headers: SIPHeaders) {
        guard state == .ringing, !hasAudio, agree(description) else { return }
        hasAudio = true
        emit(.audioStarted(id, headers: headers.callHeaders))
    }

    private func agree(_ description: [UInt8]) -> Bool {
        guard let answer = try? SessionDescription(parsing: description),
            let agreed = try? OfferAnswer.agree(offer: local, answer: answer)
        else { return false }
        media.agree(agreed)
        return true
    }

    private func answered(by handle: SessionHandle, _ description: [UInt8], _ headers: SIPHeaders) {
        // Answered in the moment of giving up, or by two devices at once: this one hears the end.
        guard state == .ringing, winner == nil else { return shell.bye(handle, headers: [:]) }
        guard agree(description) else {
            shell.bye(handle, headers: [:])
            return
        }
        winner = handle
        state = .connected
        connectedAt = .now()
        limit?.cancel()
        for other in branches where other != handle {
            shell.cancel(other, headers: ["Reason": "SIP;cause=200;text=\"Call completed elsewhere\""])
        }
        digits.learn(from: headers)
        dialog = LegDialog(
            handle: handle, shell: shell, media: media, digits: digits, callID: id, local: local, emit: emit)
        if let tones { handleTones(tones.enabled, kinds: tones.kinds) }
        if !hasAudio {
            hasAudio = true
            emit(.audioStarted(id, headers: [:]))
        }
        emit(.connected(id, headers: headers.callHeaders))
    }

    private func branchFailed(_ handle: SessionHandle, _ branchFailure: InviteFailure) {
        branches.remove(handle)
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
        for handle in branches { shell.cancel(handle, headers: headers) }
    }

    private func ended(_ handle: SessionHandle, _ ending: InviteEnd) {
        branches.remove(handle)
        guard handle == winner, state == .connected else {
            if state == .givenUp, branches.isEmpty, let verdict { fail(code: verdict.code, reason: verdict.reason) }
            return
        }
        state = .ended
        media.remove()
        let duration = connectedAt.map { (NIODeadline.now() - $0).nanoseconds / 1_000_000_000 } ?? 0
        emit(
            .disconnected(
                id,
                CallEnd(
                    durationSeconds: Int(duration), code: ending.status ?? 16,
                    reason: ending.reason ?? "Normal call clearing", headers: ending.headers.callHeaders)))
    }

    private func fail(code: Int, reason: String, headers: CallHeaders = [:]) {
        guard state == .ringing || state == .givenUp else { return }
        state = .ended
        limit?.cancel()
        media.remove()
        emit(.failed(id, code: code, reason: reason, headers: headers))
    }
}
