import CallControl
import SIP

extension VoiceEngine {
    /// Calls a conference of the session's application.
    func call(_ call: OutgoingConferenceCall, id: CallID, session: EngineSession) {
        guard let leg = makeOutboundLeg(id, timeout: call.timeoutSeconds, isInside: true, session) else { return }
        leg.party = LegParty(name: call.conference)
        let flow = shell.flowToItself
        let host = HostText.bracketed(flow.localAddress)
        let token = conferenceDoors.make(.init(conference: call.conference, domain: session.domain))
        let caller = NameAddress(
            displayName: call.displayName ?? call.callerID,
            uri: SIPURI(
                scheme: "sip", user: call.callerID.isEmpty ? CallerIdentity.anonymous : call.callerID, host: host))
        let address = SIPURI(scheme: "sip", user: token, host: host, port: flow.remotePort)
        let invite = OutgoingInvite(
            uri: address, from: caller, to: NameAddress(uri: address),
            contact: shell.contact(user: token, on: flow), description: [], headers: SIPHeaders(call.headers))
        add(invite, on: flow, to: leg)
        if leg.hasNoBranch { leg.failAtOnce(code: 503, reason: SIPStatus.reason(503)) }
    }
}
