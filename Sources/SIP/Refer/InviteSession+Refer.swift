/// Transfers that this side asks for.
extension InviteSession {
    /// REFERs of each side that one call may see.
    static let mostReferrals = 10

    /// Asks the peer to call somebody else; nil when the call has seen too many of it.
    mutating func refer(
        to target: NameAddress, replaces: Replaces?, referredBy: NameAddress?, headers: SIPHeaders
    ) -> ReferralID? {
        guard phase == .established, asked.count < Self.mostReferrals, let made = makeRequest(.refer) else {
            return nil
        }
        var request = made.request
        var address = target
        if let replaces {
            let value = PercentEncoding.encode("\(replaces)") { _ in false }
            address.uri.headers.append(SIPURI.Header(name: "Replaces", value: value))
        }
        decorate(&request.headers, isRequest: true)
        request.headers.merge(headers)
        request.headers.set(.referTo, address.description)
        if let referredBy { request.headers.set(.referredBy, referredBy.description) }
        let id = ReferralID(rawValue: UInt32(asked.count + 1))
        asked.append(OutgoingReferral(id: id, sequence: dialog?.localSequence ?? 0))
        send(request, on: made.flow, for: .referral(id))
        return id
    }

    /// Takes a final answer to a REFER of ours.
    mutating func receiveReferAnswer(_ response: SIPResponse, of id: ReferralID, pending: PendingID, at now: SIPInstant)
    {
        guard response.isFinal, let index = asked.firstIndex(where: { $0.id == id }) else { return }
        if retryWithCredentials(response, id: pending) {
            asked[index].sequence = dialog?.localSequence ?? 0
            return
        }
        guard phase == .established else { return }
        perform(asked[index].answered(response, timers: settings.timers, at: now), of: id)
        // RFC 5057 5.1: the peer has no such call any more.
        if response.status == 481 { hangUp(.ended(InviteEnd(side: .remote, status: 481)), at: now) }
    }

    /// Takes a report (RFC 6665 4.1.3); 489 for other events, 481 for no transfer of ours, 400 for garbage.
    mutating func receiveNotify(_ request: SIPRequest, _ transaction: TransactionID, at now: SIPInstant) {
        guard let event = try? request.headers.event, CaseFolding.equal(event.token, "refer") else {
            return refuse(request, transaction, 489, headers: SIPHeaders([(.allowEvents, "refer")]))
        }
        guard let index = referralIndex(event.parameters["id"]) else { return refuse(request, transaction, 481) }
        let id = asked[index].id
        guard let step = asked[index].notified(request, at: now) else { return refuse(request, transaction, 400) }
        act(.respond(dialogResponse(to: request, status: 200), transaction))
        perform(step, of: id)
    }

    /// The transfer that a report names; without a name it is the one that runs, or the last.
    private func referralIndex(_ name: String?) -> Int? {
        if let name { return asked.firstIndex { String($0.sequence) == name } }
        return asked.firstIndex { !$0.isOver } ?? asked.indices.last
    }

    private mutating func perform(_ step: OutgoingReferral.Step, of id: ReferralID) {
        switch step {
        case .none: break
        case .progress(let told): report(.referProgress(id, status: told.status, reason: told.reason))
        case .finished(let told): report(.referFinished(id, status: told.status, reason: told.reason))
        }
    }

    mutating func referralTimersFired(at now: SIPInstant) {
        for index in asked.indices { perform(asked[index].timersFired(at: now), of: asked[index].id) }
        guard let referral, referral.phase == .reporting, let deadline = referral.expiresAt, deadline <= now else {
            return
        }
        reportRefer(referral.id, status: 408, reason: nil, at: now)
    }

    /// Tells the owner of transfers without outcome, before the call's last event.
    mutating func endReferrals() {
        if let referral, referral.phase == .waiting { refuse(referral.request, referral.transaction, 481) }
        referral = nil
        for index in asked.indices { perform(asked[index].callEnded(), of: asked[index].id) }
    }

    var referralDeadline: SIPInstant? {
        asked.reduce(referral?.nextDeadline) { earliest($0, $1.nextDeadline) }
    }
}

/// Transfers that the peer asks for.
extension InviteSession {
    mutating func receiveRefer(_ request: SIPRequest, _ transaction: TransactionID) {
        // One at a time: the outcome of two transfers of one call means nothing.
        guard referral == nil || referral?.phase == .over else { return refuse(request, transaction, 491) }
        guard phase == .established, referralCount < Self.mostReferrals else {
            return refuse(request, transaction, 603)
        }
        do throws(SIPParseError) {
            let id = ReferralID(rawValue: UInt32(referralCount + 1))
            let asked = try Referral(request, id: id)
            referralCount += 1
            referral = IncomingReferral(
                id: id, request: request, transaction: transaction, wantsReports: asked.wantsReports)
            report(.referReceived(asked))
        } catch {
            var response = request.response(400, reason: error.reason, toTag: localTag)
            if let product = settings.product { response.headers.set(.server, product) }
            act(.respond(response, transaction))
        }
    }

    /// Takes the transfer on: 202, and the first report that RFC 3515 2.4.4 wants at once; false when none waits.
    mutating func acceptRefer(_ id: ReferralID, at now: SIPInstant) -> Bool {
        guard phase == .established, let waiting = referral, waiting.id == id, waiting.phase == .waiting else {
            return false
        }
        var response = dialogResponse(to: waiting.request, status: 202)
        if !waiting.wantsReports { response.headers.set(.referSub, "false") }
        act(.respond(response, waiting.transaction))
        referral?.phase = .reporting
        referral?.expiresAt = now + IncomingReferral.longest
        tell(StatusFragment(status: 100), at: now)
        return true
    }

    /// Refuses the transfer; false when none waits.
    mutating func rejectRefer(_ id: ReferralID, status: Int, reason: String?) -> Bool {
        guard let waiting = referral, waiting.id == id, waiting.phase == .waiting else { return false }
        referral?.phase = .over
        var response = waiting.request.response(status, reason: reason, toTag: localTag)
        decorate(&response.headers, isRequest: false)
        act(.respond(response, waiting.transaction))
        return true
    }

    /// Reports how the transfer goes; a final status is the last report. False when none is under way.
    ///
    /// A report waits until the one before is answered: over UDP the last one could overtake it and end the subscription,
    /// and small devices take one request at a time.
    @discardableResult
    mutating func reportRefer(_ id: ReferralID, status: Int, reason: String?, at now: SIPInstant) -> Bool {
        guard phase == .established, let running = referral, running.id == id, running.phase == .reporting,
            running.next?.isFinal != true
        else { return false }
        let fragment = StatusFragment(status: status, reason: reason)
        if running.isReporting { referral?.next = fragment } else { tell(fragment, at: now) }
        return true
    }

    private mutating func tell(_ fragment: StatusFragment, at now: SIPInstant) {
        guard let running = referral else { return }
        if fragment.isFinal { referral?.phase = .over }
        let isSent = notify(running, fragment, at: now)
        referral?.isReporting = isSent
    }

    private mutating func notify(
        _ referral: IncomingReferral, _ fragment: StatusFragment, at now: SIPInstant
    ) -> Bool {
        guard referral.wantsReports, let made = makeRequest(.notify) else { return false }
        var request = made.request
        decorate(&request.headers, isRequest: true)
        let left = now.duration(to: referral.expiresAt ?? now + IncomingReferral.longest).wholeSeconds
        request.headers.set(.event, "refer;id=\(referral.sequence)")
        request.headers.set(
            .subscriptionState, fragment.isFinal ? "terminated;reason=noresource" : "active;expires=\(max(1, left))")
        request.headers.set(.contentType, StatusFragment.contentType)
        request.body = fragment.octets
        send(request, on: made.flow, for: .report(referral.id))
        return true
    }

    /// Takes the answer to a report; the owner hears of it unless another report follows. RFC 5057 5.1: a 481 ends the
    /// subscription, not the call.
    mutating func receiveReportAnswer(
        _ response: SIPResponse, of id: ReferralID, pending: PendingID, at now: SIPInstant
    ) {
        guard response.isFinal, !retryWithCredentials(response, id: pending) else { return }
        let next = reportAnswered(response, of: id)
        guard phase == .established else { return }
        if let next { return tell(next, at: now) }
        report(.requestAnswered(.notify, status: response.status))
    }

    /// The report that has waited for this answer.
    private mutating func reportAnswered(_ response: SIPResponse, of id: ReferralID) -> StatusFragment? {
        guard var running = referral, running.id == id else { return nil }
        let next = response.isSuccess ? running.next : nil
        running.isReporting = false
        running.next = nil
        if !response.isSuccess { running.phase = .over }
        referral = running
        return next
    }
}
