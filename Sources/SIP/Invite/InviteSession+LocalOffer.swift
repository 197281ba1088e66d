extension InviteSession {
    /// Offers another description by re-INVITE or UPDATE.
    ///
    /// While another offer is under way it waits; a newer one replaces one that waits.
    mutating func offer(_ method: SIPMethod, description: [UInt8], at now: SIPInstant) {
        guard phase == .established else { return }
        let method = method == .update && !peerAllowsUpdate ? .invite : method
        renegotiation.queued = Renegotiation.LocalOffer(method: method, description: description)
        sendQueuedOffer(at: now)
    }

    /// Sends the waiting offer when nothing is in its way.
    mutating func sendQueuedOffer(at now: SIPInstant) {
        guard let offer = renegotiation.queued, canOffer, (renegotiation.retryAt ?? now) <= now else { return }
        renegotiation.queued = nil
        renegotiation.retryAt = nil
        send(offer)
    }

    private var canOffer: Bool {
        phase == .established && renegotiation.local == nil && renegotiation.remote == nil && answer == nil
            && caller?.owesAnswer != true
    }

    private mutating func send(_ offer: Renegotiation.LocalOffer, least: UInt32? = nil) {
        guard let made = makeRequest(offer.method) else { return }
        var request = made.request
        renegotiation.local = offer
        decorate(&request.headers, isRequest: true)
        SessionTimerNegotiation.ask(
            &request.headers, settings: settings.sessionTimer, current: sessionTimer, least: least)
        request.setDescription(offer.description)
        send(request, on: made.flow, for: offer.isRefresh ? .refresh : .offer)
    }

    /// Keeps the session timer running: by UPDATE when the peer knows it, else by an unchanged re-INVITE.
    mutating func refreshSession() {
        guard canOffer, renegotiation.queued == nil else { return }
        var offer = Renegotiation.LocalOffer(
            method: peerAllowsUpdate ? .update : .invite, description: peerAllowsUpdate ? [] : localDescription)
        offer.isRefresh = true
        send(offer)
    }

    /// Takes a response to our re-INVITE or UPDATE.
    mutating func receiveAnswerToOffer(_ response: SIPResponse, id: PendingID, side: CallSide, at now: SIPInstant) {
        guard response.isFinal, let entry = pending[id] else { return }
        if response.isSuccess, let ack = entry.ack { return act(.sendACK(ack, dialog?.nextHop ?? entry.flow)) }
        guard !entry.isAnswered else { return }
        pending[id]?.isAnswered = true
        if response.isSuccess, entry.request.method == .invite { acknowledge(id, description: []) }
        guard phase == .established, let offer = renegotiation.local else { return }
        if retryWithCredentials(response, id: id) { return }
        renegotiation.local = nil
        if response.isSuccess {
            offerAccepted(offer, response, at: now)
        } else {
            offerRefused(offer, response, side: side, at: now)
        }
        sendQueuedOffer(at: now)
    }

    private mutating func offerAccepted(_ offer: Renegotiation.LocalOffer, _ response: SIPResponse, at now: SIPInstant)
    {
        dialog?.refreshTarget(response.headers)
        noteCapabilities(response.headers)
        sessionTimer = SessionTimerNegotiation.agreed(in: response.headers, at: now)
        if !offer.description.isEmpty { localDescription = offer.description }
        let isNews = !response.body.isEmpty && response.body != remoteDescription
        if !response.body.isEmpty { remoteDescription = response.body }
        // A refresh concerns the owner only when the peer used it to change something.
        guard !offer.isRefresh || isNews else { return }
        report(.reinviteAnswered(description: response.body, headers: response.headers))
    }

    private mutating func offerRefused(
        _ offer: Renegotiation.LocalOffer, _ response: SIPResponse, side: CallSide, at now: SIPInstant
    ) {
        switch response.status {
        case 491 where offer.glares < settings.glareRetries:
            retryAfterGlare(offer, at: now)
        case 422 where offer.glares < settings.glareRetries && response.headers.contains(.minSE):
            var again = offer
            again.glares += 1
            send(again, least: try? response.headers.minSE)
        case 408, 481:
            // RFC 3261 12.2.1.2: the peer has no such call or does not answer any more.
            hangUp(.ended(InviteEnd(side: side, status: response.status)), at: now)
        default:
            guard !offer.isRefresh else { return }
            report(.reinviteFailed(status: response.status, reason: response.reason))
        }
    }

    /// RFC 3261 14.1: the owner of the Call-ID waits 2.1 to 4 s, the other side 0 to 2 s, in steps of 10 ms.
    private mutating func retryAfterGlare(_ offer: Renegotiation.LocalOffer, at now: SIPInstant) {
        // A newer offer of the owner's takes the place of the refused one; a refresh has its own timer.
        guard !offer.isRefresh else { return }
        if renegotiation.queued == nil {
            var again = offer
            again.glares += 1
            renegotiation.queued = again
        }
        let steps = caller != nil ? 210 + tokens.number(below: 191) : tokens.number(below: 201)
        renegotiation.retryAt = now + .milliseconds(Int64(steps) * 10)
    }
}
