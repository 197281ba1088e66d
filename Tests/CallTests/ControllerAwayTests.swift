import Foundation
import NIOCore
import Storage
import Testing

@testable import Switchboard

/// The controller is down, or what it gave is broken: the caller is helped all the same.
@Suite(.serialized) struct ControllerAwayTests {
    /// Portal and voice platform in one group, the controller in another that can be stopped alone.
    private static func runSplit(
        _ body: (TestInstallation, _ stopController: () async throws -> Void) async throws -> Void
    ) async throws {
        let directory = NSTemporaryDirectory() + "switchboard-test-" + UUID().uuidString
        let whole = try await TestInstallation.prepare(directory)
        let controller = try Installation(settings: whole.settings, roles: [.controller])
        let others = try Installation(settings: whole.settings, roles: [.voice, .portal])
        let controllerRun = Task { try await controller.run(signals: []) }
        let othersRun = Task { try await others.run(signals: []) }
        do {
            try await controller.ready()
            try await others.ready()
            try await body(TestInstallation(demo: whole)) {
                await controller.stop()
                try await controllerRun.value
            }
        } catch {
            for installation in [controller, others] { await installation.stop() }
            _ = await (controllerRun.result, othersRun.result)
            await whole.installation.close()
            throw error
        }
        for installation in [controller, others] { await installation.stop() }
        _ = await (controllerRun.result, othersRun.result)
        await whole.installation.close()
        try? FileManager.default.removeItem(atPath: directory)
    }

    @Test func withoutAnySettingsTheCallerHearsAnApology() async throws {
        try await Self.runSplit { installation, stopController in
            _ = try await installation.prepared()
            try await stopController()
            let caller = try await installation.caller()
            let call = try await caller.call(DemoCompany.number)
            try await caller.journal.first("the end after the apology", within: .seconds(60)) {
                if case .ended(call, _) = $0 { true } else { false }
            }
            let log = try await installation.finishedLog(with: "Executing JS command: Say")
            #expect(log.contains("Controller did not answer IncomingGetConfig"))
            #expect(log.contains("name = Call.PlaybackFinished"))
            await caller.stop()
        }
    }

    @Test func withCachedSettingsTheCallGoesOnToTheDefaultDirection() async throws {
        try await Self.runSplit { installation, stopController in
            let credentials = try await installation.prepared()
            let desk = try await installation.phone(
                credentials.phoneLogin, domain: credentials.domain, password: credentials.phonePassword,
                behaviour: PhoneBehaviour(answer: .after(.milliseconds(200))))
            try await desk.register()
            try await talkOnce(installation, desk)
            try await stopController()
            try await talkOnce(installation, desk)
            let log = try await installation.finishedLog(with: "Controller did not answer")
            #expect(log.contains("Get B24 config:"), "the settings came from the cache")
            await desk.stop()
        }
    }

    private func talkOnce(_ installation: TestInstallation, _ desk: SoftPhone) async throws {
        let caller = try await installation.caller()
        let call = try await caller.call(DemoCompany.number)
        try await desk.journal.first("the answered call", within: .seconds(60)) {
            if case .answered = $0 { true } else { false }
        }
        try await caller.hangUp(call)
        try await desk.journal.first("the end of the call") { if case .ended = $0 { true } else { false } }
        await caller.stop()
    }

    @Test func settingsThatAreNotValidJSONAreReportedAndAskedForAgain() async throws {
        try await TestInstallation.run { installation in
            _ = try await installation.prepared()
            let database = try Database.open(path: "\(installation.directory)/voice/platform.sqlite")
            // The first call brings the settings into the cache; before, the controller may still be forgetting older ones.
            let caller = try await installation.caller()
            let first = try await caller.call(DemoCompany.number)
            try await caller.journal.first("the answer") { $0 == .answered(first) }
            try await caller.hangUp(first)
            _ = try await installation.finishedLog(with: "Get B24 config:")
            try await Wait.until("the line's settings in the cache") {
                try await database.read { transaction in
                    try transaction.queryOne("SELECT item_key FROM key_value").map { _ in true }
                }
            }
            try await database.write { transaction in
                try transaction.execute("DELETE FROM key_value")
                try transaction.execute(
                    """
                    INSERT INTO key_value (application_id, account_id, item_key, item_value, expires_at)
                    SELECT id, account_id, 'line:' || ?, '{"SEARCH_ID": broken', ? FROM application
                    """,
                    [.text(DemoCompany.number), .integer(4_000_000_000)])
            }
            try database.close()
            let call = try await caller.call(DemoCompany.number)
            try await caller.journal.first("the answer") { $0 == .answered(call) }
            try await caller.hangUp(call)
            let log = try await installation.finishedLog(with: "Settings of the line from the cache cannot be used")
            #expect(log.contains("not valid JSON"))
            #expect(log.contains("Get B24 config:"))
            await caller.stop()
        }
    }
}
