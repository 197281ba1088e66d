import Foundation
import Testing

/// `switchboard scenario test` as a shell calls it: exit codes, messages, reports.
@Suite(.serialized) struct ScenarioCommandTests {
    /// A folder with a script that answers and says something random, and test files.
    private static func folder<Result>(_ files: [String: String], _ body: (String) throws -> Result) throws -> Result {
        let folder = NSTemporaryDirectory() + "scenario-command-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let script = """
            VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                call.addEventListener(CallEvents.Connected, () => {
                    Logger.write(`${uuidgen()} ${Math.random()} ${Date.now()} ${VoxEngine.callUser("anna", "1").id()}`);
                });
                call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
                call.answer();
            });
            """
        for (name, text) in files.merging(["script.js": script], uniquingKeysWith: { $1 }) {
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }
        return try body(folder)
    }

    private static let good = """
        scenario: script.js
        phones: {anna: answers after 2s}
        caller: hangs up after 20s
        tests:
          - name: anna answers
            expect: [{command: AcceptCall}, {event: Call.Connected}, {ends: Normal termination}]
          - name: anna is busy
            phones: {anna: busy}
            expect: [{event: Call.Failed, with: {code: 486}}]
        """

    @Test func twoRunsPrintTheSameBytes() throws {
        try Self.folder(["good.yaml": Self.good]) { folder in
            let arguments = ["scenario", "test", "\(folder)/good.yaml", "--json"]
            let (first, second) = (try CommandTests.run(arguments), try CommandTests.run(arguments))
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.output == second.output)
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(first.output.utf8)) as? [String: Any])
            #expect(report["tests"] as? Int == 2 && report["failed"] as? Int == 0)
            #expect(first.output.contains("1772442000"), "the script saw another clock than the test's")
        }
    }

    @Test func aFailureIsToldWithItsLineAndEndsWith1() throws {
        let wrong = Self.good.replacing("{code: 486}", with: "{code: 404}")
        try Self.folder(["wrong.yaml": wrong]) { folder in
            let run = try CommandTests.run(["scenario", "test", folder, "--lines", "3"])
            #expect(run.status == 1)
            #expect(run.output.contains("ok 1 - anna answers"))
            #expect(run.output.contains("not ok 2 - anna is busy"))
            #expect(run.output.contains("line 9: the event Call.Failed with code = 404 is missing"))
            #expect(run.output.contains("# 1 of 2 tests passed"))
            let only = try CommandTests.run(["scenario", "test", folder, "--only", "answers"])
            #expect(only.status == 0 && only.output.contains("# 1 of 1 tests passed"))
        }
    }

    @Test(arguments: [
        ("tests: [", "file.yaml: no valid YAML"),
        ("scenario: none.js\ntests:\n  - {name: a, expect: [b]}", "file.yaml:1: the scenario none.js cannot be read"),
        ("scenario: script.js\ntests:\n  - {name: a, expct: [b]}", "file.yaml:3: a test knows no expct"),
        (
            "scenario: script.js\nphones:\n  anna: sleeps\ntests:\n  - {name: a, expect: [b]}",
            "file.yaml:3: anna is not understood"
        ),
    ])
    func aFileThatCannotBeUsedEndsWith64(text: String, message: String) throws {
        try Self.folder(["file.yaml": text]) { folder in
            let run = try CommandTests.run(["scenario", "test", "\(folder)/file.yaml"])
            #expect(run.status == 64)
            #expect(run.errors.contains(message), "\(run.errors)")
            #expect(run.output.isEmpty)
        }
    }

    @Test func whatIsNotThereEndsWith64() throws {
        try Self.folder(["good.yaml": Self.good]) { folder in
            let missing = try CommandTests.run(["scenario", "test", "\(folder)/none.yaml"])
            #expect(missing.status == 64 && missing.errors.contains("none.yaml: the file cannot be read"))
            let none = try CommandTests.run(["scenario", "test", "\(folder)/good.yaml", "--only", "nobody"])
            #expect(none.status == 64 && none.errors.contains("no test's name holds “nobody”"))
        }
        try Self.folder([:]) { folder in
            let empty = try CommandTests.run(["scenario", "test", folder])
            #expect(empty.status == 64 && empty.errors.contains("holds no test file"))
        }
        #expect(try CommandTests.run(["scenario", "test"]).status == 64)
    }

    @Test func helpTellsTheOptions() throws {
        let help = try CommandTests.run(["scenario", "test", "--help"])
        #expect(help.status == 0)
        for option in ["--json", "--lines", "--only", "<files>", "Exit codes"] { #expect(help.output.contains(option)) }
    }
}
