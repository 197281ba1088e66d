/// One client transaction in the layer: the machine, and the messages the machine itself does not hold.
struct ClientTransaction: Sendable {
    enum Machine: Sendable {
        case invite(InviteClientTransaction)
        case nonInvite(NonInviteClientTransaction)
    }

    /// What the layer has to do after an input.
    enum Step: Hashable, Sendable {
        case none
        case deliver
        case deliverAndAcknowledge
        case acknowledge
        case retransmit
        case timedOut
    }

    var machine: Machine
    let key: ClientTransactionKey
    let request: SIPRequest
    let flow: SIPFlow
    /// The ACK of a refusal, kept to be repeated.
    var ack: SIPRequest?

    init(request: SIPRequest, key: ClientTransactionKey, flow: SIPFlow, timers: SIPTimers, at now: SIPInstant) {
        let isReliable = flow.transport.isReliable
        machine =
            request.method == .invite
            ? .invite(InviteClientTransaction(isReliable: isReliable, timers: timers, at: now))
            : .nonInvite(NonInviteClientTransaction(isReliable: isReliable, timers: timers, at: now))
        self.key = key
        self.request = request
        self.flow = flow
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

    /// Whether a final response has come.
    var isAnswered: Bool {
        switch machine {
        case .invite(let machine): machine.state != .calling && machine.state != .proceeding
        case .nonInvite(let machine): machine.state != .trying && machine.state != .proceeding
        }
    }

    mutating func receive(status: Int, at now: SIPInstant) -> Step {
        switch machine {
        case .invite(var leaf):
            defer { machine = .invite(leaf) }
            switch leaf.receive(status: status, at: now) {
            case .ignore: return .none
            case .deliver: return .deliver
            case .deliverAndAcknowledge: return .deliverAndAcknowledge
            case .acknowledge: return .acknowledge
            }
        case .nonInvite(var leaf):
            defer { machine = .nonInvite(leaf) }
            return leaf.receive(status: status, at: now) == .deliver ? .deliver : .none
        }
    }

    mutating func timersFired(at now: SIPInstant) -> Step {
        switch machine {
        case .invite(var leaf):
            defer { machine = .invite(leaf) }
            switch leaf.timersFired(at: now) {
            case .none, .terminated: return .none
            case .retransmit: return .retransmit
            case .timedOut: return .timedOut
            }
        case .nonInvite(var leaf):
            defer { machine = .nonInvite(leaf) }
            switch leaf.timersFired(at: now) {
            case .none, .terminated: return .none
            case .retransmit: return .retransmit
            case .timedOut: return .timedOut
            }
        }
    }
}
