/// Reliable provisional responses of the callee (RFC 3262 3).
extension InviteSession {
    /// Responses that may wait for a PRACK.
    static let mostWaiting = 16

    mutating func wait(_ response: CalleeRole.WaitingResponse) {
        guard callee?.waiting.count ?? 0 < Self.mostWaiting else { return }
        callee?.waiting.append(response)
    }

    /// Numbers a response and repeats it until its PRACK.
    mutating func makeReliable(_ response: inout SIPResponse, at now: SIPInstant) {
        // RFC 3262 3: the first number is chosen from 1 to 2^31 - 1.
        let number = callee?.lastNumber.map { $0 &+ 1 } ?? 1 + tokens.number(below: 0x7FFF_FFFE)
        callee?.lastNumber = number
        response.headers.set(.require, "100rel")
        response.headers.set(.rSeq, "\(number)")
        callee?.reliable = ReliableProvisional(
            response: response, number: number, timers: settings.timers, at: now)
    }

    /// Keeps the call alive at proxies: a caller that takes reliable responses only gets a new one.
    mutating func repeatProvisional(_ response: SIPResponse, _ role: CalleeRole, at now: SIPInstant) {
        guard role.reliable == nil else { return }
        var response = response
        if role.reliability == .required {
            response.setDescription([])
            makeReliable(&response, at: now)
        }
        act(.respond(response, role.transaction))
    }

    /// Repeats the reliable response, or refuses the call whose caller never acknowledges it; true when it is over.
    mutating func reliableTimerFired(at now: SIPInstant) -> Bool {
        switch callee?.reliable?.timersFired(at: now) {
        case .repeatResponse:
            if let role = callee, let reliable = role.reliable { act(.respond(reliable.response, role.transaction)) }
            return false
        case .unacknowledged:
            reject(status: 504, reason: nil, headers: SIPHeaders(), at: now)
            return true
        default:
            return false
        }
    }

    /// Takes a PRACK: 481 when it acknowledges nothing that was sent.
    mutating func receivePrack(_ request: SIPRequest, _ transaction: TransactionID, at now: SIPInstant) {
        let invite = (try? callee?.request.headers.cseq) ?? nil
        guard let role = callee, let acknowledged = (try? request.headers.rAck) ?? nil,
            acknowledged.responseNumber == role.lastNumber, acknowledged.cseq == invite
        else { return refuse(request, transaction, 481) }
        let answersOurOffer = role.request.body.isEmpty && role.reliable?.hasDescription == true
        // An offer in a PRACK would have to be answered at once; the session stays as it is.
        guard request.body.isEmpty || answersOurOffer else { return refuse(request, transaction, 488) }
        act(.respond(dialogResponse(to: request, status: 200), transaction))
        guard role.reliable != nil else { return }
        callee?.reliable = nil
        guard phase == .opening else { return }
        if !request.body.isEmpty { remoteDescription = request.body }
        report(.progressConfirmed(description: request.body))
        sendWaiting(at: now)
    }

    private mutating func sendWaiting(at now: SIPInstant) {
        let waiting = callee?.waiting ?? []
        callee?.waiting = []
        for response in waiting {
            switch response {
            case .progress(let status, let description, let headers):
                progress(status: status, description: description, headers: headers, at: now)
            case .answer(let description, let headers):
                accept(description: description, headers: headers, at: now)
            }
        }
    }
}

/// Reliable provisional responses that the caller receives (RFC 3262 4).
extension InviteSession {
    /// Acknowledges a reliable response; false for one that is repeated or out of its order, which is not looked at.
    mutating func acknowledgeProvisional(_ response: SIPResponse) -> Bool {
        guard settings.knowsReliability, response.status > 100, response.headers.tokens(.require).contains("100rel"),
            let number = (try? response.headers.rSeq) ?? nil
        else { return true }
        guard let tag = (try? response.headers.to)?.tag, var early = caller?.early[tag],
            let invite = try? caller?.request.headers.cseq, phase == .opening
        else { return false }
        if let last = caller?.numbers[tag], number != last &+ 1 { return false }
        caller?.numbers[tag] = number
        var prack = early.makeRequest(.prack, branch: tokens.branch())
        prack.headers.remove(.contact)
        prack.headers.set(.rAck, RAck(responseNumber: number, cseq: invite).description)
        decorate(&prack.headers, isRequest: true)
        caller?.early[tag] = early
        send(prack, on: early.nextHop, for: .prack)
        return true
    }
}
