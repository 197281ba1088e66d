extension UserAgent {
    /// Takes in a new session.
    mutating func add(_ session: InviteSession, as handle: SessionHandle) {
        sessionsByDialog[LocalDialog(callID: session.callID, localTag: session.localTag)] = handle
        sessions[handle] = session
        liveSessions += 1
    }

    /// Performs what a session asks for, arms its timer, and drops it when it is over.
    mutating func settle(_ handle: SessionHandle, at now: SIPInstant) {
        while let action = sessions[handle]?.nextAction() { perform(action, of: handle, at: now) }
        guard let isFinished = sessions[handle]?.isFinished else { return }
        guard isFinished else { return deadlines.set(handle, to: sessions[handle]?.nextDeadline) }
        deadlines.set(handle, to: nil)
        guard let session = sessions.removeValue(forKey: handle) else { return }
        sessionsByDialog[LocalDialog(callID: session.callID, localTag: session.localTag)] = nil
    }

    private mutating func perform(_ action: InviteSessionAction, of handle: SessionHandle, at now: SIPInstant) {
        switch action {
        case .send(let request, let flow, let pending):
            send(request, flow, SessionRequest(session: handle, request: pending), at: now)
        case .sendACK(let request, let flow):
            actions.append(.send(.request(request), to: flow))
        case .respond(let response, let transaction):
            layer.respond(response, to: transaction, at: now)
        case .event(let event):
            if event.isFinal { liveSessions -= 1 }
            actions.append(.event(handle, event))
        case .abandon(let pending):
            let key = SessionRequest(session: handle, request: pending)
            if let transaction = sessionTransactions[key] { layer.abandon(transaction) }
        }
    }

    private mutating func send(_ request: SIPRequest, _ flow: SIPFlow, _ key: SessionRequest, at now: SIPInstant) {
        guard let id = layer.send(request, on: flow, at: now) else {
            // A request of ours always has a fresh branch; should it not, the call hears of a failed transport.
            let response = SIPResponse(status: 503)
            sessions[key.session]?.receive(response, for: key.request, side: .local, at: now)
            sessions[key.session]?.transactionOver(key.request)
            return
        }
        owners[id] = .session(key.session, key.request)
        sessionTransactions[key] = id
    }

    /// Whether the peer of a call of ours has answered anything yet, such as 100.
    public func hasProvisionalResponse(_ handle: SessionHandle) -> Bool {
        sessions[handle]?.caller?.hasProvisional ?? false
    }

    /// How a call of ours began; nil for one that is over.
    public func opening(of handle: SessionHandle) -> DialogOpening? {
        guard let session = sessions[handle] else { return nil }
        guard let callee = session.callee else {
            return DialogOpening(callID: session.callID, callerTag: session.localTag, isOurs: true)
        }
        let tag = (try? callee.request.headers.from)?.tag
        return DialogOpening(callID: session.callID, callerTag: tag ?? "", isOurs: false)
    }

    /// The call that a request with our tag belongs to; nil when it belongs to none.
    public func session(of request: SIPRequest) -> SessionHandle? {
        guard let callID = try? request.headers.callID, let tag = (try? request.headers.to)?.tag else { return nil }
        return sessionsByDialog[LocalDialog(callID: callID, localTag: tag)]
    }
}
