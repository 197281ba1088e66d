import Foundation
import Synchronization
import Testing

@testable import Controller

@Suite struct ReconciliationTests {
    static let running: JSONValue = [
        "account_id": 1001, "application_id": 1002, "custom_data": .text(World.callID), "calls": [],
    ]
    static let ended: JSONValue = [
        "account_id": 1001, "application_id": 1002, "custom_data": .text(World.callID), "duration": 36,
        "log_file_url": "http://log.example/x.log",
        "calls": [
            ["incoming": true, "successful": true, "duration": 34, "cost": .real(1.25)],
            ["incoming": false, "successful": true, "duration": 18, "cost": .real(0.1)],
        ],
        "records": [["record_url": "http://record.example/x.mp3", "cost": .integer(2)]],
    ]

    /// The caller heard the melody until he left.
    static let unanswered: JSONValue = [
        "account_id": 1001, "application_id": 1002, "custom_data": .text(World.callID), "duration": 36,
        "calls": [
            ["incoming": true, "successful": true, "duration": 34, "cost": .real(1.25)],
            ["incoming": false, "successful": false, "duration": 0, "remote_number": "phone67"],
        ],
    ]

    private func setting() -> World.Setting {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        return setting
    }

    @Test("A call whose scenario died gets its history from the platform, exactly once")
    func died() async throws {
        try await World.run(setting()) { world async throws in
            _ = try await world.command("GetAccountInfo")
            world.platform.state.withLock { $0.sessions[World.callID] = Self.running }
            _ = try await world.invite()
            _ = try await world.scenario(
                "StartCall", [("CALL_ID", World.callID), ("CALL_DEVICE", "PHONE"), ("USER_ID", "67")])
            let looks = world.platform.count("GetCallHistory")
            await world.platform.events.wait { world.platform.count("GetCallHistory") > looks + 1 }
            #expect(world.portal.told("AddCallHistory").isEmpty)
            world.platform.state.withLock { $0.sessions[World.callID] = Self.ended }
            await world.portal.events.wait { !world.portal.told("AddCallHistory").isEmpty }
            let body = try #require(world.portal.told("AddCallHistory").first)
            #expect(body["CALL_DURATION"] == "34")
            #expect(body["PORTAL_USER_ID"] == "67")
            #expect(body["CALL_STATUS"] == "true")
            #expect(body["CALL_DEVICE"] == "PHONE")
            #expect(body["HAS_RECORDING"] == "Y")
            #expect(body["REVISION"] == "1")
            let json = try #require(try await world.call())
            #expect(json["history_source"] == "reconciliation")
            #expect(json["history"]?["COST_FINAL"] == "3.35")
            #expect(json["history"]?["COST_CURRENCY"] == "RUB")
        }
    }

    /// Nobody told the controller who talked; the desk phone of another employee rang in vain.
    static func talked(with user: String) -> JSONValue {
        [
            "account_id": 1001, "application_id": 1002, "custom_data": .text(World.callID), "duration": 36,
            "start_date": "2015-07-24 07:50:08", "finish_reason": "Normal termination",
            "calls": [
                [
                    "incoming": true, "successful": true, "duration": 34, "cost": .real(1.25),
                    "remote_number": .text(World.caller), "remote_number_type": "pstn",
                ],
                ["incoming": false, "successful": false, "duration": 0, "remote_number": "phone66", "cost": 0],
                [
                    "incoming": false, "successful": true, "duration": 18, "cost": .real(0.1),
                    "remote_number_type": "user",
                    "remote_number": .text(user), "start_time": "2015-07-24 07:50:20",
                ],
            ],
            "records": [["record_url": "http://record.example/x.mp3", "cost": .integer(2)]],
        ]
    }

    /// A call of which the scenario has told nothing but its beginning, written from the platform's history.
    private static func reconciled(
        _ session: JSONValue, _ body: @Sendable @escaping (World, JSONValue) async throws -> Void
    ) async throws {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.invite()
            world.platform.state.withLock { $0.sessions[World.callID] = session }
            await world.portal.events.wait { !world.portal.told("AddCallHistory").isEmpty }
            try await body(world, try #require(world.portal.told("AddCallHistory").first))
        }
    }

    private static func totals(_ world: World, by subject: String) async throws -> [JSONValue] {
        let wish: JSONValue = ["BY": .text(subject), "FROM": "2010-01-01", "TO": "2099-12-31"]
        return try await world.command("GetCallTotals", wish).json?["result"]?.elements ?? []
    }

    @Test("Who talked, how long and with what device is read from the platform's legs", arguments: ["phone", "user"])
    func talk(device: String) async throws {
        try await Self.reconciled(Self.talked(with: "\(device)67")) { world, body async throws in
            #expect(body["PORTAL_USER_ID"] == "67")
            #expect(body["CALL_STATUS"] == "true")
            #expect(body["CALL_FAILED_CODE"] == nil)
            #expect(body["CALL_DURATION"] == "34")
            #expect(body["CALL_DEVICE"] == .text(device == "phone" ? "PHONE" : "WEBRTC"))
            #expect(body["CALL_START_DATE"] == "1437724220000")
            #expect(body["PHONE_NUMBER"] == .text(World.caller))
            #expect(body["INCOMING"] == "2")
            #expect(body["COST"] == "1.25")
            let totals = try await Self.totals(world, by: "employee")
            #expect(totals.map { $0["SUBJECT"] } == ["67"])
            #expect(totals.first?["TALK_SECONDS"] == 34)
        }
    }

    @Test("A talk with a forwarded number is nobody's of the account")
    func forwarded() async throws {
        var session = Self.talked(with: "79112223344").encoded
        session.replace("\"remote_number_type\":\"user\"", with: "\"remote_number_type\":\"pstn\"")
        try await Self.reconciled(try #require(JSONValue(Data(session.utf8)))) { _, body async throws in
            #expect(body["PORTAL_USER_ID"] == "")
            #expect(body["CALL_STATUS"] == "true")
            #expect(body["INCOMING"] == "3")
            #expect(body["CALL_DEVICE"] == "PHONE")
        }
    }

    @Test("A scenario's report that comes late takes the place of the platform's word, everywhere and once")
    func late() async throws {
        try await Self.reconciled(Self.talked(with: "phone68")) { world, body async throws in
            #expect(body["PORTAL_USER_ID"] == "68")
            for _ in 0..<3 { #expect(try await world.history().status == 200) }
            await world.portal.events.wait { world.portal.told("AddCallHistory").count > 1 }
            let second = try #require(world.portal.told("AddCallHistory").last)
            #expect(second["REVISION"] == "2")
            #expect(second["PORTAL_USER_ID"] == "67")
            #expect(second["CALL_QUALITY"] == "100")
            let json = try #require(try await world.call())
            #expect(json["history_source"] == "scenario")
            #expect(json["history"]?["COST_FINAL"] == "3.35")
            for subject in ["employee", "day", "line"] {
                let totals = try await Self.totals(world, by: subject)
                #expect(totals.count == 1, "\(subject)")
                #expect(totals.first?["CALLS"] == 1)
                #expect(totals.first?["ANSWERED"] == 1)
                #expect(totals.first?["TALK_SECONDS"] == 34)
                #expect(totals.first?["COST"] == "3.35")
            }
            #expect(try await Self.totals(world, by: "employee").first?["SUBJECT"] == "67")
            #expect(try await world.command("GetCallHistory").json?["result"]?.elements.count == 1)
            #expect(world.portal.told("AddCallHistory").count == 2)
        }
    }

    @Test("A session whose legs have not ended yet is waited for, a minute at most")
    func unfinished() throws {
        let now = Moment(milliseconds: 1_437_724_208_000)
        func session(_ duration: JSONValue) -> PlatformSession {
            PlatformSession([
                "start_date": "2015-07-24 07:50:08", "duration": 10, "finish_reason": "JS session error",
                "calls": [["incoming": true, "successful": true, "duration": duration]],
            ])
        }
        #expect(!session(.null).isComplete(at: now.adding(.seconds(60))))
        #expect(session(.null).isComplete(at: now.adding(.seconds(71))))
        #expect(session(3).isComplete(at: now.adding(.seconds(10))))
        #expect(!PlatformSession(["calls": []]).isComplete(at: now))
    }

    @Test("A version counts a session once, whoever tells of it first")
    func counts() {
        let version = ScenarioNumber(rawValue: 9)
        let report = SessionOutcome(version: version, failure: .scriptError, timeToAnswer: .seconds(3))
        let untold = SessionCounts(report, after: SessionOutcome())
        #expect(untold.sessions == 1 && untold.failed == 1 && untold.answered == 1)
        let told = SessionCounts(report, after: SessionOutcome(version: version))
        #expect(told.sessions == 0 && told.failed == 1 && told.answered == 1)
        let failed = SessionCounts(report, after: SessionOutcome(version: version, failure: .other))
        #expect(failed.sessions == 0 && failed.failed == 0 && failed.scriptErrors == 0)
    }

    @Test("A call that nobody answered is recorded as missed")
    func missed() async throws {
        try await World.run(setting()) { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.invite()
            world.platform.state.withLock { $0.sessions[World.callID] = Self.unanswered }
            await world.portal.events.wait { !world.portal.told("AddCallHistory").isEmpty }
            let body = try #require(world.portal.told("AddCallHistory").first)
            #expect(body["CALL_STATUS"] == "false")
            #expect(body["CALL_FAILED_CODE"] == "304")
        }
    }

    @Test("After a restart the first look closes what ended meanwhile")
    func restart() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reconcile-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var setting = World.Setting()
        setting.databasePath = folder + "/controller.sqlite"
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.invite()
        }
        setting.platform.state.withLock { $0.sessions[World.callID] = Self.ended }
        try await World.run(setting) { world async throws in
            await world.portal.events.wait { !world.portal.told("AddCallHistory").isEmpty }
            #expect(world.portal.told("AddCallHistory").count == 1)
        }
    }

    @Test("The final cost of a reported call is fetched once its session has ended")
    func cost() async throws {
        try await World.run(setting()) { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.invite()
            world.platform.state.withLock { $0.sessions[World.callID] = Self.running }
            _ = try await world.history()
            #expect(try await world.call()?["history"]?["COST_FINAL"] == .null)
            world.platform.state.withLock { $0.sessions[World.callID] = Self.ended }
            await world.untilPriced(World.callID)
            #expect(try await world.command("GetCallHistory").json?["result"]?.elements.first?["COST_FINAL"] == "3.35")
        }
    }

    @Test("The platform is asked by the call's identifier, with dates in its format")
    func question() async throws {
        try await World.run(setting()) { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.invite()
            await world.platform.events.wait { world.questions(about: World.callID) > 0 }
            let asked = world.platform.state.withLock { state in
                state.commands.last { $0.fields["call_session_history_custom_data"] == World.callID }
            }
            let fields = try #require(asked?.fields)
            #expect(fields["from_date"].wholeMatch(of: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/) != nil)
            #expect(fields["from_date"] < fields["to_date"])
        }
    }
}

extension World {
    /// How often the platform was asked for the sessions of a call.
    func questions(about call: String) -> Int {
        platform.state.withLock { state in
            state.commands.filter { $0.fields["call_session_history_custom_data"] == call }.count
        }
    }
}
