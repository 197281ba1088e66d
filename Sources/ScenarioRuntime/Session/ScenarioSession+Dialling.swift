import CallControl

/// New outgoing legs.
extension ScenarioSession {
    func dial(_ command: ScriptCommand) {
        switch command {
        case .callUser(let id, let request):
            dial(id) { .callUser(id, OutgoingUserCall(request, headers: fitting(request.headers))) }
        case .callSIP(let id, let request):
            dial(id) { .callSIP(id, OutgoingSIPCall(request, headers: fitting(request.headers))) }
        case .callPSTN(let id, let number, let callerID, let followsDiversion):
            dial(id, orRefuse: (503, "No trunk for callPSTN, use callSIP with a trunk's address")) {
                var call = services.outgoingCall(toNumber: number, callerID: callerID ?? "")
                if followsDiversion { call?.forwardedFrom = start.incoming?.destination }
                return call
            }
        case .callConference(let id, let request):
            dial(id) { .callConference(id, OutgoingConferenceCall(request, headers: fitting(request.headers))) }
        case .callWhatsapp(let id, _, _):
            refuse(id, code: 501, reason: "callWhatsappUser is not available on this platform")
        default: break
        }
    }

    private func dial(_ id: CallID, _ command: () -> CallCommand) {
        guard admit(id) else { return }
        watchIdleness()
        control.execute(command())
    }

    /// Dials what the platform says, or fails with its own code.
    private func dial(_ id: CallID, orRefuse refusal: (code: Int, reason: String), _ call: () -> OutgoingSIPCall?) {
        guard admit(id) else { return }
        if let call = call() {
            watchIdleness()
            control.execute(.callSIP(id, call))
        } else {
            deliver(.failed(id, code: refusal.code, reason: refusal.reason, headers: [:]))
        }
    }

    private func refuse(_ id: CallID, code: Int, reason: String) {
        guard admit(id) else { return }
        log.text("WARNING! \(reason).")
        deliver(.failed(id, code: code, reason: reason, headers: [:]))
    }

    /// Adds the leg; one too many fails with 403, an id that nobody gave out ends the session.
    private func admit(_ id: CallID) -> Bool {
        switch calls.addOutgoing(id) {
        case .dial: return true
        case .refused(let reason): deliver(.failed(id, code: 403, reason: reason, headers: [:]))
        case .unusable: fail("the script dialled with a call id that it was not given")
        }
        return false
    }
}

extension OutgoingUserCall {
    /// Of the script's headers those that begin with `X-` travel; `VI-CallTimeout` is the time of the leg, 10…400 s.
    fileprivate init(_ request: UserCallRequest, headers: CallHeaders) {
        let timeout = headers.first { $0.key.lowercased() == "vi-calltimeout" }.flatMap { Int($0.value) } ?? 60
        self.init(
            username: request.username, callerID: request.callerID ?? "", displayName: request.displayName,
            headers: headers.filter { $0.key.lowercased().hasPrefix("x-") },
            timeoutSeconds: min(400, max(10, timeout)))
    }
}

extension OutgoingSIPCall {
    fileprivate init(_ request: SIPCallRequest, headers: CallHeaders) {
        self.init(
            uri: request.to, callerID: request.callerID ?? "", displayName: request.displayName,
            authUser: request.authUser, password: request.password, headers: headers,
            outboundProxy: request.outboundProxy,
            registration: request.registration.map { OutboundRegistrationID(rawValue: Int64($0)) })
    }
}

extension OutgoingConferenceCall {
    fileprivate init(_ request: ConferenceCallRequest, headers: CallHeaders) {
        self.init(
            conference: request.conference, callerID: request.callerID ?? "", displayName: request.displayName,
            headers: headers)
    }
}
