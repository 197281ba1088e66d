extension TransactionLayer {
    /// Sends a request in a transaction of its own; its top Via carries a branch that no other request has.
    ///
    /// Nil when the request has no branch or CSeq, or its key is taken: then nothing is sent.
    public mutating func send(_ request: SIPRequest, on flow: SIPFlow, at now: SIPInstant) -> TransactionID? {
        guard let key = ClientTransactionKey(request.headers), clientKeys[key] == nil else { return nil }
        let id = makeID()
        let transaction = ClientTransaction(request: request, key: key, flow: flow, timers: timers, at: now)
        deadlines.set(id, to: transaction.nextDeadline)
        clients[id] = transaction
        clientKeys[key] = id
        clientsByFlow[flow, default: []].insert(id)
        actions.append(.send(.request(request), flow))
        return id
    }

    /// Ends a client transaction that nobody waits for any more (RFC 3261 9.1, an INVITE cancelled without answer).
    public mutating func abandon(_ id: TransactionID) {
        guard clients[id] != nil else { return }
        removeClient(id)
    }

    /// Ends every unanswered client transaction of a flow whose transport has failed.
    public mutating func transportFailed(_ flow: SIPFlow) {
        for id in clientsByFlow[flow, default: []].sorted(by: { $0.rawValue < $1.rawValue }) {
            if clients[id]?.isAnswered == false { actions.append(.clientFailed(id, .transport)) }
            removeClient(id)
        }
    }

    mutating func receive(_ response: SIPResponse, from flow: SIPFlow, at now: SIPInstant) {
        guard let key = ClientTransactionKey(response.headers), let id = clientKeys[key] else {
            return actions.append(.strayResponse(response, flow))
        }
        guard let step = clients[id]?.receive(status: response.status, at: now) else { return }
        perform(step, of: id, response: response, flow: flow)
        clientChanged(id)
    }

    private mutating func perform(
        _ step: ClientTransaction.Step, of id: TransactionID, response: SIPResponse, flow: SIPFlow
    ) {
        switch step {
        case .deliver:
            actions.append(.response(response, id, flow))
        case .deliverAndAcknowledge:
            acknowledge(id, response)
            actions.append(.response(response, id, flow))
        case .acknowledge:
            acknowledge(id, response)
        case .none, .retransmit, .timedOut:
            break
        }
    }

    /// Sends the ACK of a refusal by the way of its INVITE (RFC 3261 17.1.1.3).
    private mutating func acknowledge(_ id: TransactionID, _ response: SIPResponse) {
        guard let transaction = clients[id] else { return }
        let ack = transaction.ack ?? transaction.request.refusalACK(to: response)
        clients[id]?.ack = ack
        actions.append(.send(.request(ack), transaction.flow))
    }

    mutating func clientTimersFired(_ id: TransactionID, at now: SIPInstant) {
        switch clients[id]?.timersFired(at: now) {
        case .retransmit:
            if let transaction = clients[id] {
                actions.append(.send(.request(transaction.request), transaction.flow))
            }
        case .timedOut:
            actions.append(.clientFailed(id, .timeout))
        default:
            break
        }
        clientChanged(id)
    }

    private mutating func clientChanged(_ id: TransactionID) {
        guard let transaction = clients[id] else { return }
        if transaction.isTerminated {
            removeClient(id)
        } else {
            deadlines.set(id, to: transaction.nextDeadline)
        }
    }

    private mutating func removeClient(_ id: TransactionID) {
        guard let transaction = clients.removeValue(forKey: id) else { return }
        clientKeys[transaction.key] = nil
        deadlines.set(id, to: nil)
        clientsByFlow[transaction.flow]?.remove(id)
        if clientsByFlow[transaction.flow]?.isEmpty == true { clientsByFlow[transaction.flow] = nil }
        actions.append(.clientTerminated(id))
    }
}
