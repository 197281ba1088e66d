import CallControl
import Foundation
import NIOCore
import ScenarioRuntime
import Storage
import Testing
import VoiceEngine

@testable import VoicePlatform

@Suite struct AccountStorageTests {
    private static let user = CallSource.user(
        UserAddress(username: "user67", domain: "switchboard.tenant-one.voice.test"))

    /// Writes a file of so many bytes where a session keeps it.
    private static func fill(_ path: String, _ bytes: Int) throws {
        try Data(count: bytes).write(to: URL(filePath: path))
    }

    /// Records a leg, and lets the recording have so many bytes.
    private static func record(_ bytes: Int, _ stage: Stage) async throws {
        let target = try await stage.loop.submit { stage.legs.recordingTarget(Stage.caller) }.get()
        let path = try #require(target).path
        try fill(path, bytes)
        try await stage.onLoop { stage in
            stage.legs.onEvent?(.recordStarted(Stage.caller, url: ""))
            stage.legs.onEvent?(.recordStopped(Stage.caller, url: "", durationSeconds: 1))
        }
        try await stage.settle()
    }

    @Test func `an account that keeps as much as it may records nothing more until it deletes`() async throws {
        try await TestPlatform.run({ $0.limits.storageBytesPerAccount = 1000 }) { platform in
            let stage = try await Stage(platform)
            _ = try await stage.admit(Self.user, to: "1")
            try await Self.record(600, stage)
            try await Self.record(600, stage)
            let id = AccountID(rawValue: Int64(stage.tenant.id))
            #expect(platform.core.storage.kept(by: id) == 1200)
            #expect(try await stage.loop.submit { stage.legs.recordingTarget(Stage.caller) == nil }.get())
            let records = try await stage.history()[0]["records"].items
            #expect(records.compactMap { $0["file_size"].number } == [600, 600])
            let record = try #require(records.first)
            try await stage.tenant.call("DeleteRecord", ["record_id": "\(try record.integer("record_id"))"])
            #expect(platform.core.storage.kept(by: id) == 600)
            #expect(try await stage.loop.submit { stage.legs.recordingTarget(Stage.caller) != nil }.get())
            let sums = try await platform.core.database.read { try AccountStorage.sums($0) }
            #expect(sums == [id: 600])
        }
    }

    @Test func `logs count too, and a full account's sessions have none`() async throws {
        try await TestPlatform.run({ $0.limits.storageBytesPerAccount = 1000 }) { platform in
            let stage = try await Stage(platform)
            _ = try await stage.admit(Self.user, to: "1")
            let path = try await stage.script { $0.start.logFile }
            try Self.fill(try #require(path), 1000)
            try await stage.onLoop { $0.scripts.scripts[0].services.logFinished() }
            try await stage.settle()
            _ = try await stage.admit(Self.user, to: "1")
            #expect(try await stage.script { $0.start.logFile } == nil)
            let other = try await platform.child("tenant-two")
            #expect(!platform.core.storage.isFull(AccountID(rawValue: Int64(other.id))))
        }
    }

    @Test func `what a crash has left open is counted at the next start`() async throws {
        try await LedgerBench.run { bench in
            let bytes = try await bench.database.write { transaction in
                let history = SessionHistory(transaction: transaction)
                let id = try history.insert(HistoryTests.session(SessionPlan.bare(bench.child)))
                try RecordStore(transaction: transaction).insert(
                    "one", of: CallID(rawValue: "leg"), session: id, RecordingRequest(), at: LedgerBench.start)
                for _ in 0..<2 {
                    _ = try CrashRecovery(transaction: transaction).closeOpenSessions(now: LedgerBench.start) { _ in 77
                    }
                }
                return try AccountStorage.sums(transaction)
            }
            #expect(bytes == [bench.child: 77])
        }
    }
}
