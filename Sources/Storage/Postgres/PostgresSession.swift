import Dispatch

/// A connection of the pool with a thread of its own; connects when it is first needed, and again after a loss.
final class PostgresSession: @unchecked Sendable {  // The connection is used on the queue only.
    /// How an attempt at a transaction went.
    enum Attempt<Value: Sendable>: Sendable {
        case committed(Value)
        case failed(any Error, PostgresFailure.Recourse)
    }

    private let queue = DispatchQueue(label: "storage.postgres")
    private let connect: @Sendable () throws(PostgresFailure) -> PostgresConnection
    private let feed: PostgresFeed
    private var connection: PostgresConnection?
    private var isClosed = false

    init(
        feed: PostgresFeed, connect: @escaping @Sendable () throws(PostgresFailure) -> PostgresConnection
    ) {
        self.feed = feed
        self.connect = connect
    }

    /// Runs `work` once in a transaction.
    func attempt<Value: Sendable>(
        _ plan: TransactionPlan, _ stop: StopSign, _ work: @escaping @Sendable (Transaction) throws -> Value
    ) async -> Attempt<Value> {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.perform(plan, stop, work)) }
        }
    }

    /// Waits for what runs.
    func close() {
        queue.sync {
            isClosed = true
            connection = nil
        }
    }

    // MARK: On the queue

    private func perform<Value: Sendable>(
        _ plan: TransactionPlan, _ stop: StopSign, _ work: (Transaction) throws -> Value
    ) -> Attempt<Value> {
        let connection: PostgresConnection
        do {
            connection = try opened()
            try connection.command(plan.begin)
        } catch {
            rollBack(error.recourse)
            return .failed(error.error, error.recourse)
        }
        let journal = TransactionJournal()
        let runner = PostgresRunner(connection: connection, stop: stop)
        do {
            let value = try work(Transaction(runner: runner, journal: journal))
            if let failure = journal.failure { throw failure }
            for note in journal.notes { try send(note, connection) }
            return commit(value, connection)
        } catch {
            let failure = error as? PostgresFailure ?? runner.failure
            let recourse = failure?.recourse ?? .none
            rollBack(recourse)
            if stop.isSet { return .failed(CancellationError(), .none) }
            guard let failure, error is PostgresFailure || recourse != .none else { return .failed(error, .none) }
            return .failed(failure.error, recourse)
        }
    }

    private func opened() throws(PostgresFailure) -> PostgresConnection {
        guard !isClosed else { throw PostgresFailure(.closed) }
        if let connection { return connection }
        let new = try connect()
        connection = new
        return new
    }

    private func send(_ note: Note, _ connection: PostgresConnection) throws(PostgresFailure) {
        _ = try connection.run("SELECT pg_notify(?, ?)", [.text(feed.channel), .text(feed.envelope(note))])
    }

    private func commit<Value>(_ value: Value, _ connection: PostgresConnection) -> Attempt<Value> {
        do {
            try connection.command("COMMIT")
            return .committed(value)
        } catch {
            let isLost = connection.isLost
            rollBack(error.recourse)
            guard isLost else { return .failed(error.error, error.recourse) }
            return .failed(
                StorageError(
                    code: .outcomeUnknown,
                    message: "the PostgreSQL server went away during the commit, all has happened or nothing; "
                        + "look at the rows before trying again"),
                .none)
        }
    }

    /// Leaves a connection that can be used, or none.
    private func rollBack(_ recourse: PostgresFailure.Recourse) {
        guard recourse != .reconnect, let connection, !connection.isLost else {
            connection = nil
            return
        }
        do { try connection.command("ROLLBACK") } catch { self.connection = nil }
    }
}
