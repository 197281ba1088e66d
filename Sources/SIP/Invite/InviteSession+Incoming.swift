extension InviteSession {
    /// Takes an ACK.
    mutating func receiveACK(_ request: SIPRequest, flow: SIPFlow, at now: SIPInstant) {
        guard let waiting = answer, (try? request.headers.cseq)?.number == waiting.sequence else { return }
        _ = dialog?.receive(request, flow: flow)
        answer = nil
        if let headers = delayedBye { return sendBye(headers) }
        guard phase == .established else { return }
        if !request.body.isEmpty { remoteDescription = request.body }
        report(.ackReceived(description: request.body))
        sendQueuedOffer(at: now)
    }

    /// Takes a request inside the dialog other than ACK and CANCEL.
    mutating func receive(_ request: SIPRequest, transaction: TransactionID, flow: SIPFlow, at now: SIPInstant) {
        let fromTag = (try? request.headers.from)?.tag ?? ""
        if phase == .opening, caller?.early[fromTag] != nil {
            return receiveEarly(request, transaction, fromTag, flow: flow, at: now)
        }
        guard dialog?.id.remoteTag == fromTag else { return refuse(request, transaction, 481) }
        guard dialog?.receive(request, flow: flow) == .inOrder else { return refuse(request, transaction, 500) }
        // A BYE that crosses ours is a success for both sides.
        if request.method == .bye { return receiveBye(request, transaction, at: now) }
        guard phase != .ended else { return refuse(request, transaction, 481) }
        switch request.method {
        case .invite, .update: receiveOffer(request, transaction, at: now)
        case .info, .message: receivePayload(request, transaction)
        case .prack: receivePrack(request, transaction, at: now)
        case .refer: receiveRefer(request, transaction)
        case .notify: receiveNotify(request, transaction, at: now)
        default: act(.respond(dialogResponse(to: request, status: 200), transaction))
        }
    }

    /// Takes a request of a fork that still rings.
    private mutating func receiveEarly(
        _ request: SIPRequest, _ transaction: TransactionID, _ fork: String, flow: SIPFlow, at now: SIPInstant
    ) {
        guard caller?.early[fork]?.receive(request, flow: flow) == .inOrder else {
            return refuse(request, transaction, 500)
        }
        switch request.method {
        case .info, .message:
            receivePayload(request, transaction)
        case .update where !request.body.isEmpty, .invite:
            // Our own offer has no answer yet (RFC 3311 5.2).
            refuse(request, transaction, 491)
        case .bye, .prack, .notify:
            // A callee has nothing to end before its answer (RFC 3261 15), and nothing of ours to acknowledge.
            refuse(request, transaction, 481)
        case .refer:
            refuse(request, transaction, 603)
        default:
            caller?.early[fork]?.refreshTarget(request.headers)
            act(.respond(dialogResponse(to: request, status: 200), transaction))
        }
    }

    mutating func refuse(
        _ request: SIPRequest, _ transaction: TransactionID, _ status: Int, headers: SIPHeaders = SIPHeaders()
    ) {
        var response = request.response(status, toTag: localTag)
        response.headers.merge(headers)
        act(.respond(response, transaction))
    }

    private mutating func receiveBye(_ request: SIPRequest, _ transaction: TransactionID, at now: SIPInstant) {
        act(.respond(request.response(200, toTag: localTag), transaction))
        delayedBye = nil
        releaseEnd()
        answer = nil
        let reason = request.headers.first(.reason)
        if phase == .opening, let role = callee {
            // A BYE in the early dialog ends the INVITE as a CANCEL would (RFC 3261 15.1.2).
            act(.respond(role.request.response(487, toTag: localTag), role.transaction))
            return finish(.cancelled(reason: reason), at: now)
        }
        // A callee that hangs up before our late answer still gets its ACK, so that it stops repeating the 2xx.
        _ = acknowledgeLate(description: [], at: now)
        finish(.ended(InviteEnd(side: .remote, reason: reason, headers: request.headers)), at: now)
    }

    /// Takes the order of a request that the owner answers; answers those that have none themselves.
    mutating func isInOrder(_ request: SIPRequest, transaction: TransactionID, flow: SIPFlow) -> Bool {
        guard phase != .ended, dialog?.id.remoteTag == (try? request.headers.from)?.tag ?? "" else {
            refuse(request, transaction, 481)
            return false
        }
        guard dialog?.receive(request, flow: flow) == .inOrder else {
            refuse(request, transaction, 500)
            return false
        }
        return true
    }

    private mutating func receivePayload(_ request: SIPRequest, _ transaction: TransactionID) {
        act(.respond(request.response(200, toTag: localTag), transaction))
        let payload = SIPPayload(contentType: request.headers.first(.contentType) ?? "", bytes: request.body)
        let isInfo = request.method == .info
        report(
            isInfo
                ? .infoReceived(payload, headers: request.headers)
                : .messageReceived(payload, headers: request.headers))
    }
}
