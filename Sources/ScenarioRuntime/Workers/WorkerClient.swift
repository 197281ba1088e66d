import WorkerProtocol

/// A session as its worker sees it.
protocol WorkerClient: AnyObject {
    /// The answer to the program or to one event.
    func workerAnswered(_ batch: [UInt8])
    /// The worker stopped the session; `batch` holds the commands so far, empty without any.
    func workerKilled(_ reason: KillReason, batch: [UInt8])
    /// The worker is gone.
    func workerLost(_ loss: WorkerLoss)
}

/// Why a session's worker is gone.
enum WorkerLoss: Equatable {
    /// It was killed because it took too long and did not stop by itself.
    case tooSlow(milliseconds: Int)
    /// It was killed because it took too much memory and did not stop by itself.
    case tooLarge(megabytes: Int)
    /// It ended by itself.
    case died
    /// No worker can be started.
    case unavailable(String)
}
