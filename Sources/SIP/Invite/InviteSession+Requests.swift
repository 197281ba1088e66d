extension InviteSession {
    /// Ends an established call (RFC 3261 15); its last event comes when the peer has confirmed the BYE.
    mutating func bye(headers: SIPHeaders, at now: SIPInstant) {
        let end = InviteEvent.ended(InviteEnd(side: .local, reason: headers.first(.reason), headers: headers))
        hangUp(end, headers, isHeld: true, at: now)
    }

    /// Ends an established call with `event` and sends the BYE as soon as it may be sent.
    mutating func hangUp(
        _ event: InviteEvent, _ headers: SIPHeaders = SIPHeaders(), isHeld: Bool = false, at now: SIPInstant
    ) {
        guard phase == .established else { return }
        finish(event, isHeld: isHeld, at: now)
        acknowledgeWithoutAnswer()
        if answer?.isInitial == true {
            // The callee may not send BYE before the ACK of its 2xx came, or never came (RFC 3261 15).
            delayedBye = headers
        } else {
            sendBye(headers)
        }
    }

    mutating func sendBye(_ headers: SIPHeaders) {
        delayedBye = nil
        answer = nil
        guard let made = makeRequest(.bye) else { return releaseEnd() }
        var request = made.request
        if let product = settings.product { request.headers.set(.userAgent, product) }
        request.headers.merge(headers)
        send(request, on: made.flow, for: .bye)
    }

    /// Sends the ACK that was to carry our answer, when the call ends before there is one.
    private mutating func acknowledgeWithoutAnswer() {
        guard let role = caller, role.owesAnswer, role.winner != nil else { return }
        caller?.owesAnswer = false
        acknowledge(role.invite, description: [])
    }

    /// Sends the ACK with our answer to the offer in the 2xx; false when no answer is owed.
    mutating func acknowledgeLate(description: [UInt8], at now: SIPInstant) -> Bool {
        guard phase == .established, let role = caller, role.owesAnswer, role.winner != nil else { return false }
        caller?.owesAnswer = false
        localDescription = description
        acknowledge(role.invite, description: description)
        sendQueuedOffer(at: now)
        return true
    }

    /// Sends INFO, MESSAGE, OPTIONS or another request that changes nothing about the session.
    mutating func sendInformation(_ method: SIPMethod, payload: SIPPayload?, headers: SIPHeaders) {
        guard phase == .established, let made = makeRequest(method) else { return }
        var request = made.request
        decorate(&request.headers, isRequest: true)
        // RFC 3428 4: a MESSAGE has no Contact.
        if method == .message { request.headers.remove(.contact) }
        request.headers.merge(headers)
        if let payload {
            request.headers.set(.contentType, payload.contentType)
            request.body = payload.bytes
        }
        send(request, on: made.flow, for: .information)
    }

    /// Takes a response to a request of this session.
    mutating func receive(_ response: SIPResponse, for id: PendingID, side: CallSide = .remote, at now: SIPInstant) {
        guard let request = pending[id] else { return }
        switch request.purpose {
        case .opening:
            receiveOpening(response, id: id, side: side, at: now)
        case .offer, .refresh:
            receiveAnswerToOffer(response, id: id, side: side, at: now)
        case .bye:
            if response.isFinal, !retryWithCredentials(response, id: id) { releaseEnd() }
        case .forkBye:
            _ = retryWithCredentials(response, id: id)
        case .information:
            guard response.isFinal, !retryWithCredentials(response, id: id) else { return }
            receiveInformationAnswer(response, request.request.method, at: now)
        case .referral(let referral):
            receiveReferAnswer(response, of: referral, pending: id, at: now)
        case .report(let referral):
            receiveReportAnswer(response, of: referral, pending: id, at: now)
        case .cancel, .prack:
            break
        }
    }

    private mutating func receiveInformationAnswer(_ response: SIPResponse, _ method: SIPMethod, at now: SIPInstant) {
        guard phase == .established else { return }
        report(.requestAnswered(method, status: response.status))
        // RFC 5057 5.1: the peer has no such call any more.
        if response.status == 481 { hangUp(.ended(InviteEnd(side: .remote, status: 481)), at: now) }
    }

    /// Sends the request again with credentials; false when the response is no challenge that can be answered.
    mutating func retryWithCredentials(_ response: SIPResponse, id: PendingID) -> Bool {
        guard response.status == 401 || response.status == 407, let entry = pending[id] else { return false }
        var request = entry.request
        guard authorizer.authorize(&request, answering: response, tokens: &tokens) else { return false }
        resend(&request, entry)
        return true
    }

    /// Sends the request with a new branch and the next number of its dialog.
    private mutating func resend(_ request: inout SIPRequest, _ entry: PendingRequest) {
        let number: UInt32
        if entry.purpose == .forkBye || dialog == nil {
            number = ((try? request.headers.cseq)?.number ?? 0) &+ 1
        } else {
            number = dialog?.takeSequence() ?? 0
        }
        request.headers.set(.cSeq, "\(number) \(request.method)")
        request.setVia(entry.flow, branch: tokens.branch())
        send(request, on: entry.flow, for: entry.purpose)
    }
}
