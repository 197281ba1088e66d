extension InviteSession {
    /// Takes a re-INVITE or UPDATE (RFC 3261 14.2, RFC 3311 5.2).
    mutating func receiveOffer(_ request: SIPRequest, _ transaction: TransactionID, at now: SIPInstant) {
        noteCapabilities(request.headers)
        if let status = glare(with: request) {
            let wait = tokens.number(below: 11)
            let headers = status == 500 ? SIPHeaders([(.retryAfter, "\(wait)")]) : SIPHeaders()
            return refuse(request, transaction, status, headers: headers)
        }
        if case .tooShort = SessionTimerNegotiation.answer(to: request.headers, settings: settings.sessionTimer) {
            let least = max(settings.sessionTimer.minimum.wholeSeconds, 90)
            return refuse(request, transaction, 422, headers: SIPHeaders([(.minSE, "\(least)")]))
        }
        if request.method == .update, request.body.isEmpty { return refreshByPeer(request, transaction, at: now) }
        renegotiation.remote = Renegotiation.RemoteOffer(request: request, transaction: transaction)
        report(
            .reinviteReceived(
                SessionOffer(method: request.method, description: request.body, headers: request.headers)))
    }

    /// The status that refuses an offer while another one is under way; nil when none is.
    private func glare(with request: SIPRequest) -> Int? {
        if request.method == .update, request.body.isEmpty { return nil }
        if renegotiation.remote != nil { return 500 }
        if phase == .opening { return callee != nil ? 500 : 491 }
        let isBusy = renegotiation.local != nil || answer != nil || (caller?.owesAnswer ?? false)
        return isBusy ? 491 : nil
    }

    private mutating func refreshByPeer(_ request: SIPRequest, _ transaction: TransactionID, at now: SIPInstant) {
        dialog?.refreshTarget(request.headers)
        var response = dialogResponse(to: request, status: 200)
        if phase == .established { grantSessionTimer(request, &response, at: now) }
        act(.respond(response, transaction))
    }

    /// Accepts the peer's offer; false when there is none.
    mutating func acceptOffer(description: [UInt8], headers: SIPHeaders, at now: SIPInstant) -> Bool {
        guard let offer = renegotiation.remote, phase == .established else { return false }
        renegotiation.remote = nil
        dialog?.refreshTarget(offer.request.headers)
        if !offer.request.body.isEmpty { remoteDescription = offer.request.body }
        if offer.request.method == .invite {
            sendAnswer(
                to: offer.request, transaction: offer.transaction, description: description, headers: headers,
                isInitial: false, at: now)
        } else {
            var response = dialogResponse(to: offer.request, status: 200, headers: headers)
            response.setDescription(description)
            localDescription = description
            grantSessionTimer(offer.request, &response, at: now)
            act(.respond(response, offer.transaction))
            sendQueuedOffer(at: now)
        }
        return true
    }

    /// Refuses the peer's offer, the session stays as it is; false when there is none.
    mutating func rejectOffer(status: Int, headers: SIPHeaders, at now: SIPInstant) -> Bool {
        guard renegotiation.remote != nil else { return false }
        refuseRemoteOffer(status, headers: headers)
        sendQueuedOffer(at: now)
        return true
    }

    mutating func refuseRemoteOffer(_ status: Int, headers: SIPHeaders = SIPHeaders()) {
        guard let offer = renegotiation.remote else { return }
        renegotiation.remote = nil
        refuse(offer.request, offer.transaction, status, headers: headers)
    }
}
