extension UserAgent {
    /// Offers the peer another description by re-INVITE: hold, unhold, other media.
    ///
    /// While an offer of either side is under way it waits; after a glare it is tried again by RFC 3261 14.1.
    /// `reinviteAnswered` or `reinviteFailed` follows.
    public mutating func reinvite(_ handle: SessionHandle, description: [UInt8], at now: SIPInstant)
        throws(UserAgentError)
    {
        try expect(handle, .established, nil, "reinvite")
        sessions[handle]?.offer(.invite, description: description, at: now)
        finishCommand(handle, at: now)
    }

    /// Offers the peer another description by UPDATE (RFC 3311), or by re-INVITE where the peer does not allow that.
    public mutating func update(_ handle: SessionHandle, description: [UInt8], at now: SIPInstant)
        throws(UserAgentError)
    {
        try expect(handle, .established, nil, "update")
        sessions[handle]?.offer(.update, description: description, at: now)
        finishCommand(handle, at: now)
    }

    /// Accepts what `reinviteReceived` offered.
    public mutating func acceptReinvite(
        _ handle: SessionHandle, description: [UInt8], headers: SIPHeaders = SIPHeaders(), at now: SIPInstant
    ) throws(UserAgentError) {
        try expect(handle, .established, nil, "acceptReinvite")
        let isDone = sessions[handle]?.acceptOffer(description: description, headers: headers, at: now)
        guard isDone == true else { throw .nothingToAnswer }
        finishCommand(handle, at: now)
    }

    /// Refuses what `reinviteReceived` offered; the session goes on as before.
    public mutating func rejectReinvite(
        _ handle: SessionHandle, status: Int = 488, headers: SIPHeaders = SIPHeaders(), at now: SIPInstant
    ) throws(UserAgentError) {
        try expect(handle, .established, nil, "rejectReinvite")
        let isDone = sessions[handle]?.rejectOffer(
            status: min(max(status, 300), 699), headers: headers, at: now)
        guard isDone == true else { throw .nothingToAnswer }
        finishCommand(handle, at: now)
    }

    /// Answers the offer that `answered` brought when our INVITE had none; the ACK waits for this.
    public mutating func acknowledge(_ handle: SessionHandle, description: [UInt8], at now: SIPInstant)
        throws(UserAgentError)
    {
        try expect(handle, .established, .caller, "acknowledge")
        guard sessions[handle]?.acknowledgeLate(description: description, at: now) == true else {
            throw .nothingToAnswer
        }
        finishCommand(handle, at: now)
    }

    /// Sends an INFO, such as DTMF; `requestAnswered` follows.
    public mutating func info(
        _ handle: SessionHandle, payload: SIPPayload, headers: SIPHeaders = SIPHeaders(), at now: SIPInstant
    ) throws(UserAgentError) {
        try send(.info, handle, payload: payload, headers: headers, at: now)
    }

    /// Sends a MESSAGE inside the call; `requestAnswered` follows.
    public mutating func message(
        _ handle: SessionHandle, payload: SIPPayload, headers: SIPHeaders = SIPHeaders(), at now: SIPInstant
    ) throws(UserAgentError) {
        try send(.message, handle, payload: payload, headers: headers, at: now)
    }

    /// Asks the peer whether it is still there; `requestAnswered` follows, with 408 when it is not.
    public mutating func options(_ handle: SessionHandle, at now: SIPInstant) throws(UserAgentError) {
        try send(.options, handle, payload: nil, headers: SIPHeaders(), at: now)
    }

    /// Sends a request of another method inside the call, such as REFER or NOTIFY; `requestAnswered` follows.
    public mutating func request(
        _ handle: SessionHandle, method: SIPMethod, payload: SIPPayload? = nil, headers: SIPHeaders = SIPHeaders(),
        at now: SIPInstant
    ) throws(UserAgentError) {
        guard ![.invite, .ack, .cancel, .bye, .update, .prack].contains(method) else {
            throw .wrongState("request", expected: "methods without a command of their own")
        }
        try send(method, handle, payload: payload, headers: headers, at: now)
    }

    /// Gives a call credentials for challenges to its further requests; an incoming call has none by itself.
    public mutating func authorize(_ handle: SessionHandle, with credentials: SIPCredentials)
        throws(UserAgentError)
    {
        guard sessions[handle] != nil else { throw .noSuchSession }
        sessions[handle]?.authorizer = RequestAuthorizer(credentials: credentials)
    }

    private mutating func send(
        _ method: SIPMethod, _ handle: SessionHandle, payload: SIPPayload?, headers: SIPHeaders, at now: SIPInstant
    ) throws(UserAgentError) {
        try expect(handle, .established, nil, method.rawValue)
        sessions[handle]?.sendInformation(method, payload: payload, headers: headers)
        finishCommand(handle, at: now)
    }
}
