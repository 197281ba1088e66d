import Foundation
import Testing

@testable import ScenarioTesting

/// Runs the tests that come with the product, and tests that must fail.
struct ScenarioFilesTests {
    @Test(arguments: ["standard", "forward", "menu", "conference", "callback", "queue"])
    func theTestsOfTheProductPass(name: String) async throws {
        let file = try ScenarioTestFile(path: Self.folder.appending(path: "\(name).yaml").path)
        for outcome in try await Self.run(file.tests) {
            #expect(outcome.failures == [], "\(outcome.name)\n\(outcome.journal.map(\.text).joined(separator: "\n"))")
        }
    }

    @Test func twoRunsAreTheSameToTheLetter() async throws {
        let file = try ScenarioTestFile(path: Self.folder.appending(path: "standard.yaml").path)
        let tests = Array(file.tests.prefix(4))
        let first = try await Self.run(tests)
        // Another order, so that a test takes nothing over from the one before.
        let second = try await Self.run(tests.reversed())
        #expect(first.map(\.journal) == second.reversed().map(\.journal))
        #expect(first.map(\.duration) == second.reversed().map(\.duration))
    }

    @Test func anHourOfQueueTakesNoHour() async throws {
        let file = try ScenarioTestFile(path: Self.folder.appending(path: "queue.yaml").path)
        let outcome = try #require(try await Self.run(file.tests).first)
        #expect(outcome.duration >= SpokenTime(milliseconds: 3_600_000))
        // What it takes is measured where nothing else runs in the process: by the tests of the command.
    }

    @Test func whatDoesNotHappenIsTold() async throws {
        let file = try Self.file(
            """
            VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                call.answer();
                Net.httpRequest("http://unknown.test/a", () => {}, {method: "POST", postData: "x=1"});
                call.addEventListener(CallEvents.Connected, () => VoxEngine.callUser("anna"));
                call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
            });
            """,
            """
            limit: 5m
            tests:
              - name: too much
                caller: hangs up after 10s
                phones: {anna: busy}
                steps:
                  - {when: never written, phone: anna, does: hangs up}
                expect:
                  - {command: CallUser, with: {username: boris}}
                  - {command: CallUser, from: 5s}
                  - {command: AcceptCall, times: 2}
                  - never: {event: Call.Failed}
                  - {ends: Timeout}
                  - event: Call.Connected
                  - event: Application.Started
              - name: no end
                expect: [AcceptCall]
            """)
        let outcomes = try await Self.run(file.tests)
        #expect(
            outcomes[0].failures == [
                "line 10: the command CallUser with username = boris is missing",
                "line 11: the command CallUser came after 0.0 s, at the wrong time",
                "line 12: the command AcceptCall must happen 2 times, but did 1 times, first after 0.0 s",
                "line 13: the event Call.Failed must not happen, but did 1 times, first after 0.1 s",
                "line 14: the end “Timeout” is missing",
                "line 16: the event Application.Started came after 0.0 s, before the expectation above it",
                "a step was not taken: “never written” did not come",
                "no web rule for the request POST http://unknown.test/a x=1",
            ])
        #expect(
            outcomes[1].failures == [
                "the session has not ended within 300.0 s",
                "no web rule for the request POST http://unknown.test/a x=1",
            ])
        #expect(!outcomes[0].hasPassed)
    }

    @Test func aScriptErrorIsAnOutcome() async throws {
        let file = try Self.file(
            "VoxEngine.addEventListener(AppEvents.Started, () => { null.x; });",
            """
            tests:
              - name: error
                expect: [{line: "JS session error: TypeError*"}, {ends: JS session error}]
              - name: the next test is not touched
                expect: [{line: "JS session error: TypeError*"}, {ends: JS session error}]
            """)
        #expect(try await Self.run(file.tests).map(\.failures) == [[], []])
    }

    static var folder: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Scenarios/tests")
    }

    static func run(_ tests: [ScenarioTest]) async throws -> [TestOutcome] {
        let stage = ScenarioStage(workerExecutable: try workerPath())
        try await stage.start()
        var outcomes: [TestOutcome] = []
        do {
            for test in tests { outcomes.append(try await stage.run(test)) }
        } catch {
            try? await stage.shutdown()
            throw error
        }
        try await stage.shutdown()
        return outcomes
    }

    /// A test file beside a script.
    static func file(_ script: String, _ tests: String) throws -> ScenarioTestFile {
        let folder = FileManager.default.temporaryDirectory.appending(path: "scenario-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try script.write(to: folder.appending(path: "script.js"), atomically: true, encoding: .utf8)
        return try ScenarioTestFile(
            path: folder.appending(path: "test.yaml").path, text: "scenario: script.js\n" + tests)
    }

    /// Where the worker program of this build is.
    static func workerPath() throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let directory = URL(fileURLWithPath: own).deletingLastPathComponent()
        let candidates: [String?] = [
            ProcessInfo.processInfo.environment["SCRIPT_WORKER"], directory.appending(path: "script-worker").path,
            directory.appending(path: "ScriptWorker").path,
        ]
        return try #require(
            candidates.compactMap(\.self).first { FileManager.default.isExecutableFile(atPath: $0) },
            "build the product script-worker first")
    }
}
