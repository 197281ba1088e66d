import CallControl
import NIOCore
import SIP

extension VoiceEngine {
    /// Sends a call to the registrar of a registration, as the one who is registered there.
    ///
    /// From is the registered address, as registrars demand; who calls is said beside it (P-Preferred-Identity, RFC 3325).
    func call(_ call: OutgoingSIPCall, _ uri: SIPURI, by id: OutboundRegistrationID, _ leg: OutboundLeg) {
        guard let (registration, hop, credentials) = outboundRegistrar?.kept(id) else {
            return leg.failAtOnce(code: 503, reason: "The SIP registration is not kept")
        }
        flow(to: hop).assumeIsolated().whenComplete { [weak self] result in
            guard let self else { return }
            switch result {
            case .success(let flow):
                var invite = invite(call, uri, as: registration, on: flow)
                invite.credentials = credentials
                add(invite, on: flow, to: leg)
                if leg.hasNoBranch { leg.failAtOnce(code: 503, reason: SIPStatus.reason(503)) }
            case .failure(let error): leg.failAtOnce(for: error)
            }
        }
    }

    private func invite(
        _ call: OutgoingSIPCall, _ uri: SIPURI, as registration: OutboundRegistration, on flow: SIPFlow
    ) -> OutgoingInvite {
        let registrar = try? SIPURI(parsing: "sip:\(registration.proxy)")
        let address = SIPURI(
            scheme: "sip", user: registration.userName, host: registrar?.host ?? uri.host, port: registrar?.port)
        let from = NameAddress(
            displayName: call.displayName ?? (call.callerID.isEmpty ? nil : call.callerID), uri: address)
        var invite = OutgoingInvite(
            uri: uri, from: from, to: NameAddress(uri: uri),
            contact: shell.contact(user: registration.contactUser, on: flow), description: [],
            headers: SIPHeaders(call.headers))
        if !call.callerID.isEmpty, call.callerID != registration.userName {
            let caller = NameAddress(
                displayName: call.displayName,
                uri: SIPURI(scheme: "sip", user: call.callerID, host: registrar?.host ?? uri.host))
            invite.headers.set(.pPreferredIdentity, caller.description)
        }
        invite.noteForwarding(of: call, to: uri, host: HostText.bracketed(flow.localAddress))
        return invite
    }
}
