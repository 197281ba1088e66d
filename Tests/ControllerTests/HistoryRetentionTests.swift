import Foundation
import Logging
import Storage
import Synchronization
import Testing

@testable import Controller

@Suite struct HistoryRetentionTests {
    private static let demo = PortalID(rawValue: "demo")
    private static let day: Int64 = 86_400_000
    private static let now: Int64 = 1_795_815_000_000

    /// The voice platform's side: what it was told to delete, and whether it is there.
    private final class Recordings: Sendable {
        let deleted = Mutex<[String]>([])
        let failures = Mutex(0)
        /// Those that the platform does not let go.
        let kept = Mutex<Set<String>>([])

        func delete(_ address: String) throws {
            let fails = failures.withLock { failures in
                defer { failures = max(0, failures - 1) }
                return failures == 1
            }
            if kept.withLock({ $0.contains(address) }) {
                throw ManagementError(method: "DeleteRecord", kind: .refused(code: 104, message: "test"))
            }
            if fails { throw ManagementError(method: "DeleteRecord", kind: .unreachable("test")) }
            deleted.withLock { $0.append(address) }
        }
    }

    private func retention(_ archive: HistoryArchive, _ recordings: Recordings) -> HistoryRetention {
        HistoryRetention(
            database: archive.database, deleteRecording: { address, _ in try recordings.delete(address) },
            patrol: Patrol(interval: .seconds(3600), clock: ContinuousClock()), now: { Moment(milliseconds: Self.now) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func keep(_ days: Int64?, _ portal: PortalID, _ archive: HistoryArchive) async throws {
        try await archive.database.write { transaction in
            try HistoryOptions(timeZone: .gmt, keptDays: days).save(portal, in: transaction)
        }
    }

    private func rows(_ table: String, _ archive: HistoryArchive) async throws -> Int64 {
        try await archive.database.read { transaction in
            try transaction.queryOne("SELECT COUNT(*) AS count FROM \(table)")?.integer("count") ?? -1
        }
    }

    @Test("What is older than the portal wants goes with its recording; the totals and other portals' calls stay")
    func old() async throws {
        try await HistoryArchive.run { archive in
            for age in 0..<250 {
                try await archive.record(
                    "call-\(age)", at: Self.now - Int64(age) * Self.day / 10, recording: "http://platform/record/\(age)"
                )
            }
            try await archive.record("other", at: Self.now - 100 * Self.day, portal: "other")
            try await archive.database.write { transaction in
                try transaction.execute("UPDATE outbox SET delivered_at = 1 WHERE message_key <> 'call-249'")
            }
            try await keep(10, Self.demo, archive)
            try await keep(nil, PortalID(rawValue: "other"), archive)
            let recordings = Recordings()
            await retention(archive, recordings).pass()
            #expect(try await archive.found(HistoryFilter()).count == 101)
            #expect(recordings.deleted.withLock { $0.count } == 149)
            #expect(recordings.deleted.withLock { $0.first } == "http://platform/record/249")
            #expect(try await rows("call_history", archive) == 102)
            // The one that has not arrived waits on.
            #expect(try await rows("outbox", archive) == 103)
            let (first, last) = (try #require(Day(rawValue: "2026-01-01")), try #require(Day(rawValue: "2026-12-31")))
            let totals = try await archive.totals.read(.employee, Self.demo, from: first, to: last)
            #expect(totals.totals.map(\.calls) == [250])
        }
    }

    @Test("A platform that is away keeps the calls whose recordings it still has; the next pass goes on")
    func away() async throws {
        try await HistoryArchive.run { archive in
            for age in 20..<25 {
                try await archive.record(
                    "call-\(age)", at: Self.now - Int64(age) * Self.day, recording: "record-\(age)")
            }
            try await keep(10, Self.demo, archive)
            let recordings = Recordings()
            recordings.failures.withLock { $0 = 1 }
            await retention(archive, recordings).pass()
            #expect(try await archive.found(HistoryFilter()).count == 5)
            await retention(archive, recordings).pass()
            #expect(try await archive.found(HistoryFilter()).isEmpty)
            #expect(recordings.deleted.withLock { Set($0) }.count == 5)
        }
    }

    @Test("A recording that the platform does not let go keeps its call, and no other")
    func refused() async throws {
        try await HistoryArchive.run { archive in
            for age in 20..<140 {
                try await archive.record(
                    "call-\(age)", at: Self.now - Int64(age) * Self.day, recording: "record-\(age)")
            }
            try await keep(10, Self.demo, archive)
            let recordings = Recordings()
            recordings.kept.withLock { $0 = ["record-139", "record-25"] }
            await retention(archive, recordings).pass()
            #expect(try await archive.found(HistoryFilter()) == ["call-25", "call-139"])
            recordings.kept.withLock { $0 = [] }
            await retention(archive, recordings).pass()
            #expect(try await archive.found(HistoryFilter()).isEmpty)
        }
    }

    @Test("Calls that nobody reported are forgotten, too, and those that go on are not")
    func lost() async throws {
        try await HistoryArchive.run { archive in
            try await archive.database.write { transaction in
                for (id, state) in [("a", "lost"), ("b", "connected"), ("c", "lost")] {
                    try transaction.execute(
                        """
                        INSERT INTO call (portal_id, call_id, line, phone_number, caller_id, access_url, state, attempts,
                            decisions, created_at) VALUES ('demo', ?, '', '', '', '', ?, '', '[]', ?)
                        """, [.text(id), .text(state), .integer(id == "c" ? Self.now : Self.now - 11 * Self.day)])
                }
            }
            try await keep(10, Self.demo, archive)
            await retention(archive, Recordings()).pass()
            #expect(try await rows("call", archive) == 2)
        }
    }
}
