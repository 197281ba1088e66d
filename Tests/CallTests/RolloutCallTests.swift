import Foundation
import Testing

@testable import Switchboard

/// A new version of the call scenario, from its publication to the call that runs it, in a whole installation.
@Suite(.serialized) struct RolloutCallTests {
    @Test func theCallAfterTheNextRunsTheNewVersionAndIsCountedForIt() async throws {
        try await TestInstallation.run { installation in
            _ = try await installation.prepared()
            try await ring(installation, version: 9, calls: 1)
            let folder = try newScenario()
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let answer = try await publish(folder, installation)
            #expect(answer["version"] as? Int == 10 && answer["state"] as? String == "rolling_out")
            // The call that moves the account goes on with the text that it began with.
            try await ring(installation, version: 9, calls: 2)
            try await ring(installation, version: 10, calls: 1)
            let status = try await Wait.until("the call's count") { () -> [String: Any]? in
                let status = try await Self.status(of: 10, installation)
                let health = status["health"] as? [String: Any]
                return health?["sessions"] as? Int == 1 ? status : nil
            }
            #expect(status["accounts"] as? Int == 1)
            #expect((status["health"] as? [String: Any])?["failed"] as? Int == 0)
            let before = try await Self.status(of: 9, installation)
            #expect((before["health"] as? [String: Any])?["sessions"] as? Int == 2)
        }
    }

    @Test func aVersionThatFailsAtOnceIsSeenAndTakenBackThoughItNeverSaysAWord() async throws {
        try await TestInstallation.run { installation in
            _ = try await installation.prepared()
            try await ring(installation, version: 9, calls: 1)
            let client = Self.client(installation)
            let body: [String: Any] = ["source": "null.boom();", "share": 1000]
            _ = try await client.post("/admin/scenario/versions", body)
            try await ring(installation, version: 9, calls: 2)
            let caller = try await installation.caller()
            // Nothing is known of the version before but two calls: too many failures stop it by themselves.
            for _ in 0..<32 {
                let call = try await caller.call(DemoCompany.number)
                try await caller.journal.first("the end of the call") {
                    switch $0 {
                    case .ended(call, _), .failed(call, _, _): true
                    default: false
                    }
                }
            }
            await caller.stop()
            try await Wait.until("the end of the version") {
                try await Self.status(of: 10, installation)["state"] as? String == "stopped" ? true : nil
            }
            try await Wait.until("the account's way back") {
                try await Self.status(of: 10, installation)["accounts"] as? Int == 0 ? true : nil
            }
            try await ring(installation, version: 9, calls: 3)
        }
    }

    /// A call that is answered and over; returns when that many sessions of the version have ended.
    private func ring(_ installation: TestInstallation, version: Int, calls: Int) async throws {
        let caller = try await installation.caller()
        let call = try await caller.call(DemoCompany.number)
        try await caller.journal.first("the answer", within: .seconds(60)) { $0 == .answered(call) }
        try await caller.hangUp(call)
        try await Wait.until("\(calls) calls with version \(version)") {
            let logs = installation.finishedLogs().filter {
                $0.contains("Start INCOMING scenario (version: \(version))")
            }
            return logs.count == calls ? true : nil
        }
        await caller.stop()
    }

    /// The scenario that comes with the program, with another text.
    private func newScenario() throws -> String {
        let source = try #require(
            ProgramFiles.scenarioFolders.first { FileManager.default.fileExists(atPath: $0) })
        let folder = NSTemporaryDirectory() + "switchboard-scenario-" + UUID().uuidString
        try FileManager.default.copyItem(atPath: source, toPath: folder)
        try "// new\n".write(toFile: "\(folder)/99-new.js", atomically: true, encoding: .utf8)
        return folder
    }

    /// Publishes by the command, to everybody.
    private func publish(_ folder: String, _ installation: TestInstallation) async throws -> [String: Any] {
        let process = Process()
        process.executableURL = URL(filePath: "\(ProgramFiles.folder)/switchboard")
        process.arguments = [
            "scenario", "publish", folder, "--share", "100%", "--note", "new", "--json", "--data-directory",
            installation.directory, "--controller-url", installation.settings.url("controller"),
        ]
        process.environment = ["PATH": "/usr/bin:/bin"]
        let output = Pipe()
        process.standardOutput = output
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        try #require(process.terminationStatus == 0)
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private static func client(_ installation: TestInstallation) -> OperatorClient {
        OperatorClient(
            url: installation.settings.url("controller"), token: installation.demo.installation.secrets.operatorToken,
            client: installation.demo.installation.client)
    }

    private static func status(of version: Int, _ installation: TestInstallation) async throws -> [String: Any] {
        try await client(installation).get("/admin/scenario/versions/\(version)")
    }
}
