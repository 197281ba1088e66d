import Foundation
import NIOCore
import Storage
import Testing

@testable import Switchboard

/// `kill -9` in the middle of a call: after the restart the call is in both histories, ended, once.
@Suite(.serialized) struct CrashTests {
    @Test func aCallThatACrashCutIsInTheHistoryOnceAndEnded() async throws {
        let directory = NSTemporaryDirectory() + "switchboard-test-" + UUID().uuidString
        let demo = try await TestInstallation.prepare(directory)
        let installation = TestInstallation(demo: demo)
        let server = try ServerProcess(demo.settings, directory: directory)
        do {
            try await server.listens()
            try await cutCall(installation) { server.kill() }
        } catch {
            server.kill()
            throw error
        }
        let again = try ServerProcess(demo.settings, directory: directory)
        defer { again.kill() }
        try await again.listens()
        try await checkHistories(installation)
        await demo.installation.close()
    }

    private func cutCall(_ installation: TestInstallation, cut: () -> Void) async throws {
        let credentials = try await installation.prepared()
        let desk = try await installation.phone(
            credentials.phoneLogin, domain: credentials.domain, password: credentials.phonePassword,
            behaviour: PhoneBehaviour(answer: .after(.milliseconds(100))))
        try await desk.register()
        let caller = try await installation.caller()
        _ = try await caller.call(DemoCompany.number)
        try await desk.journal.first("the talk", within: .seconds(60)) {
            if case .answered = $0 { true } else { false }
        }
        cut()
        for phone in [desk, caller] { await phone.stop() }
    }

    private func checkHistories(_ installation: TestInstallation) async throws {
        let call = try await installation.finishedCall()
        let history = try #require(call["history"] as? [String: Any])
        #expect(history["PHONE_NUMBER"] as? String == DemoCompany.customerNumber)
        let controller = try Database.open(path: "\(installation.directory)/controller/controller.sqlite")
        let platform = try Database.open(path: "\(installation.directory)/voice/platform.sqlite")
        let rows = try await controller.read { try $0.query("SELECT * FROM call_history") }
        #expect(rows.count == 1)
        let sessions = try await platform.read { try $0.query("SELECT finish_reason, duration_ms FROM call_session") }
        #expect(sessions.count == 1)
        let reason = try sessions.first?.optionalText("finish_reason")
        #expect(reason?.hasPrefix("Internal error") == true, "\(reason ?? "still open")")
        try controller.close()
        try platform.close()
    }
}
