extension UserAgent {
    /// Takes a request other than ACK and CANCEL (RFC 3261 8.2, 12.2.2).
    mutating func receive(_ request: SIPRequest, transaction: TransactionID, flow: SIPFlow, at now: SIPInstant) {
        if let failure = request.validationFailure() {
            counters.malformed += 1
            return respond(failure.status, reason: failure.reason, to: request, transaction, at: now)
        }
        if let refusal = inspect(request) {
            return respond(refusal.status, to: request, transaction, headers: refusal.headers, at: now)
        }
        if (try? request.headers.to)?.tag != nil {
            receiveInDialog(request, transaction, flow: flow, at: now)
        } else {
            receiveOutside(request, transaction, flow: flow, at: now)
        }
    }

    /// Why a request is refused whatever it is about: 405, 420; nil when it is not.
    private func inspect(_ request: SIPRequest) -> (status: Int, headers: SIPHeaders)? {
        guard settings.invite.allow.contains(request.method) || settings.forwarded.contains(request.method) else {
            return (405, SIPHeaders([(.allow, settings.allowText)]))
        }
        let unknown = (try? request.unsupportedExtensions(known: Set(settings.invite.supported))) ?? []
        guard unknown.isEmpty else {
            return (420, SIPHeaders([(.unsupported, unknown.joined(separator: ", "))]))
        }
        return nil
    }

    private mutating func receiveInDialog(
        _ request: SIPRequest, _ transaction: TransactionID, flow: SIPFlow, at now: SIPInstant
    ) {
        guard let handle = session(of: request) else {
            return respond(481, to: request, transaction, at: now)
        }
        guard settings.invite.allow.contains(request.method) else {
            return forward(request, transaction, of: handle, flow: flow, at: now)
        }
        sessions[handle]?.receive(request, transaction: transaction, flow: flow, at: now)
        settle(handle, at: now)
    }

    /// Hands a request of a call, such as REFER, to the shell, which finds the call by `session(of:)`.
    private mutating func forward(
        _ request: SIPRequest, _ transaction: TransactionID, of handle: SessionHandle, flow: SIPFlow,
        at now: SIPInstant
    ) {
        if sessions[handle]?.isInOrder(request, transaction: transaction, flow: flow) == true {
            actions.append(.request(ServerRequestHandle(transaction: transaction), request, flow))
        }
        settle(handle, at: now)
    }

    private mutating func receiveOutside(
        _ request: SIPRequest, _ transaction: TransactionID, flow: SIPFlow, at now: SIPInstant
    ) {
        switch request.method {
        case .options where settings.answersOptions:
            respondToOptions(request, transaction, at: now)
        case .invite:
            receiveInvite(request, transaction, flow: flow, at: now)
        case let method where settings.forwarded.contains(method) || method == .options:
            actions.append(.request(ServerRequestHandle(transaction: transaction), request, flow))
        default:
            // BYE, INFO, UPDATE: only inside a call.
            respond(481, to: request, transaction, at: now)
        }
    }

    private mutating func receiveInvite(
        _ request: SIPRequest, _ transaction: TransactionID, flow: SIPFlow, at now: SIPInstant
    ) {
        if let refusal = inspectInvite(request) {
            if refusal.status == 503 { counters.overloads += 1 }
            return respond(refusal.status, to: request, transaction, headers: refusal.headers, at: now)
        }
        let session = InviteSession.called(
            by: request, transaction: transaction, flow: flow, contact: flow.contact(user: request.uri.rawUser),
            settings: settings.invite, tokens: tokens.child(), at: now)
        guard let session else { return respond(400, to: request, transaction, at: now) }
        let handle = SessionHandle(rawValue: makeHandle())
        add(session, as: handle)
        sessionsByInvite[transaction] = handle
        settle(handle, at: now)
    }

    private func inspectInvite(_ request: SIPRequest) -> (status: Int, headers: SIPHeaders)? {
        if (try? request.headers.maxForwards) == 0 { return (483, SIPHeaders()) }
        if !request.body.isEmpty, !request.hasKnownBody {
            return (415, SIPHeaders([(.accept, "application/sdp"), (.acceptEncoding, "identity")]))
        }
        if request.headers.contains(.replaces), ((try? request.headers.replaces) ?? nil) == nil {
            return (400, SIPHeaders())
        }
        let timer = settings.invite.sessionTimer
        if case .tooShort = SessionTimerNegotiation.answer(to: request.headers, settings: timer) {
            return (422, SIPHeaders([(.minSE, "\(max(timer.minimum.wholeSeconds, 90))")]))
        }
        guard liveSessions < settings.maximumSessions else {
            return (503, SIPHeaders([(.retryAfter, "\(settings.retryAfter)")]))
        }
        return nil
    }

    private mutating func respondToOptions(_ request: SIPRequest, _ transaction: TransactionID, at now: SIPInstant) {
        let headers = SIPHeaders([
            (.allow, settings.allowText), (.accept, "application/sdp"), (.acceptEncoding, "identity"),
            (.supported, settings.invite.supportedText),
        ])
        respond(200, to: request, transaction, headers: headers, at: now)
    }

    mutating func respond(
        _ status: Int, reason: String? = nil, to request: SIPRequest, _ transaction: TransactionID,
        headers: SIPHeaders = SIPHeaders(), at now: SIPInstant
    ) {
        var response = request.response(status, reason: reason, toTag: tokens.token())
        if let product = settings.invite.product { response.headers.set(.server, product) }
        response.headers.merge(headers)
        layer.respond(response, to: transaction, at: now)
    }

    /// Takes a CANCEL (RFC 3261 9.2): it is answered by itself, and the INVITE by 487 when that is still open.
    mutating func receiveCancel(
        _ request: SIPRequest, transaction: TransactionID, invite: TransactionID?, at now: SIPInstant
    ) {
        guard let invite else { return respond(481, to: request, transaction, at: now) }
        respond(200, to: request, transaction, at: now)
        guard let handle = sessionsByInvite[invite] else { return }
        sessions[handle]?.receiveCancel(request, at: now)
        settle(handle, at: now)
    }

    /// Takes an ACK of a 2xx.
    mutating func receiveACK(_ request: SIPRequest, flow: SIPFlow, at now: SIPInstant) {
        guard let handle = session(of: request) else { return counters.strayACKs += 1 }
        sessions[handle]?.receiveACK(request, flow: flow, at: now)
        settle(handle, at: now)
    }
}

extension SIPRequest {
    /// Whether the body is a session description, alone or among parts, in no encoding.
    var hasKnownBody: Bool {
        let type = (headers.first(.contentType) ?? "").lowercased()
        let encoding = headers.first(.contentEncoding)?.lowercased() ?? "identity"
        return (type.hasPrefix("application/sdp") || type.hasPrefix("multipart/")) && encoding == "identity"
    }
}

extension SIPFlow {
    /// The Contact under which the peer of this flow reaches this side.
    public func contact(user: String?) -> NameAddress {
        let host = localAddress.contains(":") ? "[\(localAddress)]" : localAddress
        var uri = SIPURI(host: host, port: localPort)
        uri.rawUser = user
        if transport != .udp { uri.parameters["transport"] = transport.viaName.lowercased() }
        return NameAddress(uri: uri)
    }
}
