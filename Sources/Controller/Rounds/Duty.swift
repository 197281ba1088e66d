import Logging
import Storage
import Synchronization

/// Work that goes on by itself, at one of the controllers of a database at a time.
///
/// The others wait, and the next of them goes on when that one ends, dies, or loses the connection that its lock hangs on: within
/// a second. Two may meet at such a change, so the work stands being done twice.
struct Duty: Sendable {
    private static let lock = "controller.duty"
    private static let patience = Duration.seconds(3600)
    private static let pause = Duration.seconds(1)

    let database: Database
    var mark = DutyMark()
    let clock: any Clock<Duration>
    let logger: Logger

    /// Does the work whenever it is this controller's turn, until cancelled.
    func run(_ work: [@Sendable () async -> Void]) async {
        while !Task.isCancelled {
            do {
                try await database.withLock(Self.lock, patience: Self.patience) {
                    logger.info("on duty")
                    mark.set(true)
                    defer { mark.set(false) }
                    await withDiscardingTaskGroup { group in
                        for part in work { group.addTask { await part() } }
                    }
                }
            } catch let error as StorageError where error.code == .busy {
                // Somebody else is; the next wait begins.
            } catch {
                guard !Task.isCancelled else { return }
                logger.warning("not on duty", metadata: ["error": "\(error)"])
                try? await clock.sleep(for: Self.pause)
            }
        }
    }
}

/// Whether this controller is the one that works.
final class DutyMark: Sendable {
    private let value = Atomic(false)

    func set(_ isOnDuty: Bool) { value.store(isOnDuty, ordering: .relaxed) }
    var isSet: Bool { value.load(ordering: .relaxed) }
}
