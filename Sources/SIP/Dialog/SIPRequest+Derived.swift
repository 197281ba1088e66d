extension SIPRequest {
    /// A response to this request (RFC 3261 8.2.6): Vias, From, To, Call-ID and CSeq are the request's.
    ///
    /// `toTag` is added when the request's To has none.
    public func response(_ status: Int, reason: String? = nil, toTag: String? = nil) -> SIPResponse {
        var response = SIPResponse(status: status, reason: reason)
        response.headers.set(.via, headers.all(.via))
        for name in [SIPHeaderName.from, .to, .callID, .cSeq] {
            if let value = headers.first(name) { response.headers.set(name, value) }
        }
        if status == 100, let timestamp = headers.first(.timestamp) { response.headers.set(.timestamp, timestamp) }
        if let toTag, var to = try? headers.to, to.tag == nil {
            to.tag = toTag
            response.headers.set(.to, to.description)
        }
        return response
    }

    /// The ACK of a final response above 299 (RFC 3261 17.1.1.3).
    func refusalACK(to response: SIPResponse) -> SIPRequest {
        var ack = sameBranch(.ack)
        if let to = response.headers.first(.to) { ack.headers.set(.to, to) }
        return ack
    }

    /// The CANCEL of this INVITE (RFC 3261 9.1).
    func cancellation(_ additional: SIPHeaders = SIPHeaders()) -> SIPRequest {
        var cancel = sameBranch(.cancel)
        cancel.headers.merge(additional)
        return cancel
    }

    /// A request with this one's top Via, Request-URI, Route and identification: it goes exactly the same way.
    private func sameBranch(_ method: SIPMethod) -> SIPRequest {
        var request = SIPRequest(method: method, uri: uri)
        if let via = try? headers.topVia { request.headers.set(.via, via.description) }
        request.headers.set(.route, headers.all(.route))
        request.headers.set(.maxForwards, "70")
        for name in [SIPHeaderName.from, .to, .callID] {
            if let value = headers.first(name) { request.headers.set(name, value) }
        }
        let number = (try? headers.cseq)?.number ?? 0
        request.headers.set(.cSeq, "\(number) \(method)")
        return request
    }

    /// Takes over the credentials of another request, as the ACK of a 2xx does from its INVITE (RFC 3261 13.2.2.4).
    mutating func copyAuthorization(from request: SIPRequest) {
        for name in [SIPHeaderName.authorization, .proxyAuthorization] {
            headers.set(name, request.headers.all(name))
        }
    }

    /// Puts a new Via in front and removes the one of an earlier attempt.
    mutating func setVia(_ flow: SIPFlow, branch: String) {
        headers.set(.via, ViaRouting.via(flow, branch: branch).description)
    }
}

extension SIPHeaders {
    /// The fields that transactions and dialogs live by, which no owner may set.
    private static let reserved: Set<SIPHeaderName> = [
        .via, .from, .to, .callID, .cSeq, .route, .recordRoute, .contentLength,
    ]

    /// Takes over an owner's fields: they replace ours of the same name, except for what identifies the message.
    mutating func merge(_ given: SIPHeaders) {
        var seen: Set<SIPHeaderName> = []
        for field in given where !Self.reserved.contains(field.name) && seen.insert(field.name).inserted {
            set(field.name, given.all(field.name))
        }
    }

    /// Adds lines at the end.
    mutating func append(contentsOf fields: some Sequence<Field>) {
        for field in fields { append(field.name, field.value) }
    }

    /// The option tags or tokens of a comma-separated field in lower case.
    func tokens(_ name: SIPHeaderName) -> [String] {
        all(name).flatMap { $0.split(separator: ",") }
            .map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            .filter { !$0.isEmpty }
    }
}
