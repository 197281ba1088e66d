import Foundation
import Logging
import Storage

/// Messages to the controller that must arrive: written in the transaction of the change, sent in their order, sent
/// again until the controller takes or refuses them.
final class Outbox: Sendable {
    private let database: Database
    private let controller: ControllerPort
    private let retryPause: Duration
    private let logger: Logger
    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    init(database: Database, controller: ControllerPort, retryPause: Duration, logger: Logger) {
        self.database = database
        self.controller = controller
        self.retryPause = retryPause
        self.logger = logger
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Adds a message to the transaction; call ``wake()`` once it is committed.
    static func add(_ command: String, _ body: JSONValue, to transaction: Transaction) throws {
        let text = String(decoding: try body.encoded(), as: UTF8.self)
        try transaction.execute("INSERT INTO outbox (command, body) VALUES (?, ?)", [.text(command), .text(text)])
    }

    /// Says that there may be something to send.
    func wake() { waker.yield() }

    /// Sends until the task is cancelled.
    func run() async {
        wake()
        await withDiscardingTaskGroup { group in
            for await _ in wakes {
                guard await !deliver() else { continue }
                group.addTask { [self] in
                    // The pause of a retry; the next change may wake the outbox earlier.
                    try? await Task.sleep(for: retryPause)
                    wake()
                }
            }
            group.cancelAll()
        }
    }

    /// Sends what there is; false when something is left for later.
    private func deliver() async -> Bool {
        do {
            while let message = try await next() {
                do {
                    try await controller.ask(message.command, JSONValue(parsing: Data(message.body.utf8)))
                } catch ControllerFailure.refused(let code, _) {
                    logger.warning(
                        "The controller refused a message of the portal",
                        metadata: ["command": "\(message.command)", "code": "\(code)"])
                }
                try await database.write { transaction in
                    try transaction.execute("DELETE FROM outbox WHERE id = ?", [.integer(message.id)])
                }
            }
            return true
        } catch {
            logger.debug("A message to the controller is kept", metadata: ["error": "\(error)"])
            return false
        }
    }

    private struct Message: Sendable {
        var id: Int64
        var command: String
        var body: String
    }

    private func next() async throws -> Message? {
        try await database.read { transaction in
            try transaction.queryOne("SELECT id, command, body FROM outbox ORDER BY id LIMIT 1").map { row in
                Message(id: try row.integer("id"), command: try row.text("command"), body: try row.text("body"))
            }
        }
    }
}
