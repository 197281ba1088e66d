import WorkerProtocol

/// A session as its worker sees it.
protocol WorkerClient: AnyObject {
    /// The answer to one `open` or one event.
    func workerAnswered(_ batch: [UInt8])
    /// The worker stopped the session; `batch` holds the commands so far, empty without any.
    func workerKilled(_ reason: KillReason, batch: [UInt8])
    /// The worker is gone.
    func workerLost(_ loss: WorkerLoss)
}

/// Why a session's worker is gone.
enum WorkerLoss: Equatable {
    /// It was stopped for this session's callback, which took too long.
    case tooSlow(milliseconds: Int)
    /// It was stopped for this session's callback, which took too much memory.
    case tooLarge(megabytes: Int)
    /// It ended by itself in this session's callback.
    case died
    /// It was lost while it was busy for another session.
    case otherSession
    /// It was lost before it had begun to evaluate this session's scenarios, which can therefore start elsewhere.
    case beforeStart
    /// No worker can be started.
    case unavailable(String)
}
