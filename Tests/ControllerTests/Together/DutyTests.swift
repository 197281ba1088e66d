import Foundation
import Logging
import Storage
import Synchronization
import TestPostgres
import Testing

@testable import Controller

@Suite struct DutyTests {
    private static func duty(_ path: String) async throws -> Duty {
        Duty(
            database: try await Database.open(TestDatabases.location(path)), clock: ContinuousClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Works until it is cancelled, and tells when it begins and ends.
    private static func work(_ name: String, _ journal: Collected, _ events: Events) -> @Sendable () async -> Void {
        {
            journal.add("\(name) begins")
            events.announce()
            let (end, continuation) = AsyncStream.makeStream(of: Void.self)
            for await _ in end {}
            continuation.finish()
            journal.add("\(name) ends")
            events.announce()
        }
    }

    @Test(
        "One of two controllers is on duty, and the other goes on when it ends",
        .enabled(if: TestDatabases.areOnPostgres, "a file of SQLite has one controller"))
    func change() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "duty-\(UUID().uuidString)").path
        let (first, second) = (try await Self.duty(folder), try await Self.duty(folder))
        let (journal, events) = (Collected(), Events())
        let one = Task { await first.run([Self.work("one", journal, events)]) }
        try await within(.seconds(120), "first duty") { await events.wait { journal.all.count == 1 } }
        let two = Task { await second.run([Self.work("two", journal, events)]) }
        // The lock is known to be wanted by both.
        await #expect(throws: StorageError.self) {
            try await second.database.withLock("controller.duty", patience: .milliseconds(20)) {}
        }
        #expect(journal.all == ["one begins"])
        one.cancel()
        try await within(.seconds(120), "second duty") { await events.wait { journal.all.count == 3 } }
        #expect(journal.all == ["one begins", "one ends", "two begins"])
        two.cancel()
        await two.value
        await one.value
        try first.database.close()
        try second.database.close()
    }
}
