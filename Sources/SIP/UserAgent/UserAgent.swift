/// All SIP of one element: transactions, calls, and requests outside calls.
///
/// A value without I/O, clock or randomness. The shell gives it messages, commands and instants, takes `nextAction()`
/// until it is nil after each of these, and calls `timersFired(at:)` at `nextDeadline`. Instants never go back.
public struct UserAgent: Sendable {
    /// Who gets the answers of a client transaction.
    enum Owner: Hashable, Sendable {
        case session(SessionHandle, PendingID)
        case client(ClientRequestHandle)
    }

    /// A request of one session.
    struct SessionRequest: Hashable, Sendable {
        let session: SessionHandle
        let request: PendingID
    }

    /// What a request inside a call is found by: our tag is unguessable, so the peer's need not be looked at.
    struct LocalDialog: Hashable, Sendable {
        let callID: String
        let localTag: String
    }

    /// What the agent was told about its element.
    public let settings: UserAgentSettings
    /// How often the network did what needs no answer.
    public internal(set) var counters = UserAgentCounters()
    var layer: TransactionLayer
    var sessions: [SessionHandle: InviteSession] = [:]
    var sessionsByDialog: [LocalDialog: SessionHandle] = [:]
    /// The calls whose INVITE transaction still runs, for CANCEL.
    var sessionsByInvite: [TransactionID: SessionHandle] = [:]
    var owners: [TransactionID: Owner] = [:]
    var sessionTransactions: [SessionRequest: TransactionID] = [:]
    var clientRequests: [ClientRequestHandle: ClientRequest] = [:]
    var deadlines = DeadlineQueue<SessionHandle>()
    var actions = ActionQueue<UserAgentAction>()
    var tokens: SIPTokenSource
    /// Calls that have not had their last event.
    public internal(set) var liveSessions = 0
    private var lastHandle: UInt64 = 0

    /// A user agent whose branches and tags are unpredictable without `seed`: give 32 octets of `SecureRandom`.
    public init(settings: UserAgentSettings = UserAgentSettings(), seed: [UInt8]) {
        self.settings = settings
        tokens = SIPTokenSource(seed: seed)
        layer = TransactionLayer(timers: settings.invite.timers, capacity: settings.maximumTransactions)
    }

    /// Transactions held now.
    public var transactionCount: Int { layer.count }

    /// The next instant at which `timersFired(at:)` has something to do.
    public var nextDeadline: SIPInstant? { earliest(layer.nextDeadline, deadlines.nextDeadline) }

    /// The oldest action not yet taken; nil when all are.
    public mutating func nextAction() -> UserAgentAction? { actions.next() }

    /// Takes a message from the network.
    public mutating func receive(_ message: SIPMessage, flow: SIPFlow, at now: SIPInstant) {
        layer.receive(message, from: flow, at: now)
        run(at: now)
    }

    /// Performs every timer that is due at `now`.
    public mutating func timersFired(at now: SIPInstant) {
        layer.timersFired(at: now)
        run(at: now)
        while let handle = deadlines.popDue(at: now) {
            sessions[handle]?.timersFired(at: now)
            settle(handle, at: now)
        }
        run(at: now)
    }

    /// Learns that a flow cannot deliver: its connection broke, or a send failed.
    public mutating func transportFailed(_ flow: SIPFlow, at now: SIPInstant) {
        layer.transportFailed(flow)
        run(at: now)
    }

    mutating func makeHandle() -> UInt64 {
        lastHandle += 1
        return lastHandle
    }

    /// Performs what the transactions ask for until they ask for nothing more.
    mutating func run(at now: SIPInstant) {
        while let action = layer.nextAction() { perform(action, at: now) }
    }

    private mutating func perform(_ action: TransactionAction, at now: SIPInstant) {
        switch action {
        case .send(let message, let flow):
            actions.append(.send(message, to: flow))
        case .request(let request, let id, let flow):
            receive(request, transaction: id, flow: flow, at: now)
        case .cancel(let request, let id, let invite, _):
            receiveCancel(request, transaction: id, invite: invite, at: now)
        case .ack(let request, let flow):
            receiveACK(request, flow: flow, at: now)
        case .response(let response, let id, _):
            deliver(response, of: id, side: .remote, at: now)
        case .clientFailed(let id, let failure):
            deliver(SIPResponse(status: failure == .timeout ? 408 : 503), of: id, side: .local, at: now)
        case .clientTerminated(let id):
            clientTerminated(id, at: now)
        case .serverTerminated(let id):
            sessionsByInvite[id] = nil
        case .strayResponse:
            counters.strayResponses += 1
        case .overloaded:
            counters.overloads += 1
        }
    }

    private mutating func deliver(_ response: SIPResponse, of id: TransactionID, side: CallSide, at now: SIPInstant) {
        switch owners[id] {
        case .session(let handle, let request):
            sessions[handle]?.receive(response, for: request, side: side, at: now)
            settle(handle, at: now)
        case .client(let handle):
            receiveClientResponse(response, handle, side: side, at: now)
        case nil:
            break
        }
    }

    private mutating func clientTerminated(_ id: TransactionID, at now: SIPInstant) {
        guard case .session(let handle, let request) = owners.removeValue(forKey: id) else { return }
        sessionTransactions[SessionRequest(session: handle, request: request)] = nil
        sessions[handle]?.transactionOver(request)
        settle(handle, at: now)
    }
}
