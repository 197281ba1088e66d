import RequestSigning

/// Counts what each sender asks: a value, time is an argument.
struct RequestBudgets<Sender: Hashable & Sendable>: Sendable {
    /// Senders that are counted at once, before those whose time is over are forgotten.
    private static var mostSenders: Int { 100_000 }

    private let limit: Int
    private var budgets: [Sender: RequestBudget] = [:]

    /// - Parameter limit: Requests of one sender within ten minutes.
    init(limit: Int) { self.limit = limit }

    /// Takes one request.
    ///
    /// - Throws: `ControllerError` with `tooManyRequests`, which says when to come again.
    mutating func spend(_ sender: Sender, at now: Int64) throws(ControllerError) {
        if budgets.count >= Self.mostSenders { budgets = budgets.filter { !$0.value.isOver(at: now) } }
        guard budgets[sender, default: RequestBudget(limit: limit)].spend(at: now) else {
            throw ControllerError(
                .tooManyRequests, "more than \(limit) requests within ten minutes; come again when Retry-After says",
                retryAfter: RequestBudget.secondsLeft(at: now))
        }
    }
}
