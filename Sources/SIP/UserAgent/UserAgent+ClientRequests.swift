extension UserAgent {
    /// A request of the shell's under way.
    struct ClientRequest: Sendable {
        var request: SIPRequest
        let flow: SIPFlow
        var authorizer: RequestAuthorizer
        /// The transaction under way.
        var transaction: TransactionID?
    }

    /// Sends a request outside calls: REGISTER, OPTIONS, MESSAGE.
    ///
    /// `request` needs From and To; Via is set, and From tag, Call-ID, CSeq and Max-Forwards are added where missing.
    /// A challenge is answered with `credentials`, which raises CSeq by one for each answer.
    public mutating func sendRequest(
        _ request: SIPRequest, on flow: SIPFlow, credentials: SIPCredentials? = nil, at now: SIPInstant
    ) throws(UserAgentError) -> ClientRequestHandle {
        guard let request = complete(request, on: flow) else { throw .incompleteRequest }
        let handle = ClientRequestHandle(rawValue: makeHandle())
        clientRequests[handle] = ClientRequest(
            request: request, flow: flow, authorizer: RequestAuthorizer(credentials: credentials))
        begin(request, on: flow, handle, at: now)
        run(at: now)
        return handle
    }

    /// Waits for no answer any more: nothing is sent again, and nothing is told about the request.
    public mutating func abandon(_ handle: ClientRequestHandle, at now: SIPInstant) {
        guard let request = clientRequests.removeValue(forKey: handle) else { return }
        if let id = request.transaction { layer.abandon(id) }
        run(at: now)
    }

    private mutating func begin(
        _ request: SIPRequest, on flow: SIPFlow, _ handle: ClientRequestHandle, at now: SIPInstant
    ) {
        guard let id = layer.send(request, on: flow, at: now) else { return }
        owners[id] = .client(handle)
        clientRequests[handle]?.transaction = id
    }

    /// Answers a request that came by `UserAgentAction.request`; `headers` may hold what the answer needs.
    public mutating func respond(
        _ handle: ServerRequestHandle, status: Int, reason: String? = nil, headers: SIPHeaders = SIPHeaders(),
        body: [UInt8] = [], at now: SIPInstant
    ) throws(UserAgentError) {
        guard let request = layer.request(of: handle.transaction) else { throw .noSuchRequest }
        var response = request.response(status, reason: reason, toTag: tokens.token())
        if let product = settings.invite.product { response.headers.set(.server, product) }
        response.headers.merge(headers)
        response.body = body
        let isSent = layer.respond(response, to: handle.transaction, at: now)
        run(at: now)
        guard isSent else { throw .noSuchRequest }
    }

    private mutating func complete(_ request: SIPRequest, on flow: SIPFlow) -> SIPRequest? {
        var request = request
        guard var from = try? request.headers.from, (try? request.headers.to) != nil else { return nil }
        if from.tag == nil {
            from.tag = tokens.token()
            request.headers.set(.from, from.description)
        }
        if !request.headers.contains(.callID) { request.headers.set(.callID, tokens.token()) }
        if !request.headers.contains(.cSeq) { request.headers.set(.cSeq, "1 \(request.method)") }
        if !request.headers.contains(.maxForwards) { request.headers.set(.maxForwards, "70") }
        if let product = settings.invite.product { request.headers.set(.userAgent, product) }
        request.setVia(flow, branch: tokens.branch())
        guard (try? request.headers.cseq)?.method == request.method else { return nil }
        return request
    }

    mutating func receiveClientResponse(
        _ response: SIPResponse, _ handle: ClientRequestHandle, side: CallSide, at now: SIPInstant
    ) {
        guard response.isFinal, clientRequests[handle] != nil else { return }
        if side == .remote, retry(handle, answering: response, at: now) { return }
        clientRequests[handle] = nil
        actions.append(.requestCompleted(handle, side == .remote ? response : nil))
    }

    /// Sends the request again with credentials; false when the response is no challenge that can be answered.
    private mutating func retry(_ handle: ClientRequestHandle, answering response: SIPResponse, at now: SIPInstant)
        -> Bool
    {
        guard response.status == 401 || response.status == 407, var entry = clientRequests[handle],
            entry.authorizer.authorize(&entry.request, answering: response, tokens: &tokens)
        else { return false }
        let number = ((try? entry.request.headers.cseq)?.number ?? 0) &+ 1
        entry.request.headers.set(.cSeq, "\(number) \(entry.request.method)")
        entry.request.setVia(entry.flow, branch: tokens.branch())
        clientRequests[handle] = entry
        begin(entry.request, on: entry.flow, handle, at: now)
        return true
    }
}
