import Dispatch
internal import GRDB
import Synchronization

/// Runs transactions one after another; those that wait for their turn share a commit.
///
/// Each of them is a savepoint of the common transaction: one that fails undoes itself and no other. A commit that holds
/// only work for ``Durability/soon`` leaves the write-ahead log to the operating system, and one wait for the disk
/// follows for all of them.
final class CommitGroup: Sendable {
    /// One transaction.
    struct Job: Sendable {
        let durability: Durability
        /// Runs in the transaction; what it gives tells the others and the caller, once all is committed.
        let work: @Sendable (SQLitePart) throws -> (notes: [Note], tell: @Sendable () -> Void)
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [Job] = []
        var isRunning = false
        /// What the connection does at a commit; nil before the first.
        var level: Durability?
        /// Whether commits wait for the disk, and somebody sees to that.
        var isUnsynced = false
        var isSyncPlanned = false
    }

    private static let mostTogether = 100

    private let pool: DatabasePool
    private let hub: NotificationHub
    private let pause: DispatchTimeInterval
    private let timer = DispatchQueue(label: "storage.sync")
    private let state = Mutex(State())

    init(pool: DatabasePool, hub: NotificationHub, pause: DispatchTimeInterval) {
        self.pool = pool
        self.hub = hub
        self.pause = pause
    }

    func add(_ job: Job) {
        let wasRunning = state.withLock { state in
            state.waiting.append(job)
            defer { state.isRunning = true }
            return state.isRunning
        }
        if !wasRunning { pool.asyncWriteWithoutTransaction { self.run($0) } }
    }

    // MARK: On the queue of the writing connection

    private func run(_ connection: GRDB.Database) {
        while let batch = next() {
            let outcome = Result { try commit(batch, connection) }
            switch outcome {
            case .success(let tellings): for tell in tellings { tell() }
            // Nothing of the batch has happened.
            case .failure(let error): for job in batch { job.fail(error) }
            }
        }
    }

    private func next() -> [Job]? {
        state.withLock { state in
            let batch = Array(state.waiting.prefix(Self.mostTogether))
            state.waiting.removeFirst(batch.count)
            state.isRunning = !batch.isEmpty
            return batch.isEmpty ? nil : batch
        }
    }

    /// - Returns: What tells each caller how its part went.
    private func commit(_ batch: [Job], _ connection: GRDB.Database) throws -> [@Sendable () -> Void] {
        let durability = batch.contains { $0.durability == .atOnce } ? Durability.atOnce : .soon
        try prepare(durability, connection)
        var tellings: [@Sendable () -> Void] = []
        try connection.inTransaction(.immediate) {
            if batch.count == 1 {
                tellings.append(try perform(batch[0], connection))
            } else {
                for job in batch { tellings.append(try part(job, connection)) }
            }
            return .commit
        }
        committed(durability)
        return tellings
    }

    private func perform(_ job: Job, _ connection: GRDB.Database) throws -> @Sendable () -> Void {
        let (notes, tell) = try job.work(SQLitePart(connection: connection))
        guard !notes.isEmpty else { return tell }
        return { [hub] in
            for note in notes { hub.deliver(note, isOwn: true) }
            tell()
        }
    }

    private func part(_ job: Job, _ connection: GRDB.Database) throws -> @Sendable () -> Void {
        var telling: @Sendable () -> Void = {}
        do {
            try connection.inSavepoint {
                telling = try perform(job, connection)
                return .commit
            }
            return telling
        } catch {
            // A full disk, for example, ends the whole transaction, not only the savepoint.
            guard connection.isInsideTransaction else { throw error }
            return { job.fail(error) }
        }
    }

    /// SQLite takes a change of the level only between transactions.
    private func prepare(_ durability: Durability, _ connection: GRDB.Database) throws {
        guard state.withLock({ $0.level }) != durability else { return }
        try connection.execute(sql: "PRAGMA synchronous = \(durability == .atOnce ? "FULL" : "NORMAL")")
        state.withLock { $0.level = durability }
    }

    private func committed(_ durability: Durability) {
        let isToPlan = state.withLock { state in
            // The wait for the disk is one for the log's whole length.
            state.isUnsynced = durability == .soon
            guard state.isUnsynced, !state.isSyncPlanned else { return false }
            state.isSyncPlanned = true
            return true
        }
        if isToPlan { plan() }
    }

    private func plan() {
        timer.asyncAfter(deadline: .now() + pause) { [weak self] in
            guard let self else { return }
            let isUnsynced = state.withLock { state in
                state.isSyncPlanned = state.isUnsynced
                return state.isUnsynced
            }
            if isUnsynced { pool.asyncWriteWithoutTransaction { self.sync($0) } }
        }
    }

    /// A commit that changes nothing and waits for the disk; a disk that fails is asked again.
    private func sync(_ connection: GRDB.Database) {
        do {
            try prepare(.atOnce, connection)
            try connection.execute(sql: "PRAGMA user_version = 0")
            state.withLock { state in
                state.isUnsynced = false
                state.isSyncPlanned = false
            }
        } catch {
            plan()
        }
    }
}
