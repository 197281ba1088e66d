/// Transfers (RFC 3515, RFC 3891).
extension UserAgent {
    /// Asks the peer to call somebody else; `referFinished` follows, `referProgress` may come before.
    ///
    /// With `replaces` the peer's call takes over that dialog of the target. A call takes ten of them.
    public mutating func refer(
        _ handle: SessionHandle, to target: NameAddress, replaces: Replaces? = nil, referredBy: NameAddress? = nil,
        headers: SIPHeaders = SIPHeaders(), at now: SIPInstant
    ) throws(UserAgentError) -> ReferralID {
        try expect(handle, .established, nil, "refer")
        let id = sessions[handle]?.refer(to: target, replaces: replaces, referredBy: referredBy, headers: headers)
        finishCommand(handle, at: now)
        guard let id = id ?? nil else { throw .wrongState("refer", expected: "calls with fewer than ten transfers") }
        return id
    }

    /// Takes on what `referReceived` asks for; `reportRefer` has to tell the outcome.
    public mutating func acceptRefer(_ handle: SessionHandle, _ id: ReferralID, at now: SIPInstant)
        throws(UserAgentError)
    {
        try answerRefer(handle, at: now) { $0.acceptRefer(id, at: now) }
    }

    /// Refuses what `referReceived` asks for.
    public mutating func rejectRefer(
        _ handle: SessionHandle, _ id: ReferralID, status: Int = 603, reason: String? = nil, at now: SIPInstant
    ) throws(UserAgentError) {
        try answerRefer(handle, at: now) { $0.rejectRefer(id, status: min(max(status, 300), 699), reason: reason) }
    }

    /// Tells the peer how its transfer goes on; a status of 200 and above is the last word.
    public mutating func reportRefer(
        _ handle: SessionHandle, _ id: ReferralID, status: Int, reason: String? = nil, at now: SIPInstant
    ) throws(UserAgentError) {
        try answerRefer(handle, at: now) { $0.reportRefer(id, status: status, reason: reason, at: now) }
    }

    private mutating func answerRefer(
        _ handle: SessionHandle, at now: SIPInstant, _ answer: (inout InviteSession) -> Bool
    ) throws(UserAgentError) {
        guard var session = sessions[handle], session.phase != .ended else { throw .noSuchSession }
        let isDone = answer(&session)
        sessions[handle] = session
        guard isDone else { throw .nothingToAnswer }
        finishCommand(handle, at: now)
    }
}

/// A dialog of this side that a Replaces names.
public struct ReplacedDialog: Hashable, Sendable {
    /// The call that it belongs to.
    public let handle: SessionHandle
    /// False for a call of ours that still rings: taking it over is a pick-up.
    public let isEstablished: Bool
}

/// A dialog as the peer's peer has to name it to take it over.
public struct ReplaceableDialog: Hashable, Sendable {
    /// Where the peer is reached.
    public let target: NameAddress
    /// The dialog as the peer knows it.
    public let replaces: Replaces
}

extension UserAgent {
    /// The dialog that a Replaces names (RFC 3891 3); nil for none, for one that has ended, and for a call that rings here.
    public func dialog(replacedBy replaces: Replaces) -> ReplacedDialog? {
        let local = LocalDialog(callID: replaces.callID, localTag: replaces.toTag)
        guard let handle = sessionsByDialog[local], let session = sessions[handle] else { return nil }
        switch session.phase {
        case .established:
            guard session.dialog?.id.remoteTag == replaces.fromTag else { return nil }
            return ReplacedDialog(handle: handle, isEstablished: true)
        case .opening:
            guard session.caller?.early[replaces.fromTag] != nil else { return nil }
            return ReplacedDialog(handle: handle, isEstablished: false)
        case .ended: return nil
        }
    }

    /// How somebody else would take over an established call of ours at its peer; nil before the answer and after the end.
    public func replaceableDialog(of handle: SessionHandle) -> ReplaceableDialog? {
        guard let session = sessions[handle], session.phase == .established, let dialog = session.dialog else {
            return nil
        }
        return ReplaceableDialog(
            target: NameAddress(uri: dialog.remoteTarget),
            replaces: Replaces(callID: dialog.id.callID, toTag: dialog.id.remoteTag, fromTag: dialog.id.localTag))
    }
}
