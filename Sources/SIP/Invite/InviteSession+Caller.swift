extension InviteSession {
    /// Opens a call as its caller (RFC 3261 13.2.1).
    static func calling(
        _ call: OutgoingInvite, on flow: SIPFlow, settings: InviteSettings, tokens: SIPTokenSource
    ) -> InviteSession {
        var tokens = tokens
        let localTag = tokens.token()
        var session = InviteSession(
            settings: settings, callID: call.callID ?? tokens.token(), localTag: localTag, tokens: tokens,
            credentials: call.credentials)
        let request = session.opening(call, on: flow)
        session.localDescription = call.description
        let id = session.send(request, on: flow, for: .opening)
        session.caller = CallerRole(
            invite: id, request: request, flow: flow, contact: call.contact, owesAnswer: call.description.isEmpty)
        return session
    }

    private mutating func opening(_ call: OutgoingInvite, on flow: SIPFlow) -> SIPRequest {
        var request = SIPRequest(method: .invite, uri: call.uri)
        var from = call.from
        from.tag = localTag
        request.setVia(flow, branch: tokens.branch())
        request.headers.set(.route, call.routes.map(\.description))
        request.headers.set(.maxForwards, "70")
        request.headers.set(.from, from.description)
        request.headers.set(.to, call.to.description)
        request.headers.set(.callID, callID)
        request.headers.set(.cSeq, "1 INVITE")
        request.headers.set(.contact, call.contact.description)
        decorate(&request.headers, isRequest: true)
        // Without an offer of ours a PRACK would have to bring an answer that nobody has given yet.
        if call.description.isEmpty {
            request.headers.set(.supported, settings.supported.filter { $0 != "100rel" }.joined(separator: ", "))
        }
        SessionTimerNegotiation.ask(
            &request.headers, settings: settings.sessionTimer, current: nil, least: nil)
        request.headers.merge(call.headers)
        request.setDescription(call.description)
        return request
    }

    /// Takes a response to the INVITE that opens the call.
    mutating func receiveOpening(_ response: SIPResponse, id: PendingID, side: CallSide, at now: SIPInstant) {
        switch response.status {
        case 100...199: receiveProvisional(response, at: now)
        case 200...299: receiveSuccess(response, id: id, at: now)
        default: receiveRefusal(response, id: id, side: side, at: now)
        }
    }

    private mutating func receiveProvisional(_ response: SIPResponse, at now: SIPInstant) {
        caller?.hasProvisional = true
        noteEarlyDialog(response)
        sendDueCancel(at: now)
        guard acknowledgeProvisional(response) else { return }
        guard response.status > 100, phase == .opening, caller?.cancel == nil else { return }
        report(.ringing(status: response.status, headers: response.headers, body: response.body))
        if !response.body.isEmpty { report(.earlyMedia(description: response.body, headers: response.headers)) }
    }

    /// Opens the early dialog of a fork (RFC 3261 12.1.2), so that its requests are understood before its answer.
    private mutating func noteEarlyDialog(_ response: SIPResponse) {
        guard response.status > 100, phase == .opening, let role = caller, role.early.count < CallerRole.earlyLimit,
            let tag = (try? response.headers.to)?.tag, role.early[tag] == nil
        else { return }
        caller?.early[tag] = Dialog(
            outgoing: role.request, response: response, contact: role.contact, flow: role.flow)
    }

    private mutating func receiveSuccess(_ response: SIPResponse, id: PendingID, at now: SIPInstant) {
        guard let caller, let invite = pending[id] else { return }
        let tag = (try? response.headers.to)?.tag ?? ""
        if tag == caller.winner {
            if let ack = invite.ack { act(.sendACK(ack, dialog?.nextHop ?? invite.flow)) }
            return
        }
        guard
            let fork = Dialog(
                outgoing: invite.request, response: response, contact: caller.contact, flow: caller.flow)
        else { return }
        if phase == .opening, caller.cancel == nil, caller.winner == nil {
            establish(fork, response, id: id, at: now)
        } else {
            dismiss(fork, tag: tag, invite: invite)
            // The 200 that crossed our CANCEL: the call was given up, whatever the callee did.
            if phase == .opening { finish(.failed(InviteFailure(status: 487, side: .local)), at: now) }
        }
    }

    private mutating func establish(_ fork: Dialog, _ response: SIPResponse, id: PendingID, at now: SIPInstant) {
        pending[id]?.isAnswered = true
        caller?.winner = fork.id.remoteTag
        dialog = fork
        if let early = caller?.early[fork.id.remoteTag] { dialog?.confirm(early) }
        caller?.early = [:]
        phase = .established
        remoteDescription = response.body
        noteCapabilities(response.headers)
        sessionTimer = SessionTimerNegotiation.agreed(in: response.headers, at: now)
        if caller?.owesAnswer != true { acknowledge(id, description: []) }
        report(.answered(description: response.body, headers: response.headers))
    }

    /// Sends the ACK of a 2xx and keeps it for the 2xx's repetitions (RFC 3261 13.2.2.4).
    mutating func acknowledge(_ id: PendingID, description: [UInt8]) {
        guard let invite = pending[id], let number = (try? invite.request.headers.cseq)?.number,
            let made = makeRequest(.ack, sequence: number)
        else { return }
        var ack = made.request
        ack.copyAuthorization(from: invite.request)
        ack.setDescription(description)
        pending[id]?.ack = ack
        act(.sendACK(ack, made.flow))
    }

    /// Acknowledges and ends a fork that came after the first answer or after the call was given up.
    private mutating func dismiss(_ fork: Dialog, tag: String, invite: PendingRequest) {
        var fork = fork
        if let ack = caller?.losers[tag] { return act(.sendACK(ack, fork.nextHop)) }
        guard (caller?.losers.count ?? 0) < 64, let number = (try? invite.request.headers.cseq)?.number else { return }
        var ack = fork.makeRequest(.ack, branch: tokens.branch(), sequence: number)
        ack.copyAuthorization(from: invite.request)
        caller?.losers[tag] = ack
        act(.sendACK(ack, fork.nextHop))
        send(fork.makeRequest(.bye, branch: tokens.branch()), on: fork.nextHop, for: .forkBye)
    }

    private mutating func receiveRefusal(
        _ response: SIPResponse, id: PendingID, side: CallSide, at now: SIPInstant
    ) {
        pending[id]?.isAnswered = true
        guard phase == .opening else { return }
        guard caller?.cancel == nil else { return finishCancelled(by: response, side: side, at: now) }
        if side == .remote, retryOpening(response, id: id) { return }
        if (300...399).contains(response.status) {
            let contacts = (try? response.headers.contacts)?.addresses ?? []
            let event = InviteEvent.redirected(
                status: response.status, contacts: contacts, headers: response.headers)
            return finish(event, at: now)
        }
        let failure = InviteFailure(
            status: response.status, reason: response.reason, headers: response.headers, side: side)
        finish(.failed(failure), at: now)
    }

    private mutating func finishCancelled(by response: SIPResponse, side: CallSide, at now: SIPInstant) {
        // Our own 408 or 503, or a challenge, says nothing new about a call that was given up anyway.
        let isSilent = side == .local || [401, 407, 422].contains(response.status)
        let failure = InviteFailure(
            status: isSilent ? 487 : response.status, reason: isSilent ? nil : response.reason,
            headers: isSilent ? SIPHeaders() : response.headers, side: isSilent ? .local : side)
        finish(.failed(failure), at: now)
    }

    /// Sends the INVITE again after a challenge or a 422; false when there is nothing to change.
    private mutating func retryOpening(_ response: SIPResponse, id: PendingID) -> Bool {
        guard var request = pending[id]?.request, let flow = pending[id]?.flow else { return false }
        switch response.status {
        case 401, 407:
            guard authorizer.authorize(&request, answering: response, tokens: &tokens) else { return false }
        case 422:
            guard let raises = caller?.intervalRaises, raises < 3, let least = try? response.headers.minSE else {
                return false
            }
            caller?.intervalRaises = raises + 1
            SessionTimerNegotiation.ask(
                &request.headers, settings: settings.sessionTimer, current: nil, least: least)
        default:
            return false
        }
        let number = (try? request.headers.cseq)?.number ?? 0
        request.headers.set(.cSeq, "\(number + 1) INVITE")
        request.setVia(flow, branch: tokens.branch())
        let retry = send(request, on: flow, for: .opening)
        caller?.invite = retry
        caller?.request = request
        caller?.hasProvisional = false
        return true
    }
}
