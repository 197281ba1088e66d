import Logging
import NIOCore
import ServiceLifecycle
import Storage
import Synchronization

/// Writes the history in the order in which things happened, without making a call wait for the disk.
///
/// `enqueue` may be called from anywhere and returns at once. What waits is written in one transaction, which reaches
/// the disk soon (``Durability/soon``); a job that the
/// database refuses is logged and left out, the others are written. At shutdown everything that waits is written first.
final class HistoryQueue: Service {
    private struct Job: Sendable {
        let name: StaticString
        let work: @Sendable (Transaction) throws -> Void
        /// Whether somebody waits for nothing but this job.
        var isUrgent = false
        /// Comes once: nil when the job is committed, or the error because of which it is not.
        var onDone: (@Sendable ((any Error)?) -> Void)?
    }

    private struct Waiting {
        var jobs: [Job] = []
        /// Nothing is written any more.
        var isOver = false
    }

    private let database: Database
    private let logger: Logger
    private let waiting = Mutex(Waiting())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    private static let maximumBatch = 500
    private static let gathering = Duration.milliseconds(25)

    init(database: Database, logger: Logger) {
        self.database = database
        self.logger = logger
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Adds a job; `name` says in the log what was refused.
    func enqueue(_ name: StaticString, _ work: @escaping @Sendable (Transaction) throws -> Void) {
        add(Job(name: name, work: work))
    }

    /// Adds a job whose result somebody waits for, in its place between the others: what is added later runs later.
    ///
    /// - Parameter isUrgent: Whether a call waits; otherwise the job waits for others that come soon.
    /// - Returns: Fails with what the job throws, or with the database's error.
    func perform<Value: Sendable>(
        _ name: StaticString, on eventLoop: any EventLoop, isUrgent: Bool = true,
        _ work: @escaping @Sendable (Transaction) throws -> Value
    ) -> EventLoopFuture<Value> {
        let result = JobResult<Value>()
        let promise = eventLoop.makePromise(of: Value.self)
        add(
            Job(
                name: name,
                work: { transaction in
                    let value = try work(transaction)
                    result.value.withLock { $0 = value }
                },
                isUrgent: isUrgent,
                onDone: { error in
                    if let value = result.value.withLock({ $0 }), error == nil {
                        promise.succeed(value)
                    } else {
                        promise.fail(error ?? CancellationError())
                    }
                }))
        return promise.futureResult
    }

    /// Returns when everything that was added before is committed; needs `run` to be running.
    func flush() async {
        await withCheckedContinuation { continuation in
            add(Job(name: "flush", work: { _ in }, isUrgent: true, onDone: { _ in continuation.resume() }))
        }
    }

    func run() async {
        await withGracefulShutdownHandler {
            for await _ in signals {
                await gather()
                await writeAll()
            }
        } onGracefulShutdown: {
            self.signal.finish()
        }
        // A task of its own: a cancelled one could not write the rest any more. It ends with the last job.
        await Task { await self.writeAll() }.value
        let late = waiting.withLock { waiting in
            waiting.isOver = true
            return waiting.jobs
        }
        for job in late { job.onDone?(CancellationError()) }
    }

    private func add(_ job: Job) {
        let isOver = waiting.withLock { waiting in
            if !waiting.isOver { waiting.jobs.append(job) }
            return waiting.isOver
        }
        guard !isOver else {
            job.onDone?(CancellationError())
            return
        }
        signal.yield()
    }

    /// Each transaction waits for the disk once, so the steps of a call that follow closely share one; nobody who waits
    /// for a flush waits longer for that.
    private func gather() async {
        let isAwaited = waiting.withLock { $0.jobs.contains(where: \.isUrgent) }
        if !isAwaited { try? await Task.sleep(for: Self.gathering) }
    }

    private func writeAll() async {
        while true {
            let batch = waiting.withLock { waiting in
                let batch = Array(waiting.jobs.prefix(Self.maximumBatch))
                waiting.jobs.removeFirst(batch.count)
                return batch
            }
            guard !batch.isEmpty else { return }
            await write(batch)
        }
    }

    private func write(_ batch: [Job]) async {
        do {
            try await database.write(.soon) { transaction in
                for job in batch { try job.work(transaction) }
            }
            for job in batch { job.onDone?(nil) }
        } catch  where batch.count > 1 {
            // One of them spoils the transaction: each gets its own.
            for job in batch { await write([job]) }
        } catch {
            for job in batch { job.onDone?(error) }
            logger.error(
                "history could not be written; check the disk",
                metadata: ["history.job": "\(batch.first?.name ?? "")", "error": "\(error)"])
        }
    }
}

/// What a job has given so far; a job whose transaction is undone runs again and gives anew.
private final class JobResult<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}
