import Logging
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
        let onDone: (@Sendable () -> Void)?
    }

    private let database: Database
    private let logger: Logger
    private let waiting = Mutex<[Job]>([])
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
        add(Job(name: name, work: work, onDone: nil))
    }

    /// Returns when everything that was added before is committed; needs `run` to be running.
    func flush() async {
        await withCheckedContinuation { continuation in
            add(Job(name: "flush", work: { _ in }, onDone: { continuation.resume() }))
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
    }

    private func add(_ job: Job) {
        waiting.withLock { $0.append(job) }
        signal.yield()
    }

    /// Each transaction waits for the disk once, so the steps of a call that follow closely share one; nobody who waits
    /// for a flush waits longer for that.
    private func gather() async {
        let isAwaited = waiting.withLock { jobs in jobs.contains { $0.onDone != nil } }
        if !isAwaited { try? await Task.sleep(for: Self.gathering) }
    }

    private func writeAll() async {
        while true {
            let batch = waiting.withLock { jobs in
                let batch = Array(jobs.prefix(Self.maximumBatch))
                jobs.removeFirst(batch.count)
                return batch
            }
            guard !batch.isEmpty else { return }
            await write(batch)
            for job in batch { job.onDone?() }
        }
    }

    private func write(_ batch: [Job]) async {
        do {
            try await database.write(.soon) { transaction in
                for job in batch { try job.work(transaction) }
            }
        } catch  where batch.count > 1 {
            // One of them spoils the transaction: each gets its own.
            for job in batch { await write([job]) }
        } catch {
            logger.error(
                "history could not be written; check the disk",
                metadata: ["history.job": "\(batch.first?.name ?? "")", "error": "\(error)"])
        }
    }
}
