import Foundation
import Storage
import Synchronization
import Testing

@testable import Controller

/// The controller ends at each of its durable steps in turn; then it starts again, and everybody repeats what was not done.
///
/// The steps are read from a day without a crash: whatever the code writes, asks the platform or tells a portal is one.
@Suite struct CrashStepTests {
    /// Later occurrences of a step are like the first; what runs in circles would never end.
    private static let occurrences = 1
    private static let atOnce = 6

    @Test("After a crash at any durable step, nothing is lost and nothing is there twice")
    func everyStep() async throws {
        let whole = try await CrashDay.live(crashAt: nil)
        #expect(whole.aftermath.contradictions.isEmpty, "\(whole.aftermath.contradictions)")
        #expect(whole.aftermath.told == [Errand.reportedCall, Errand.silentCall])
        let steps = Set(whole.steps.filter { $0.occurrence <= Self.occurrences })
        try #require(steps.count > 80)
        let reached = try await withThrowingTaskGroup(of: Bool.self) { group in
            var (waiting, reached) = (Array(steps), 0)
            for _ in 0..<Self.atOnce {
                if let step = waiting.popLast() { group.addTask { try await Self.check(step, whole.aftermath) } }
            }
            while let isReached = try await group.next() {
                if isReached { reached += 1 }
                if let step = waiting.popLast() { group.addTask { try await Self.check(step, whole.aftermath) } }
            }
            return reached
        }
        // What runs beside the requests does not always run as often.
        #expect(reached > steps.count * 9 / 10, "\(reached) of \(steps.count)")
    }

    private static func check(_ step: Crash.Step, _ expected: Aftermath) async throws -> Bool {
        let day = try await CrashDay.live(crashAt: step)
        #expect(day.aftermath == expected, "crash \(step)")
        return day.crashes == 1
    }

    /// Files with writes that no errand of the day leads to, and why that is no hole.
    private static let apart: [String: String] = [
        "HistoryBackfill.swift": "fills columns of rows from before them; a row that is filled is not found again",
        "HistoryRetention.swift": "deletes what is too old; what is deleted is not found again",
    ]

    @Test("The day leads to every place of the source that writes")
    func sites() async throws {
        let files = Set(try await CrashDay.live(crashAt: nil).sites.map { $0.file.split(separator: "/").last ?? "" })
        for file in try Self.writers() where Self.apart[file] == nil {
            #expect(files.contains(Substring(file)), "no errand leads to the writes of \(file)")
        }
    }

    private static func writers() throws -> [String] {
        let root = URL(filePath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst()
        let folder = "\(root)/Sources/Controller"
        return try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
            .filter { $0.hasSuffix(".swift") }
            .filter { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8).contains("database.write") }
            .map { URL(filePath: $0).lastPathComponent }
    }
}
