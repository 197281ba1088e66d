import NIOCore
import SIP
import VoiceEngine

/// A transfer that the far end of a call has asked for.
struct PhoneReferral {
    let call: SessionHandle
    let id: ReferralID
}

extension SoftPhone {
    /// Asks the far end to call somebody else (blind transfer); `transferred` tells the outcome.
    func transfer(_ handle: SessionHandle, to target: String) async throws {
        let uri = try SIPURI(parsing: target.contains(":") ? target : "sip:\(target)@\(account.domain)")
        try await eventLoop.submit { try self.refer(handle, NameAddress(uri: uri), nil) }.get()
    }

    /// Puts the far ends of two calls through (attended transfer); `transferred` tells the outcome.
    func transfer(_ handle: SessionHandle, toFarEndOf other: SessionHandle) async throws {
        try await eventLoop.submit {
            let dialog = self.shell.command { agent, _ in agent.replaceableDialog(of: other) }
            guard let dialog else { throw PhoneError.notTalking }
            try self.refer(handle, dialog.target, dialog.replaces)
        }.get()
    }

    private func refer(_ handle: SessionHandle, _ target: NameAddress, _ replaces: Replaces?) throws {
        let own = account.address
        _ = try shell.command { (agent, now) throws(UserAgentError) in
            try agent.refer(handle, to: target, replaces: replaces, referredBy: own, at: now)
        }
    }

    /// The call that was there last.
    func latestCall() async -> SessionHandle? {
        try? await eventLoop.submit { self.calls.keys.max { $0.rawValue < $1.rawValue } }.get()
    }

    /// Takes what concerns transfers, of either side.
    func followTransfers(_ event: InviteEvent, _ call: PhoneCall) {
        switch event {
        case .referFinished(_, let status, _):
            journal.add(.transferred(call.handle, status: status))
            // RFC 5589 6.1: the transferor ends its call once the transfer has come about.
            if (200...299).contains(status) { end(call.handle) }
        case .referReceived(let referral): carryOut(referral, call)
        case .answered: report(call.handle, status: 200)
        case .failed(let failure): report(call.handle, status: failure.status)
        case .redirected(let status, _, _): report(call.handle, status: status)
        default: break
        }
    }

    /// Calls whom the far end names, and tells it how that goes.
    private func carryOut(_ referral: Referral, _ call: PhoneCall) {
        journal.add(.transferAsked(call.handle, target: referral.target.user ?? "\(referral.target)"))
        shell.attempt { (agent, now) throws(UserAgentError) in
            try agent.acceptRefer(call.handle, referral.id, at: now)
        }
        var headers = SIPHeaders()
        if let replaces = referral.replaces { headers.set(.replaces, replaces.description) }
        if let asker = referral.referredBy { headers.set(.referredBy, asker.description) }
        guard let made = try? dial(referral.target, headers: headers) else {
            return report(PhoneReferral(call: call.handle, id: referral.id), status: 503)
        }
        referrals[made] = PhoneReferral(call: call.handle, id: referral.id)
    }

    private func report(_ made: SessionHandle, status: Int) {
        if let referral = referrals.removeValue(forKey: made) { report(referral, status: status) }
    }

    private func report(_ referral: PhoneReferral, status: Int) {
        shell.attempt { (agent, now) throws(UserAgentError) in
            try agent.reportRefer(referral.call, referral.id, status: status, at: now)
        }
    }

    /// A call that takes the place of another one (RFC 3891) is answered at once, and the other one ends.
    func takesOver(_ request: SIPRequest, _ call: PhoneCall) -> Bool {
        guard let replaces = (try? request.headers.replaces) ?? nil else { return false }
        let dialog = shell.command { agent, _ in agent.dialog(replacedBy: replaces) }
        guard let dialog, dialog.isEstablished, !replaces.earlyOnly else {
            shell.attempt { (agent, now) throws(UserAgentError) in
                try agent.reject(call.handle, status: dialog == nil ? 481 : 486, at: now)
            }
            return true
        }
        accept(call.handle)
        journal.add(.replaced(dialog.handle))
        end(dialog.handle)
        return true
    }

    private func end(_ handle: SessionHandle) {
        shell.attempt { (agent, now) throws(UserAgentError) in try agent.hangUp(handle, at: now) }
    }
}
