extension InviteSession {
    /// Gives up a call before its answer (RFC 3261 9.1).
    ///
    /// Before the first provisional response nothing is sent: the CANCEL could overtake its INVITE.
    mutating func cancel(headers: SIPHeaders, at now: SIPInstant) {
        guard phase == .opening, caller != nil, caller?.cancel == nil else { return }
        caller?.cancel = CallerRole.Cancellation(headers: headers, giveUpAt: now + settings.cancelGiveUp)
        sendDueCancel(at: now)
    }

    /// Sends the CANCEL once both the wish and a provisional response are there.
    mutating func sendDueCancel(at now: SIPInstant) {
        guard let role = caller, role.hasProvisional, let cancel = role.cancel, !cancel.isSent else { return }
        caller?.cancel?.isSent = true
        send(role.request.cancellation(cancel.headers), on: role.flow, for: .cancel)
        if phase == .ended { abandonAt = now + settings.timers.transactionTimeout }
    }

    /// Reports 487 when the callee has not confirmed the CANCEL in time; a late 200 is still ended.
    mutating func giveUpCancelled(at now: SIPInstant) {
        finish(.failed(InviteFailure(status: 487, side: .local)), at: now)
    }
}
