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
        #expect(whole.aftermath.told == [Errand.reportedCall, Errand.silentCall, Errand.unheardCall])
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

    /// Writes that no errand of the day leads to, by file and function, and why that is no hole.
    private static let apart: [String: String] = {
        let turn = "a moment to try again; without it, what failed is tried at once"
        let deletion = "deletes what is too old; what is deleted is not found again"
        let closing = "ends what is found by its state; what was not ended is found again"
        return [
            "BalanceWatch.swift putOff": turn,
            "BalanceWatch.swift rest": closing,
            "CallStore+Looks.swift close": closing,
            "CallStore.swift lose": closing,
            "HealthStore.swift note": "counts with the mark of what was counted, in one step",
            "HistoryBackfill.swift step": "fills columns of rows that have none; what is filled is not found again",
            "HistoryRetention.swift delete": deletion,
            "HistoryRetention.swift forgetCalls": deletion,
            "HistoryStore+Cost.swift putOff": turn,
            "LineSettingsStore.swift markStale": "the portal was told of a failure, and says its change again",
            "NumberStore+Purchases.swift fail": "an order that was not marked is tried again, and refused again",
            "NumberStore.swift postpone": turn,
            "PaymentStore.swift postpone": turn,
            "PortalStore.swift putOffScenarioKey": turn,
            "WarningStore.swift end": "a message that was not marked is sent again: each comes once at least",
            "WarningStore.swift postpone": turn,
        ]
    }()

    /// A place of the source that writes.
    private struct Place {
        /// File and function.
        var name: String
        /// File and line, as ``WriteSite`` has it.
        var site: String
    }

    @Test("The day leads to every place of the source that writes")
    func sites() async throws {
        let reached = Set(
            try await CrashDay.live(crashAt: nil).sites.map { site in
                "\(site.file.split(separator: "/").last ?? ""):\(site.line)"
            })
        let places = try Self.places()
        try #require(places.count > 40)
        for place in places where Self.apart[place.name] == nil {
            let isReached = reached.contains(place.site)
            #expect(isReached, "no errand leads to the write of \(place.name)")
        }
        for name in Self.apart.keys { #expect(places.contains { $0.name == name }, "\(name) does not write any more") }
    }

    private static func places() throws -> [Place] {
        let root = URL(filePath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst()
        let folder = "\(root)/Sources/Controller"
        let files = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
        return try files.filter { $0.hasSuffix(".swift") }.flatMap { path in
            let file = URL(filePath: path).lastPathComponent
            let text = try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
            var (function, places) = ("", [Place]())
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                if let match = line.firstMatch(of: /func (\w+)/) { function = String(match.1) }
                guard line.contains("database.write(") || line.contains("database.write {") else { continue }
                places.append(Place(name: "\(file) \(function)", site: "\(file):\(number + 1)"))
            }
            return places
        }
    }
}
