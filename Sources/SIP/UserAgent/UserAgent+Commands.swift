extension UserAgent {
    /// Calls somebody. Events under the handle tell how it goes on.
    public mutating func invite(_ call: OutgoingInvite, on flow: SIPFlow, at now: SIPInstant)
        throws(UserAgentError) -> SessionHandle
    {
        guard liveSessions < settings.maximumSessions else { throw .tooManySessions }
        let handle = SessionHandle(rawValue: makeHandle())
        add(.calling(call, on: flow, settings: settings.invite, tokens: tokens.child()), as: handle)
        settle(handle, at: now)
        run(at: now)
        return handle
    }

    /// Tells the caller that the phone rings (180).
    public mutating func ring(_ handle: SessionHandle, headers: SIPHeaders = SIPHeaders(), at now: SIPInstant)
        throws(UserAgentError)
    {
        try progress(handle, status: 180, headers: headers, at: now)
    }

    /// Sends a provisional response, 183 with a description for sound before the answer; 101 to 199.
    public mutating func progress(
        _ handle: SessionHandle, status: Int = 183, description: [UInt8] = [], headers: SIPHeaders = SIPHeaders(),
        at now: SIPInstant
    ) throws(UserAgentError) {
        try expect(handle, .opening, .callee, "a provisional response")
        sessions[handle]?.progress(
            status: min(max(status, 101), 199), description: description, headers: headers, at: now)
        finishCommand(handle, at: now)
    }

    /// Answers an incoming call: `description` is the answer, or the offer when the INVITE had none.
    public mutating func accept(
        _ handle: SessionHandle, description: [UInt8], headers: SIPHeaders = SIPHeaders(), at now: SIPInstant
    ) throws(UserAgentError) {
        try expect(handle, .opening, .callee, "accept")
        sessions[handle]?.accept(description: description, headers: headers, at: now)
        finishCommand(handle, at: now)
    }

    /// Refuses an incoming call; also challenges it (401 with WWW-Authenticate) or sends it elsewhere (302, Contact).
    public mutating func reject(
        _ handle: SessionHandle, status: Int, reason: String? = nil, headers: SIPHeaders = SIPHeaders(),
        at now: SIPInstant
    ) throws(UserAgentError) {
        try expect(handle, .opening, .callee, "reject")
        sessions[handle]?.reject(
            status: min(max(status, 300), 699), reason: reason, headers: headers, at: now)
        finishCommand(handle, at: now)
    }

    /// Gives up an outgoing call before its answer; `failed` with 487 follows, at the latest after `cancelGiveUp`.
    public mutating func cancel(_ handle: SessionHandle, headers: SIPHeaders = SIPHeaders(), at now: SIPInstant)
        throws(UserAgentError)
    {
        try expect(handle, .opening, .caller, "cancel")
        sessions[handle]?.cancel(headers: headers, at: now)
        finishCommand(handle, at: now)
    }

    /// Ends an established call; `ended` follows when the peer has confirmed the BYE, or never will.
    public mutating func bye(_ handle: SessionHandle, headers: SIPHeaders = SIPHeaders(), at now: SIPInstant)
        throws(UserAgentError)
    {
        try expect(handle, .established, nil, "bye")
        sessions[handle]?.bye(headers: headers, at: now)
        finishCommand(handle, at: now)
    }

    /// Ends a call by what its state asks for: CANCEL, a refusal of `status`, or BYE.
    public mutating func hangUp(
        _ handle: SessionHandle, status: Int = 480, headers: SIPHeaders = SIPHeaders(), at now: SIPInstant
    ) throws(UserAgentError) {
        guard let session = sessions[handle] else { throw .noSuchSession }
        switch session.phase {
        case .opening where session.caller != nil: try cancel(handle, headers: headers, at: now)
        case .opening: try reject(handle, status: status, headers: headers, at: now)
        case .established: try bye(handle, headers: headers, at: now)
        case .ended: throw .noSuchSession
        }
    }

    mutating func finishCommand(_ handle: SessionHandle, at now: SIPInstant) {
        settle(handle, at: now)
        run(at: now)
    }

    /// A side of a call that some commands are for.
    enum Role {
        case caller
        case callee
    }

    func expect(_ handle: SessionHandle, _ phase: InviteSession.Phase, _ role: Role?, _ command: String)
        throws(UserAgentError)
    {
        guard let session = sessions[handle], session.phase != .ended else { throw .noSuchSession }
        let isCaller = session.caller != nil
        guard session.phase == phase, role == nil || (role == .caller) == isCaller else {
            let expected =
                phase == .established
                ? "established calls" : "unanswered calls, \(role == .caller ? "outgoing" : "incoming")"
            throw .wrongState(command, expected: expected)
        }
    }
}
