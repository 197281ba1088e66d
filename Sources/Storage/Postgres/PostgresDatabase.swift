import Dispatch

/// A database of a PostgreSQL server, with two pools of connections and one connection that listens.
struct PostgresDatabase: DatabaseBackend {
    let hub: NotificationHub
    private let patience: Duration
    private let readers: PostgresPool
    private let writers: PostgresPool
    private let watch: PostgresWatch

    var dialect: Dialect { .postgres }

    static func open(
        _ url: PostgresURL, limits: ConnectionLimits, onStatement: (@Sendable (String) -> Void)?
    ) async throws -> PostgresDatabase {
        let patience = limits.patience
        let hub = NotificationHub()
        let watch = PostgresWatch(hub: hub) { () throws(PostgresFailure) in
            try PostgresConnection.open(url, patience: patience, onStatement: nil)
        }
        let feed = try await watch.start(patience: patience)
        let pools = [limits.readers, limits.writers].map { size in
            PostgresPool(size: size, patience: patience) {
                PostgresSession(feed: feed) { () throws(PostgresFailure) in
                    try PostgresConnection.open(url, patience: patience, onStatement: onStatement)
                }
            }
        }
        return PostgresDatabase(hub: hub, patience: patience, readers: pools[0], writers: pools[1], watch: watch)
    }

    func read<Value: Sendable>(_ work: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let stop = StopSign()
        return try await withTaskCancellationHandler {
            try await run(TransactionPlan(kind: .read), on: readers, stop, work)
        } onCancel: {
            stop.set()
        }
    }

    func write<Value: Sendable>(
        _ purpose: WritePurpose, _ work: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await run(TransactionPlan(kind: .write(purpose)), on: writers, StopSign(), work)
    }

    func whileAlone<Value: Sendable>(
        _ name: String, patience: Duration, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await PostgresLock(name: name, watch: watch).hold(patience: patience, body)
    }

    func close() throws {
        readers.close()
        writers.close()
        watch.close()
    }

    private func run<Value: Sendable>(
        _ first: TransactionPlan, on pool: PostgresPool, _ stop: StopSign,
        _ work: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        let begin = ContinuousClock.now
        var retries = RetryPlan(patience: patience)
        var plan = first
        while true {
            let attempt = try await pool.withSession(isCancellable: first.kind == .read) { session in
                await session.attempt(plan, stop, work)
            }
            switch attempt {
            case .committed(let value): return value
            case .failed(let error, let recourse):
                let step = retries.next(
                    after: recourse, elapsed: ContinuousClock.now - begin, random: Double.random(in: 0...1))
                guard let step, !stop.isSet else { throw error }
                plan.isAlone = step.isAlone
                await Self.pause(step.pause)
            }
        }
    }

    /// Also in a cancelled task, which would not sleep.
    private static func pause(_ duration: Duration) async {
        guard duration > .zero else { return }
        let nanoseconds = duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
        await withCheckedContinuation { continuation in
            DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(Int(nanoseconds))) {
                continuation.resume()
            }
        }
    }
}
