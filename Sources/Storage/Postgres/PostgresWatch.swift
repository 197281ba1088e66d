import Dispatch

/// The connection that listens and holds locks; when it is lost, it is made anew until the database is closed.
final class PostgresWatch: @unchecked Sendable {  // Its state is used on the queue only.
    /// How an attempt to get a lock went.
    enum LockAttempt: Sendable {
        /// The stream gives one element when the lock is lost with its connection.
        case locked(lost: AsyncStream<Void>)
        /// Somebody else had it; now it may be free.
        case taken
        case failed(StorageError)
    }

    private static let unlocked: NotificationChannel = "storage.unlocked"
    private static let longestPause = 2000

    private let hub: NotificationHub
    private let queue = DispatchQueue(label: "storage.postgres.watch")
    private let connect: @Sendable () throws(PostgresFailure) -> PostgresConnection
    private let sender = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    private var connection: PostgresConnection?
    private var source: (any DispatchSourceRead)?
    private var feed: PostgresFeed?
    private var pause = 50
    private var isClosed = false
    private var held: [String: AsyncStream<Void>.Continuation] = [:]
    private var waiting: [String: [UInt64: CheckedContinuation<LockAttempt, Never>]] = [:]
    private var lastWaiter: UInt64 = 0

    init(hub: NotificationHub, connect: @escaping @Sendable () throws(PostgresFailure) -> PostgresConnection) {
        self.hub = hub
        self.connect = connect
    }

    deinit { source?.cancel() }

    /// Connects for the first time and makes what the schema needs.
    func start(patience: Duration) async throws -> PostgresFeed {
        let begin = ContinuousClock.now
        var retries = RetryPlan(patience: patience)
        while true {
            let outcome = await onQueue { () -> Result<PostgresFeed, PostgresFailure> in
                Result { () throws(PostgresFailure) in try self.listen() }
            }
            switch outcome {
            case .success(let feed): return feed
            case .failure(let failure):
                let step = retries.next(
                    after: failure.recourse, elapsed: ContinuousClock.now - begin, random: Double.random(in: 0...1))
                guard let step else { throw failure.error }
                try await Task.sleep(for: step.pause)
            }
        }
    }

    /// Gets the lock, or waits until it may be free.
    ///
    /// - Parameter longest: How long to wait for somebody who says that he gives it up; who dies says nothing.
    func lock(_ name: String, longest: Duration) async -> LockAttempt {
        await withCheckedContinuation { continuation in
            queue.async { self.lock(name, longest: longest, continuation) }
        }
    }

    func unlock(_ name: String) async {
        await onQueue {
            self.held.removeValue(forKey: name)?.finish()
            guard let feed = self.feed else { return }
            let note = Note(channel: Self.unlocked, payload: name)
            // A connection that is lost has given its locks up already.
            self.tell(
                "SELECT pg_advisory_unlock(hashtextextended(?, 0)), pg_notify(?, ?)",
                [.text(feed.lockText(name)), .text(feed.channel), .text(feed.envelope(note))])
        }
    }

    func close() {
        queue.sync {
            isClosed = true
            dropConnection()
        }
    }

    // MARK: On the queue

    private func onQueue<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: work()) } }
    }

    private func listen() throws(PostgresFailure) -> PostgresFeed {
        guard !isClosed else { throw PostgresFailure(.closed) }
        let new = try connect()
        let schema = try new.command("SELECT current_schema()::regnamespace::oid AS schema").rows.first
        guard let number = try? schema?.optionalInteger("schema") else {
            throw PostgresFailure(
                StorageError(
                    code: .cannotOpen,
                    message: "the user's search_path names no schema that exists; make it, or name another"))
        }
        try PostgresPreparation(connection: new).run()
        let feed = PostgresFeed(schema: number, sender: sender)
        try new.command("LISTEN \(feed.channel)")
        self.feed = feed
        connection = new
        watch(new)
        pause = 50
        hub.resume()
        wakeAll()
        return feed
    }

    private func watch(_ connection: PostgresConnection) {
        let source = DispatchSource.makeReadSource(fileDescriptor: connection.socket, queue: queue)
        source.setEventHandler { [weak self] in self?.readable() }
        // The descriptor stays open until nobody watches it any more.
        source.setCancelHandler { withExtendedLifetime(connection) {} }
        self.source = source
        source.resume()
    }

    private func readable() {
        guard let connection else { return }
        let isAlive = connection.readInput()
        deliver()
        if !isAlive { lost() }
    }

    private func deliver() {
        guard let connection, let feed else { return }
        for payload in connection.takePayloads() {
            guard let (note, isOwn) = feed.open(payload) else { continue }
            if note.channel == Self.unlocked { wake(note.payload) } else { hub.deliver(note, isOwn: isOwn) }
        }
    }

    private func lost() {
        dropConnection()
        guard !isClosed else { return }
        queue.asyncAfter(deadline: .now() + .milliseconds(pause)) { [weak self] in
            guard let self, !self.isClosed, self.connection == nil else { return }
            do { _ = try self.listen() } catch { self.lost() }
        }
        pause = min(pause * 2, Self.longestPause)
    }

    private func dropConnection() {
        source?.cancel()
        source = nil
        connection = nil
        hub.interrupt()
        for lock in held.values {
            lock.yield()
            lock.finish()
        }
        held = [:]
        wakeAll()
    }

    private func tell(_ sql: String, _ arguments: [SQLValue]) {
        guard let connection else { return }
        do {
            _ = try connection.run(sql, arguments)
            deliver()
        } catch {
            // Of no use whatever the reason: its locks are not known any more.
            lost()
        }
    }

    private func lock(_ name: String, longest: Duration, _ continuation: CheckedContinuation<LockAttempt, Never>) {
        guard let feed, let connection else {
            return wait(for: name, longest, continuation)
        }
        do {
            let row = try connection.run(
                "SELECT pg_try_advisory_lock(hashtextextended(?, 0)) AS locked", [.text(feed.lockText(name))]
            ).rows.first
            if try row?.flag("locked") == true {
                let (lost, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
                held[name] = signal
                continuation.resume(returning: .locked(lost: lost))
            } else {
                // Before what came along with the answer is read: the news that the lock is free may be among it.
                wait(for: name, longest, continuation)
            }
            deliver()
        } catch {
            lost()
            let failure = (error as? PostgresFailure)?.error ?? PostgresFailure.unreachable("").error
            continuation.resume(returning: .failed(failure))
        }
    }

    private func wait(for name: String, _ longest: Duration, _ continuation: CheckedContinuation<LockAttempt, Never>) {
        guard !isClosed else { return continuation.resume(returning: .failed(.closed)) }
        lastWaiter += 1
        let id = lastWaiter
        waiting[name, default: [:]][id] = continuation
        let (seconds, attoseconds) = longest.components
        let milliseconds = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak self] in
            guard let self, let waiter = self.waiting[name]?.removeValue(forKey: id) else { return }
            waiter.resume(returning: self.connection == nil ? .failed(PostgresFailure.unreachable("").error) : .taken)
        }
    }

    private func wake(_ name: String) {
        guard let waiters = waiting.removeValue(forKey: name) else { return }
        for waiter in waiters.values { waiter.resume(returning: .taken) }
    }

    private func wakeAll() {
        for name in waiting.keys { wake(name) }
    }
}
