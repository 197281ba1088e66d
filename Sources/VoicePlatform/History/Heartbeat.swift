import Logging
import ServiceLifecycle
import Storage

/// Notes every few seconds that the platform lives, so that after a crash the history knows when it ended.
struct Heartbeat: Service {
    let database: Database
    let clock: @Sendable () -> UnixTime
    let logger: Logger

    private static let interval = Duration.seconds(5)

    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await beat()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    func beat() async {
        let now = clock()
        do {
            try await database.write(.soon) { try CrashRecovery(transaction: $0).beat(at: now) }
        } catch is CancellationError {
            return
        } catch {
            logger.error("heartbeat could not be written; check the disk", metadata: ["error": "\(error)"])
        }
    }
}
