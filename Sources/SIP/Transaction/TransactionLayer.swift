/// All transactions of one element: matching, timers and retransmission (RFC 3261 17).
///
/// After each input the user takes `nextAction()` until it is nil. Deadlines are kept in a heap: each input costs a
/// dictionary look-up and a logarithmic step, however many transactions there are.
public struct TransactionLayer: Sendable {
    /// The timer values of all transactions.
    public let timers: SIPTimers
    /// Transactions of both sides held at once; requests beyond get 503.
    public let capacity: Int

    var clients: [TransactionID: ClientTransaction] = [:]
    var servers: [TransactionID: ServerTransaction] = [:]
    var clientKeys: [ClientTransactionKey: TransactionID] = [:]
    var serverKeys: [ServerTransactionKey: TransactionID] = [:]
    var mergeKeys: [MergeKey: TransactionID] = [:]
    /// Client transactions of each connection, for when it breaks.
    var clientsByFlow: [SIPFlow: Set<TransactionID>] = [:]
    var deadlines = DeadlineQueue<TransactionID>()
    var actions = ActionQueue<TransactionAction>()
    private var lastID: UInt64 = 0

    /// A layer without transactions.
    public init(timers: SIPTimers = SIPTimers(), capacity: Int = 100_000) {
        self.timers = timers
        self.capacity = capacity
    }

    /// Transactions held now.
    public var count: Int { clients.count + servers.count }

    /// The next instant at which `timersFired(at:)` has something to do.
    public var nextDeadline: SIPInstant? { deadlines.nextDeadline }

    /// The oldest action not yet taken.
    public mutating func nextAction() -> TransactionAction? { actions.next() }

    /// Takes a message from the network.
    public mutating func receive(_ message: SIPMessage, from flow: SIPFlow, at now: SIPInstant) {
        switch message {
        case .request(let request): receive(request, from: flow, at: now)
        case .response(let response): receive(response, from: flow, at: now)
        }
    }

    /// Performs every timer that is due at `now`.
    public mutating func timersFired(at now: SIPInstant) {
        while let id = deadlines.popDue(at: now) {
            if clients[id] != nil {
                clientTimersFired(id, at: now)
            } else if servers[id] != nil {
                serverTimersFired(id, at: now)
            }
        }
    }

    mutating func makeID() -> TransactionID {
        lastID += 1
        return TransactionID(rawValue: lastID)
    }
}
