extension TransactionLayer {
    /// Sends a response in its transaction; false when the transaction is over or has had its final response.
    @discardableResult
    public mutating func respond(_ response: SIPResponse, to id: TransactionID, at now: SIPInstant) -> Bool {
        guard servers[id]?.respond(response, at: now) == true else { return false }
        if let flow = servers[id]?.responseFlow { actions.append(.send(.response(response), flow)) }
        if response.status == 401 || response.status == 407 { forgetMergeKey(of: id) }
        serverChanged(id)
        return true
    }

    /// Lets phones that answer a challenge without raising CSeq pass for what they are: no merged copies.
    private mutating func forgetMergeKey(of id: TransactionID) {
        if let key = servers[id]?.mergeKey, mergeKeys[key] == id { mergeKeys[key] = nil }
    }

    /// The request that opened a server transaction, while the transaction lives.
    public func request(of id: TransactionID) -> SIPRequest? { servers[id]?.request }

    mutating func receive(_ request: SIPRequest, from flow: SIPFlow, at now: SIPInstant) {
        guard let key = ServerTransactionKey(request) else { return }
        if let id = serverKeys[key], !isForeignACK(request, of: id) {
            return repeated(request, of: id, from: flow, at: now)
        }
        if request.method == .ack { return actions.append(.ack(request, flow)) }
        let request = ViaRouting.stamped(request, receivedOn: flow)
        guard hasRoom(for: request) else { return refuse(request, flow) }
        let mergeKey = MergeKey(request)
        if let mergeKey, mergeKeys[mergeKey] != nil {
            return sendStateless(482, to: request, flow)
        }
        open(request, key: key, mergeKey: mergeKey, flow: flow, at: now)
    }

    /// Whether an ACK whose key a peer of RFC 2543 shares with its INVITE acknowledges another response than ours.
    private func isForeignACK(_ request: SIPRequest, of id: TransactionID) -> Bool {
        guard request.method == .ack, let answered = servers[id]?.lastResponse,
            let ours = try? answered.headers.to, let theirs = try? request.headers.to
        else { return false }
        return ours.tag != theirs.tag
    }

    private mutating func open(
        _ request: SIPRequest, key: ServerTransactionKey, mergeKey: MergeKey?, flow: SIPFlow, at now: SIPInstant
    ) {
        let id = makeID()
        let transaction = ServerTransaction(
            request: request, key: key, mergeKey: mergeKey, flow: flow, timers: timers, at: now)
        deadlines.set(id, to: transaction.nextDeadline)
        servers[id] = transaction
        serverKeys[key] = id
        if let mergeKey { mergeKeys[mergeKey] = id }
        if request.method == .cancel {
            let invite = ServerTransactionKey.cancelled(by: request).flatMap { serverKeys[$0] }
            actions.append(.cancel(request, id, invite: invite, flow))
        } else {
            actions.append(.request(request, id, flow))
        }
    }

    private mutating func repeated(
        _ request: SIPRequest, of id: TransactionID, from flow: SIPFlow, at now: SIPInstant
    ) {
        switch servers[id]?.receive(request.method, at: now) {
        case .retransmit: retransmit(id)
        case .deliverACK: actions.append(.ack(request, flow))
        default: break
        }
        serverChanged(id)
    }

    /// Requests inside dialogs get twice the room, so that running calls can end under overload.
    private func hasRoom(for request: SIPRequest) -> Bool {
        let isInDialog = (try? request.headers.to)?.tag != nil || request.method == .cancel
        return count < (isInDialog ? capacity * 2 : capacity)
    }

    private mutating func refuse(_ request: SIPRequest, _ flow: SIPFlow) {
        sendStateless(503, to: request, flow, headers: SIPHeaders([(.retryAfter, "10")]))
        actions.append(.overloaded(flow))
    }

    /// Answers without a transaction (RFC 3261 8.2.7); a repeated request gets the same answer anew.
    private mutating func sendStateless(
        _ status: Int, to request: SIPRequest, _ flow: SIPFlow,
        headers: SIPHeaders = SIPHeaders()
    ) {
        var response = request.response(status, toTag: "stateless")
        response.headers.append(contentsOf: headers)
        actions.append(.send(.response(response), ViaRouting.responseFlow(of: request, receivedOn: flow)))
    }

    private mutating func retransmit(_ id: TransactionID) {
        guard let transaction = servers[id], let response = transaction.lastResponse else { return }
        actions.append(.send(.response(response), transaction.responseFlow))
    }

    mutating func serverTimersFired(_ id: TransactionID, at now: SIPInstant) {
        switch servers[id]?.timersFired(at: now) {
        case .retransmit:
            retransmit(id)
        case .sendTrying:
            if let request = servers[id]?.request {
                respond(request.response(100, reason: "Trying", toTag: nil), to: id, at: now)
            }
        default:
            break
        }
        serverChanged(id)
    }

    private mutating func serverChanged(_ id: TransactionID) {
        guard let transaction = servers[id] else { return }
        if transaction.isTerminated {
            removeServer(id)
        } else {
            deadlines.set(id, to: transaction.nextDeadline)
        }
    }

    private mutating func removeServer(_ id: TransactionID) {
        guard let transaction = servers.removeValue(forKey: id) else { return }
        serverKeys[transaction.key] = nil
        if let key = transaction.mergeKey, mergeKeys[key] == id { mergeKeys[key] = nil }
        deadlines.set(id, to: nil)
        actions.append(.serverTerminated(id))
    }
}
