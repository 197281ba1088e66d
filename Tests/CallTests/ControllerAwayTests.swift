import Foundation
import NIOCore
import Storage
import Testing

@testable import Switchboard

/// The controller is down, or what it gave is broken: the caller is helped all the same.
@Suite(.serialized) struct ControllerAwayTests {
    /// Portal and voice platform in one group, the controller in another that can be stopped and started alone.
    private actor Controller {
        private let settings: Settings
        private var installation: Installation?
        private var run: Task<Void, any Error>?

        init(_ settings: Settings) { self.settings = settings }

        func start() async throws {
            let controller = try Installation(settings: settings, roles: [.controller])
            installation = controller
            run = Task { try await controller.run(signals: []) }
            try await controller.ready()
        }

        func stop() async throws {
            await installation?.stop()
            let run = run
            (installation, self.run) = (nil, nil)
            try await run?.value
        }
    }

    private static func runSplit(_ body: (TestInstallation, Controller) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "switchboard-test-" + UUID().uuidString
        let whole = try await TestInstallation.prepare(directory)
        let controller = Controller(whole.settings)
        let others = try Installation(settings: whole.settings, roles: [.voice, .portal])
        let othersRun = Task { try await others.run(signals: []) }
        let result: Result<Void, any Error>
        do {
            try await controller.start()
            try await others.ready()
            result = .success(try await body(TestInstallation(demo: whole), controller))
        } catch {
            result = .failure(error)
        }
        try? await controller.stop()
        await others.stop()
        _ = await othersRun.result
        await whole.installation.close()
        try result.get()
        try? FileManager.default.removeItem(atPath: directory)
    }

    @Test func withoutAnySettingsTheCallerHearsAnApology() async throws {
        try await Self.runSplit { installation, controller in
            _ = try await installation.prepared()
            try await controller.stop()
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
        try await Self.runSplit { installation, controller in
            let credentials = try await installation.prepared()
            let desk = try await installation.phone(
                credentials.phoneLogin, domain: credentials.domain, password: credentials.phonePassword,
                behaviour: PhoneBehaviour(answer: .after(.milliseconds(200))))
            try await desk.register()
            try await talkOnce(installation, desk)
            try await controller.stop()
            try await talkOnce(installation, desk)
            let log = try await installation.finishedLog(with: "Controller did not answer")
            #expect(log.contains("Get B24 config:"), "the settings came from the cache")
            await desk.stop()
        }
    }

    /// The answer, the talk and its end happen while nobody hears the scenario; its report is given up.
    @Test func aCallThatIsAnsweredAndEndsWhileTheControllerIsAwayIsReadFromThePlatform() async throws {
        try await Self.runSplit { installation, controller in
            let credentials = try await installation.prepared()
            let desk = try await installation.phone(
                credentials.phoneLogin, domain: credentials.domain, password: credentials.phonePassword)
            try await desk.register()
            let caller = try await installation.caller()
            let call = try await caller.call(DemoCompany.number)
            let event = try await desk.journal.first("the ringing", within: .seconds(60)) {
                if case .incoming = $0 { true } else { false }
            }
            guard case .incoming(let ringing, _) = event else { return }
            try await controller.stop()
            try await desk.answer(ringing)
            try await desk.journal.first("the answer") { $0 == .answered(ringing) }
            try await caller.hangUp(call)
            _ = try await installation.finishedLog(with: "Call history was not delivered")
            try await controller.start()
            let history = try #require(try await installation.finishedCall()["history"] as? [String: Any])
            #expect(history["PORTAL_USER_ID"] as? String == "67")
            #expect(history["CALL_STATUS"] as? String == "true")
            #expect(history["CALL_DEVICE"] as? String == "PHONE")
            #expect((Int(history["CALL_DURATION"] as? String ?? "") ?? 0) > 0)
            let browser = try await installation.browser()
            let known = try await Wait.until("the call at the portal") {
                (try await browser.get("/api/calls")["calls"] as? [[String: Any]])?.first
            }
            #expect(known["employee_id"] as? Int == 67)
            #expect(known["success"] as? Bool == true)
            for phone in [desk, caller] { await phone.stop() }
        }
    }

    /// The settings are in the platform's cache, so the call goes its way; nobody hears of it.
    @Test func aCallThatTheControllerNeverHeardOfIsFoundAtThePlatform() async throws {
        try await Self.runSplit { installation, controller in
            _ = try await installation.prepared()
            let caller = try await installation.caller()
            func call() async throws {
                let call = try await caller.call(DemoCompany.number)
                try await caller.journal.first("the answer", within: .seconds(60)) { $0 == .answered(call) }
                try await caller.hangUp(call)
            }
            try await call()
            let known = try await installation.finishedCall()["call_id"] as? String
            try await controller.stop()
            try await call()
            let log = try await installation.finishedLog(with: "Call history was not delivered")
            #expect(!log.contains("Controller did not answer IncomingGetConfig"), "the settings came from the cache")
            try await controller.start()
            let calls = try await Wait.until("both calls in the history", within: .seconds(90)) {
                let calls = try await installation.portalSession.ask("FindCalls", [:])["result"] as? [[String: Any]]
                return calls?.count == 2 ? calls : nil
            }
            let names = calls.compactMap { $0["CALL_ID"] as? String }
            let found = try await installation.portalSession.call(try #require(names.first { $0 != known }))
            #expect(found["history_source"] as? String == "reconciliation")
            let history = try #require(found["history"] as? [String: Any])
            #expect(history["PHONE_NUMBER"] as? String == DemoCompany.customerNumber)
            #expect(history["PORTAL_NUMBER"] as? String == DemoCompany.number)
            #expect(history["COST_FINAL"] as? String != nil)
            let browser = try await installation.browser()
            _ = try await Wait.until("both calls at the portal") {
                (try await browser.get("/api/calls")["calls"] as? [[String: Any]])?.count == 2 ? true : nil
            }
            await caller.stop()
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
