import Foundation

/// Measures what a test of a scenario takes in which an hour goes by.
struct ScenarioTestBenchmark {
    /// The program `switchboard`.
    var program: String
    /// A file with one test of an hour.
    var file: String
    var rounds = 3

    enum Failure: Error { case testFailed(status: Int32) }

    /// The best of some rounds: whatever else the machine does only adds.
    func run() throws -> [Figure] {
        let best = try (0..<rounds).map { _ in try processorSeconds() }.min() ?? 0
        return [.measured("scenario_test.queue_hour_cpu_s", best, "s of program and workers, best of \(rounds)")]
    }

    private func processorSeconds() throws -> Double {
        let before = Self.childrenTime()
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["scenario", "test", file]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure.testFailed(status: process.terminationStatus) }
        return Self.childrenTime() - before
    }

    /// Processor seconds of children that have ended and been waited for, and of theirs.
    private static func childrenTime() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}
