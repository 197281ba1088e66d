/// One server transaction in the layer: the machine, and the messages the machine itself does not hold.
struct ServerTransaction: Sendable {
    enum Machine: Sendable {
        case invite(InviteServerTransaction)
        case nonInvite(NonInviteServerTransaction)
    }

    /// What the layer has to do after an input.
    enum Step: Hashable, Sendable {
        case none
        case retransmit
        case deliverACK
        case sendTrying
    }

    var machine: Machine
    let key: ServerTransactionKey
    let mergeKey: MergeKey?
    let request: SIPRequest
    /// The flow responses leave by (RFC 3261 18.2.2, RFC 3581 4).
    let responseFlow: SIPFlow
    var lastResponse: SIPResponse?

    init(
        request: SIPRequest, key: ServerTransactionKey, mergeKey: MergeKey?, flow: SIPFlow, timers: SIPTimers,
        at now: SIPInstant
    ) {
        let isReliable = flow.transport.isReliable
        machine =
            request.method == .invite
            ? .invite(InviteServerTransaction(isReliable: isReliable, timers: timers, at: now))
            : .nonInvite(NonInviteServerTransaction(isReliable: isReliable, timers: timers, at: now))
        self.key = key
        self.mergeKey = mergeKey
        self.request = request
        self.responseFlow = ViaRouting.responseFlow(of: request, receivedOn: flow)
    }

    var nextDeadline: SIPInstant? {
        switch machine {
        case .invite(let machine): machine.nextDeadline
        case .nonInvite(let machine): machine.nextDeadline
        }
    }

    var isTerminated: Bool {
        switch machine {
        case .invite(let machine): machine.state == .terminated
        case .nonInvite(let machine): machine.state == .terminated
        }
    }

    mutating func respond(_ response: SIPResponse, at now: SIPInstant) -> Bool {
        let isAllowed: Bool
        switch machine {
        case .invite(var leaf):
            isAllowed = leaf.respond(status: response.status, at: now)
            machine = .invite(leaf)
        case .nonInvite(var leaf):
            isAllowed = leaf.respond(status: response.status, at: now)
            machine = .nonInvite(leaf)
        }
        if isAllowed { lastResponse = response }
        return isAllowed
    }

    mutating func receive(_ method: SIPMethod, at now: SIPInstant) -> Step {
        switch machine {
        case .invite(var leaf):
            defer { machine = .invite(leaf) }
            let action = method == .ack ? leaf.receiveACK(at: now) : leaf.receiveInvite()
            switch action {
            case .ignore, .terminated: return .none
            case .retransmit: return .retransmit
            case .deliverACK: return .deliverACK
            }
        case .nonInvite(let leaf):
            return leaf.receiveRequest() == .retransmit ? .retransmit : .none
        }
    }

    mutating func timersFired(at now: SIPInstant) -> Step {
        switch machine {
        case .invite(var leaf):
            defer { machine = .invite(leaf) }
            switch leaf.timersFired(at: now) {
            case .none, .acknowledgementMissing, .terminated: return .none
            case .sendTrying: return .sendTrying
            case .retransmit: return .retransmit
            }
        case .nonInvite(var leaf):
            _ = leaf.timersFired(at: now)
            machine = .nonInvite(leaf)
            return .none
        }
    }
}
