extension InviteSession {
    /// Takes a call as its callee (RFC 3261 13.3.1); nil when the request cannot make a dialog.
    static func called(
        by request: SIPRequest, transaction: TransactionID, flow: SIPFlow, contact: NameAddress,
        settings: InviteSettings, tokens: SIPTokenSource, at now: SIPInstant
    ) -> InviteSession? {
        var tokens = tokens
        let localTag = tokens.token()
        guard let dialog = Dialog(incoming: request, localTag: localTag, contact: contact, flow: flow) else {
            return nil
        }
        var session = InviteSession(
            settings: settings, callID: dialog.id.callID, localTag: localTag, tokens: tokens, credentials: nil)
        let seconds = (try? request.headers.expires).map { Int64(min($0, 86_400)) }
        session.callee = CalleeRole(
            transaction: transaction, request: request, expiresAt: seconds.map { now + .seconds($0) },
            settings: settings)
        session.dialog = dialog
        session.remoteDescription = request.body
        session.noteCapabilities(request.headers)
        session.report(.incoming(IncomingInvite(request: request, flow: flow)))
        return session
    }

    /// Sends a provisional response above 100; behind a reliable one that is not acknowledged it waits (RFC 3262 3).
    mutating func progress(status: Int, description: [UInt8], headers: SIPHeaders, at now: SIPInstant) {
        guard phase == .opening, let role = callee else { return }
        let isReliable = role.reliability.wantsReliable(hasDescription: !description.isEmpty)
        if isReliable, role.reliable != nil || !role.waiting.isEmpty {
            return wait(.progress(status: status, description: description, headers: headers))
        }
        var response = dialogResponse(to: role.request, status: status, headers: headers)
        response.setDescription(description)
        if !description.isEmpty { localDescription = description }
        callee?.provisional = response
        callee?.provisionalAt = now + settings.provisionalInterval
        if isReliable { makeReliable(&response, at: now) }
        act(.respond(response, role.transaction))
    }

    /// Answers the call by 200 and repeats it until the ACK comes.
    ///
    /// A reliable response with a description is acknowledged first (RFC 3262 3).
    mutating func accept(description: [UInt8], headers: SIPHeaders, at now: SIPInstant) {
        guard phase == .opening, let role = callee else { return }
        if role.reliable?.hasDescription == true || !role.waiting.isEmpty {
            return wait(.answer(description: description, headers: headers))
        }
        phase = .established
        callee?.provisionalAt = nil
        callee?.expiresAt = nil
        callee?.reliable = nil
        sendAnswer(
            to: role.request, transaction: role.transaction, description: description, headers: headers,
            isInitial: true, at: now)
    }

    /// Refuses the call, or sends it elsewhere with a 3xx and Contact.
    mutating func reject(status: Int, reason: String?, headers: SIPHeaders, at now: SIPInstant) {
        guard phase == .opening, let role = callee else { return }
        var response = role.request.response(status, reason: reason, toTag: localTag)
        if let product = settings.product { response.headers.set(.server, product) }
        response.headers.merge(headers)
        act(.respond(response, role.transaction))
        let failure = InviteFailure(status: status, reason: reason, headers: headers, side: .local)
        finish(.failed(failure), at: now)
    }

    /// The caller gave up: 200 to the CANCEL is the user agent's, 487 to the INVITE is ours (RFC 3261 9.2).
    mutating func receiveCancel(_ request: SIPRequest, at now: SIPInstant) {
        guard phase == .opening, let role = callee else { return }
        act(.respond(role.request.response(487, toTag: localTag), role.transaction))
        finish(.cancelled(reason: request.headers.first(.reason)), at: now)
    }

    /// Repeats the last provisional response, or ends a call whose Expires has run out.
    mutating func calleeTimersFired(at now: SIPInstant) {
        guard phase == .opening, let role = callee else { return }
        if let deadline = role.expiresAt, deadline <= now {
            act(.respond(role.request.response(487, toTag: localTag), role.transaction))
            return finish(.cancelled(reason: nil), at: now)
        }
        if reliableTimerFired(at: now) { return }
        if let deadline = role.provisionalAt, deadline <= now, let response = role.provisional {
            callee?.provisionalAt = now + settings.provisionalInterval
            repeatProvisional(response, role, at: now)
        }
    }

    /// Sends a 2xx to an INVITE, opening or re-INVITE, with the session timer both sides get.
    mutating func sendAnswer(
        to request: SIPRequest, transaction: TransactionID, description: [UInt8], headers: SIPHeaders,
        isInitial: Bool, at now: SIPInstant
    ) {
        var response = dialogResponse(to: request, status: 200, headers: headers)
        response.setDescription(description)
        localDescription = description
        grantSessionTimer(request, &response, at: now)
        answer = AnswerRetransmission(
            response: response, transaction: transaction, sequence: (try? request.headers.cseq)?.number ?? 0,
            isInitial: isInitial, timers: settings.timers, at: now)
        act(.respond(response, transaction))
    }

    /// A response that makes or keeps a dialog (RFC 3261 12.1.1): with our Contact and the request's Record-Route.
    func dialogResponse(to request: SIPRequest, status: Int, headers: SIPHeaders = SIPHeaders()) -> SIPResponse {
        var response = request.response(status, toTag: localTag)
        response.headers.set(.recordRoute, request.headers.all(.recordRoute))
        if let contact = dialog?.contact ?? caller?.contact { response.headers.set(.contact, contact.description) }
        decorate(&response.headers, isRequest: false)
        response.headers.merge(headers)
        return response
    }

    /// Notes what the peer's Allow says.
    mutating func noteCapabilities(_ headers: SIPHeaders) {
        guard headers.contains(.allow) else { return }
        peerAllowsUpdate = headers.tokens(.allow).contains("update")
    }
}
