import CallControl
import SIP

/// The transfers of one leg: those that its session asks for, and those that its far end asks for.
final class LegTransfers {
    private struct Running {
        let handle: SessionHandle
        let id: ReferralID
    }

    /// Whether the scenario wants to hear of transfers.
    var isHandled = false
    /// Decides about a transfer that the far end asks for.
    var onReferral: ((Referral, SessionHandle) -> Void)?
    private let callID: CallID
    private let shell: SIPShell
    private let emit: (CallEvent) -> Void
    private var incoming: Running?
    private var outgoing: Running?

    init(callID: CallID, shell: SIPShell, emit: @escaping (CallEvent) -> Void) {
        self.callID = callID
        self.shell = shell
        self.emit = emit
    }

    /// Takes what concerns transfers; false for everything else.
    func receive(_ event: InviteEvent, from handle: SessionHandle) -> Bool {
        switch event {
        case .referReceived(let referral): onReferral?(referral, handle)
        case .referProgress: break
        case .referFinished(let id, let status, let reason):
            guard outgoing?.id == id, outgoing?.handle == handle else { return true }
            outgoing = nil
            emit(
                (200...299).contains(status)
                    ? .transferCompleted(callID, headers: [:])
                    : .transferFailed(callID, code: status, reason: reason, headers: [:]))
        default: return false
        }
        return true
    }

    /// Asks the far end to call somebody else.
    func ask(
        _ handle: SessionHandle, to target: NameAddress, replaces: Replaces?, referredBy: NameAddress,
        headers: CallHeaders
    ) {
        guard outgoing == nil else {
            return fail(code: 491, reason: "Another transfer of the call is under way")
        }
        do throws(UserAgentError) {
            let id = try shell.command { (agent, now) throws(UserAgentError) in
                try agent.refer(
                    handle, to: target, replaces: replaces, referredBy: referredBy, headers: SIPHeaders(headers),
                    at: now)
            }
            outgoing = Running(handle: handle, id: id)
        } catch {
            fail(code: error.code == .wrongState ? 403 : 481, reason: error.message)
        }
    }

    func fail(code: Int, reason: String) {
        emit(.transferFailed(callID, code: code, reason: reason, headers: [:]))
    }

    /// Takes a transfer of the far end on and tells the scenario.
    func accept(_ referral: Referral, in handle: SessionHandle, target: String) {
        answer(handle) { (agent, now) throws(UserAgentError) in try agent.acceptRefer(handle, referral.id, at: now) }
        incoming = Running(handle: handle, id: referral.id)
        var headers = referral.headers.callHeaders
        if let asker = referral.referredBy { headers["Referred-By"] = asker.description }
        emit(.transferRequested(callID, target: target, headers: headers))
    }

    func reject(_ referral: Referral, in handle: SessionHandle, status: Int) {
        answer(handle) { (agent, now) throws(UserAgentError) in
            try agent.rejectRefer(handle, referral.id, status: status, at: now)
        }
    }

    /// Tells the far end how its transfer went.
    func finish(_ outcome: TransferOutcome) {
        guard let running = incoming else { return }
        incoming = nil
        let (status, reason): (Int, String?) =
            switch outcome {
            case .succeeded: (200, nil)
            case .failed(let code, let reason): (min(max(code, 300), 699), reason.isEmpty ? nil : reason)
            }
        answer(running.handle) { (agent, now) throws(UserAgentError) in
            try agent.reportRefer(running.handle, running.id, status: status, reason: reason, at: now)
        }
    }

    private func answer(
        _ handle: SessionHandle, _ body: (inout UserAgent, SIPInstant) throws(UserAgentError) -> Void
    ) { shell.attempt(body) }
}
