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
        let good = try await CrashDay.live(.good(), crashAt: nil)
        #expect(good.aftermath.contradictions.isEmpty, "\(good.aftermath.contradictions)")
        #expect(good.aftermath.told == [Errand.reportedCall, Errand.silentCall, Errand.unheardCall])
        let steps = Self.steps(good)
        try #require(steps.count > 80)
        try await Self.crash(at: steps, good.aftermath, DayPlan.good)
        let hard = try await CrashDay.live(.hard(), crashAt: nil)
        #expect(hard.aftermath.contradictions.isEmpty, "\(hard.aftermath.contradictions)")
        let places = good.sites.map(\.description)
        let others = Self.steps(hard).filter { step in
            step.name.contains(".swift:") && !places.contains { step.name.hasSuffix($0) }
        }
        try #require(others.count > 10)
        try await Self.crash(at: others, hard.aftermath, DayPlan.hard)
    }

    private static func steps(_ day: CrashDay) -> [Crash.Step] {
        Array(Set(day.steps.filter { $0.occurrence <= occurrences }))
    }

    private static func crash(
        at steps: [Crash.Step], _ expected: Aftermath, _ plan: @escaping @Sendable () -> DayPlan
    ) async throws {
        let reached = try await withThrowingTaskGroup(of: Bool.self) { group in
            var (waiting, reached) = (steps, 0)
            for _ in 0..<Self.atOnce {
                if let step = waiting.popLast() { group.addTask { try await Self.check(step, expected, plan()) } }
            }
            while let isReached = try await group.next() {
                if isReached { reached += 1 }
                if let step = waiting.popLast() { group.addTask { try await Self.check(step, expected, plan()) } }
            }
            return reached
        }
        // What runs beside the requests does not always run as often.
        #expect(reached > steps.count * 9 / 10, "\(reached) of \(steps.count)")
    }

    private static func check(_ step: Crash.Step, _ expected: Aftermath, _ plan: DayPlan) async throws -> Bool {
        let day = try await CrashDay.live(plan, crashAt: step)
        #expect(day.aftermath == expected, "crash \(step)")
        return day.crashes == 1
    }

    /// A place of the source that writes.
    private struct Place {
        /// File and function.
        var name: String
        /// File and line, as ``WriteSite`` has it.
        var site: String
    }

    @Test("The days lead to every place of the source that writes")
    func sites() async throws {
        let days = [try await CrashDay.live(.good(), crashAt: nil), try await CrashDay.live(.hard(), crashAt: nil)]
        let reached = Set(
            days.flatMap(\.sites).map { site in "\(site.file.split(separator: "/").last ?? ""):\(site.line)" })
        let places = try Self.places()
        try #require(places.count > 40)
        for place in places {
            let isReached = reached.contains(place.site)
            #expect(isReached, "no errand leads to the write of \(place.name), \(place.site)")
        }
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
