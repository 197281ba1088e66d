/// The outcomes of all tests, for people (TAP, version 13) and for programs (JSON).
public struct TestReport: Sendable {
    public var files: [(path: String, outcomes: [TestOutcome])] = []

    public init() {}

    public var count: Int { files.reduce(0) { $0 + $1.outcomes.count } }
    public var failed: Int { files.reduce(0) { $0 + $1.outcomes.count { !$0.hasPassed } } }

    /// - Parameter lines: how many of the last lines of a failed test's journal are shown.
    public func tap(lines: Int) -> String {
        var text = ["TAP version 13", "1..\(count)"]
        var number = 0
        for file in files {
            text.append("# \(file.path)")
            for outcome in file.outcomes {
                number += 1
                let verdict = outcome.hasPassed ? "ok" : "not ok"
                text.append("\(verdict) \(number) - \(outcome.name) # call of \(outcome.duration)")
                text += outcome.failures.map { "#   \($0)" }
                guard !outcome.hasPassed, lines > 0 else { continue }
                text.append("#   the last of \(outcome.journal.count) lines:")
                text += outcome.journal.suffix(lines).map { "#     \(Self.clock($0.time)) \($0.text)" }
            }
        }
        text.append("# \(count - failed) of \(count) tests passed")
        return text.joined(separator: "\n")
    }

    public var json: String {
        let files = files.map { file in
            let tests = file.outcomes.map { outcome in
                let failures = outcome.failures.map(TestNode.quoted).joined(separator: ",")
                let lines = outcome.journal.map { "{\"ms\":\($0.time),\"text\":\(TestNode.quoted($0.text))}" }
                return "{\"name\":\(TestNode.quoted(outcome.name)),\"passed\":\(outcome.hasPassed),"
                    + "\"milliseconds\":\(outcome.duration.milliseconds),\"failures\":[\(failures)],"
                    + "\"journal\":[\(lines.joined(separator: ","))]}"
            }
            return "{\"file\":\(TestNode.quoted(file.path)),\"tests\":[\(tests.joined(separator: ","))]}"
        }
        return "{\"tests\":\(count),\"failed\":\(failed),\"files\":[\(files.joined(separator: ","))]}"
    }

    /// `00:01:02.3`.
    private static func clock(_ milliseconds: Int64) -> String {
        func two(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }
        let seconds = milliseconds / 1000
        return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)).\(milliseconds % 1000 / 100)"
    }
}
