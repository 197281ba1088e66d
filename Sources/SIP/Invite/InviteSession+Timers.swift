extension InviteSession {
    /// The next instant at which `timersFired(at:)` has something to do.
    var nextDeadline: SIPInstant? {
        let opening = phase == .opening ? earliest(caller?.cancel?.giveUpAt, callee?.nextDeadline) : nil
        let running = earliest(answer?.nextDeadline, sessionTimer?.nextDeadline)
        let retry = renegotiation.queued == nil ? nil : renegotiation.retryAt
        let closing = phase == .ended && !pending.isEmpty ? abandonAt : nil
        let transfers = phase == .established ? referralDeadline : nil
        return earliest(earliest(opening, running), earliest(earliest(retry, closing), transfers))
    }

    /// Performs every timer that is due at `now`.
    mutating func timersFired(at now: SIPInstant) {
        if let deadline = caller?.cancel?.giveUpAt, deadline <= now { giveUpCancelled(at: now) }
        calleeTimersFired(at: now)
        answerTimerFired(at: now)
        if let deadline = renegotiation.retryAt, deadline <= now {
            renegotiation.retryAt = nil
            sendQueuedOffer(at: now)
        }
        sessionTimerFired(at: now)
        if phase == .established { referralTimersFired(at: now) }
        if phase == .ended, let deadline = abandonAt, deadline <= now { abandonInvites() }
    }

    private mutating func answerTimerFired(at now: SIPInstant) {
        switch answer?.timersFired(at: now) {
        case .repeatAnswer:
            if let answer { act(.respond(answer.response, answer.transaction)) }
        case .unacknowledged:
            // RFC 3261 13.3.1.4: the dialog stands, the session is ended by BYE.
            let headers = delayedBye ?? SIPHeaders()
            answer = nil
            hangUp(.ended(InviteEnd(side: .local, status: 408)), headers, at: now)
            if delayedBye != nil { sendBye(headers) }
        default:
            break
        }
    }

    private mutating func sessionTimerFired(at now: SIPInstant) {
        switch sessionTimer?.timersFired(at: now) {
        case .refresh:
            refreshSession()
        case .expired:
            let reason = SIPHeaders([(.reason, "SIP;cause=408;text=\"Session timer expired\"")])
            hangUp(.ended(InviteEnd(side: .local, status: 408)), reason, at: now)
        default:
            break
        }
    }

    /// Forgets INVITEs that got no final response within 64 × T1 of the session's end (RFC 3261 9.1).
    private mutating func abandonInvites() {
        abandonAt = nil
        let unanswered = pending.filter { $0.value.request.method == .invite && !$0.value.isAnswered }
        for id in unanswered.keys.sorted(by: { $0.rawValue < $1.rawValue }) { act(.abandon(id)) }
    }

    /// Puts the session timer that both sides get into a 2xx, and starts it.
    mutating func grantSessionTimer(_ request: SIPRequest, _ response: inout SIPResponse, at now: SIPInstant) {
        let verdict = SessionTimerNegotiation.answer(to: request.headers, settings: settings.sessionTimer)
        guard case .timer(let granted, let isRequired) = verdict else { return sessionTimer = nil }
        response.headers.set(.sessionExpires, granted.description)
        if isRequired { response.headers.set(.require, "timer") }
        sessionTimer = SessionTimer(interval: granted.interval, refreshes: granted.refresher == .server, at: now)
    }
}
