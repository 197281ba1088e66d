import Billing
import Foundation
import Hummingbird
import Logging
import PhoneNumbers
import RequestSigning
import Storage
import Synchronization
import TestPostgres
import Testing

@testable import Controller

/// An account that goes from a cloud portal to a boxed one.
@Suite struct MoveTests {
    /// Runs `test` beside a portal at another address.
    private static func withBox(_ test: @Sendable (FakePortal, String) async throws -> Void) async throws {
        let (box, port) = (FakePortal(licenceKey: "none yet"), Promise<Int>())
        let server = World.server(box.router(), port, Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            try await test(box, "http://127.0.0.1:\(await port.value)")
        }
    }

    private static func command(
        _ world: World, _ command: String, _ body: JSONValue = [:], key: String
    ) async throws -> World.Answer {
        var signing = World.Signing(direction: .portalToController)
        signing.licence = key
        return try await world.send("/portal/\(command)", body.encoded, signing)
    }

    /// What a session says that began before the move.
    private static func session(
        _ world: World, _ command: String, _ call: String = World.callID, key: String = World.licence
    ) async throws -> World.Answer {
        var signing = World.Signing(direction: .scenarioToController)
        signing.licence = key
        let fields = [
            ("COMMAND", command), ("CALL_ID", call), ("PHONE_NUMBER", "74012000001"), ("ACCOUNT_SEARCH_ID", "test"),
            ("CALLER_ID", World.caller), ("USER_ID", "67"), ("CALL_DEVICE", "WEBRTC"), ("CALL_STATUS", "true"),
            ("CALL_DURATION", "34"), ("INCOMING", "2"), ("DIRECT_CODE", ""), ("ACCESS_URL", ""),
        ]
        return try await world.send(
            "/scenario", FormFields(fields.map { .init(name: $0.0, value: $0.1) }).encoded, signing)
    }

    private static func move(
        _ world: World, to address: String, _ request: String = "move-0001"
    ) async throws -> World.Answer {
        try await world.administer(
            "/admin/portals/demo/move", #"{"address":"\#(address)","request":"\#(request)"}"#)
    }

    /// Moves demo and has the box know its key.
    private static func moved(_ world: World, _ box: FakePortal, _ address: String) async throws -> String {
        let answer = try await move(world, to: address)
        let key = try #require(answer.json?["licence_key"]?.string, "\(answer.text)")
        box.state.withLock { $0.keys = [key] }
        return key
    }

    @Test("The old key stops at once, and everything of the account is the new portal's")
    func everythingStays() async throws {
        try await Self.withBox { box, address in
            try await World.run { world async throws in
                let before = try await world.command("GetUser", ["USER_ID": 67]).text
                try await world.buy()
                _ = try await world.command(
                    "SetBalanceSettings", ["MODE": "common", "COMMON": "10", "LEAD_HOURS": 24, "LEARN_LEAD": "N"])
                _ = try await world.command("SetHistoryOptions", ["TIME_ZONE": "Europe/Berlin", "KEPT_DAYS": 365])
                _ = try await world.invite()
                _ = try await world.history()
                let questions = ["GetAccountInfo", "GetCallHistory", "GetHistoryOptions", "FindCalls"]
                var answers: [String] = []
                for question in questions { answers.append(try await world.command(question).text) }
                let limit = try await world.command("GetBalanceSettings").json?["result"]?["COMMON"]
                let made = world.platform.count("AddUser")

                let key = try await Self.moved(world, box, address)
                #expect(key != World.licence)
                for question in questions + ["CheckConnection", "GetUser"] {
                    let refused = try await Self.command(world, question, ["USER_ID": 67], key: World.licence)
                    #expect(refused.status == 403, "\(question)")
                }
                for (question, answer) in zip(questions, answers) {
                    #expect(try await Self.command(world, question, key: key).text == answer, "\(question)")
                }
                #expect(try await Self.command(world, "GetUser", ["USER_ID": 67], key: key).text == before)
                let balance = try await Self.command(world, "GetBalanceSettings", key: key)
                #expect(limit != nil && balance.json?["result"]?["COMMON"] == limit)
                #expect(world.platform.count("AddAccount") == 1 && world.platform.count("AddUser") == made)
                // Settings hold until the new portal changes them; then it is the one that is asked.
                box.state.withLock { $0.settings = FakePortal.settings { $0[7].1 = 9 } }
                #expect(try await world.config(licence: key).json?["QUEUE_TIME"] == 3)
                let told = world.portal.told("LineSettings").count
                let changed = try await Self.command(world, "SettingsChanged", ["SEARCH_ID": "test"], key: key)
                #expect(changed.status == 200)
                #expect(try await world.config(licence: key).json?["QUEUE_TIME"] == 9)
                #expect(world.portal.told("LineSettings").count == told)
                let shown = try await world.admin("/admin/portals/demo").json
                #expect(shown?["address"]?.string == address && shown?["kind"] == "box")
                #expect(shown?["licence_key"] == nil && shown?["moved_at"] != .null)
            }
        }
    }

    @Test("A call that runs during the move is reported once, to the new portal, whose key it never had")
    func runningCall() async throws {
        try await Self.withBox { box, address in
            try await World.run { world async throws in
                _ = try await world.command("GetUser", ["USER_ID": 67])
                _ = try await world.invite()
                let key = try await Self.moved(world, box, address)
                for command in ["StartCall", "HangupCall", "AddCallHistory", "AddCallHistory"] {
                    #expect(try await Self.session(world, command).text == #"{"result":"OK"}"#, "\(command)")
                }
                await box.events.wait { !box.told("AddCallHistory").isEmpty }
                #expect(box.told("AddCallHistory").count == 1)
                #expect(box.told("AddCallHistory").first?["CALL_ID"]?.string == World.callID)
                await box.events.wait { !box.told("HangupCall").isEmpty }
                #expect(["StartCall", "HangupCall", "AddCallHistory"].allSatisfy { world.portal.told($0).isEmpty })
                let list = try await Self.command(world, "GetCallHistory", key: key)
                #expect(list.json?["result"]?.elements.count == 1)
                // The account's next session has the new key.
                let digits = RequestKey(licenceKey: key, direction: .scenarioToController).hexadecimal
                await world.platform.events.wait {
                    world.platform.lastCommand("SetScenarioInfo")?["scenario_script"].contains(digits) == true
                }
            }
        }
    }

    @Test("Under the old key only sessions are heard that run, and only for a day")
    func onlyRunningSessions() async throws {
        let time = Mutex(Moment(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)))
        var setting = World.Setting()
        setting.now = { time.withLock { $0 } }
        let standing = setting
        try await Self.withBox { box, address in
            try await World.run(standing) { world async throws in
                _ = try await world.command("GetUser", ["USER_ID": 67])
                _ = try await world.invite()
                _ = try await world.invite(id: "long")
                _ = try await world.history()
                _ = try await Self.moved(world, box, address)
                // Over: only its report may come again.
                #expect(try await Self.session(world, "StartCall").status == 403)
                #expect(try await Self.session(world, "AddCallHistory").status == 200)
                // Of nobody knows what, or over at the platform.
                #expect(try await Self.session(world, "IncomingInvite", "invented").status == 403)
                world.platform.state.withLock {
                    $0.sessions["ended"] = ["custom_data": "ended", "duration": 3, "calls": []]
                    $0.sessions["begun"] = ["custom_data": "begun", "calls": []]
                }
                #expect(try await Self.session(world, "IncomingInvite", "ended").status == 403)
                // Begun before the move, and silent until now.
                #expect(try await Self.session(world, "IncomingInvite", "begun").status == 200)
                #expect(try await Self.session(world, "IncomingInvite", "long").status == 200)
                var portal = World.Signing(direction: .portalToController)
                portal.time += 1
                #expect(try await world.send("/portal/CheckConnection", "{}", portal).status == 403)
                time.withLock { $0 = $0.adding(PortalKeys.longestSession) }
                var late = World.Signing(direction: .scenarioToController)
                late.time = time.withLock { $0.seconds }
                let form = "COMMAND=HangupCall&CALL_ID=long"
                #expect(try await world.send("/scenario", form, late).status == 403)
            }
        }
    }

    @Test("The new portal is told again what the former one was told of late, and grants of the former one end")
    func followUp() async throws {
        try await Self.withBox { box, address in
            try await World.run { world async throws in
                _ = try await world.command("GetUser", ["USER_ID": 67])
                _ = try await world.invite()
                _ = try await world.history()
                await world.portal.events.wait { !world.portal.told("AddCallHistory").isEmpty }
                let sam = try await world.supporter("sam")
                let grant = try await world.ask(sam)
                #expect(try await world.grant(grant).status == 200)
                #expect(try await world.look(sam, grant, "calls").status == 200)
                let key = try await Self.moved(world, box, address)
                await box.events.wait { !box.told("AddCallHistory").isEmpty && !box.told("SupportLook").isEmpty }
                #expect(world.portal.told("AddCallHistory").count == 1)
                #expect(try await world.look(sam, grant, "calls").code == "GRANT_NOT_FOUND")
                let again = try await Self.command(
                    world, "GrantSupport",
                    ["GRANT_ID": .text(grant), "SCOPES": ["history"], "SECONDS": 60, "USER_ID": 67], key: key)
                #expect(again.code == "GRANT_STATE")
            }
        }
    }

    @Test("The old key stops at all controllers of a database", .enabled(if: TestDatabases.areOnPostgres))
    func everywhere() async throws {
        try await Self.withBox { box, address in
            try await World.run { world async throws in
                try await world.withSecond { second async throws in
                    #expect(try await second.command("CheckConnection").status == 200)
                    let key = try await Self.moved(world, box, address)
                    try await World.until("the second controller to hear of the move") {
                        try await second.command("CheckConnection").status == 403
                    }
                    #expect(try await Self.command(second, "CheckConnection", key: key).status == 200)
                }
            }
        }
    }

    @Test("A message that was on its way to the former place waits for the new one")
    func onItsWay() async throws {
        try await HistoryArchive.run { archive in
            let store = OutboxStore(database: archive.database)
            let (portal, moment) = (PortalID(rawValue: "demo"), Moment(milliseconds: 1_772_355_600_000))
            try await archive.database.write {
                try OutboxStore.add("AddCallHistory", key: "moving", "{}", portal, at: moment, to: $0)
            }
            let later = moment.adding(.seconds(1))
            func waiting() async throws -> [OutboxStore.Message] {
                try await store.waiting(for: portal, at: later, limit: 500)
            }
            var visit = OutboxStore.Visit(turn: try #require(try await store.turns(at: later, limit: 1).first))
            visit.delivered = try await waiting()
            try #require(visit.delivered.map(\.body) == ["{}"])
            try await archive.database.write { try OutboxStore.sendAgain(portal, at: later, in: $0) }
            try await store.settle(visit, at: later)
            #expect(try await waiting().map(\.dueAt) == [later])
            #expect(try await store.turns(at: later, limit: 1).map(\.dueAt) == [later])
            visit.delivered = try await waiting()
            try await store.settle(visit, at: later)
            #expect(try await waiting().isEmpty)
            #expect(try await store.turns(at: later, limit: 1).isEmpty)
        }
    }

    @Test("The same move again gives the same key; another one under its name is refused")
    func again() async throws {
        try await World.run { world async throws in
            let first = try await Self.move(world, to: "http://box.example")
            #expect(try await Self.move(world, to: "http://box.example") == first)
            #expect(try await Self.move(world, to: "http://other.example").code == "REQUEST_REUSED")
            let second = try await Self.move(world, to: "http://other.example", "move-0002")
            #expect(second.json?["licence_key"] != first.json?["licence_key"])
            for body in ["{}", #"{"address":"http://box.example"}"#, #"{"address":"box","request":"move-0003"}"#] {
                #expect(try await world.administer("/admin/portals/demo/move", body).code == "WRONG_REQUEST", "\(body)")
            }
            let kind = #"{"address":"http://box.example","request":"move-0003","kind":"house"}"#
            #expect(try await world.administer("/admin/portals/demo/move", kind).code == "WRONG_REQUEST")
            let nobody = try await world.administer(
                "/admin/portals/nobody/move", #"{"address":"http://box.example","request":"move-0003"}"#)
            #expect(nobody.code == "ACCOUNT_NOT_FOUND")
        }
    }

    @Test("A licence server that names another key at another address moves the portal")
    func byLicence() {
        let moment = Moment(milliseconds: 1_772_355_600_000)
        func licence(_ key: String, _ address: String, _ kind: PortalKind) -> Licence {
            Licence(
                key: Secret(key), kind: kind, baseURL: address, currency: .rub, region: .russia, until: nil)
        }
        let id = PortalID(rawValue: "demo")
        let cloud = PortalRecord.licensed(
            by: licence("cloud-key", "http://cloud.example", .cloud), id, before: nil, at: moment)
        let box = PortalRecord.licensed(
            by: licence("box-key", "http://box.example", .box), id, before: cloud, at: moment)
        #expect(box.keys.accepted(at: moment).map(\.revealed) == ["box-key"])
        #expect(box.keys.beforeMove(at: moment)?.revealed == "cloud-key")
        #expect(box.keys.beforeMove(at: moment.adding(PortalKeys.longestSession)) == nil)
        #expect(box.needsScenarioKey && box.move != nil)
        let rotated = PortalRecord.licensed(
            by: licence("new-key", "http://cloud.example", .cloud), id, before: cloud, at: moment)
        #expect(rotated.keys.accepted(at: moment).map(\.revealed) == ["new-key", "cloud-key"] && rotated.move == nil)
    }

    // MARK: Crashes

    private static let atOnce = 6
    /// Where a move and the end of a call leave something behind.
    private static let places = [
        "PortalStore", "OutboxStore", "HistoryStore", "AccountStore", "SetScenarioInfo", "AddCallHistory",
    ]

    /// What is there after a move during which the controller may have ended once.
    private struct Outcome: Equatable {
        var addresses: [String] = []
        var calls: [String] = []
        var told: Set<String> = []
        var hasKey = false
        var accounts = 0
    }

    @Test("A move that ends with its controller at any step goes on where it was")
    func crashes() async throws {
        let (expected, steps) = try await Self.live(crashAt: nil)
        #expect(expected.told == [World.callID] && expected.calls == [World.callID] && expected.hasKey)
        let writes = Set(steps).filter { step in
            step.occurrence == 1 && Self.places.contains { step.name.contains($0) }
        }
        try #require(writes.contains { $0.name.contains("PortalStore") })
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, step) in writes.enumerated() {
                if index >= Self.atOnce { try await group.next() }
                group.addTask {
                    let outcome = try await Self.live(crashAt: step).0
                    #expect(outcome == expected, "crash \(step)")
                }
            }
            try await group.waitForAll()
        }
    }

    private static func live(crashAt step: Crash.Step?) async throws -> (Outcome, [Crash.Step]) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "move-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(50)
        setting.databasePath = folder + "/controller.sqlite"
        let result = Mutex((Outcome(), [Crash.Step]()))
        let prepared = setting
        try await withBox { box, address in
            try await World.run(prepared) { world async throws in
                _ = try await world.command("GetUser", ["USER_ID": 67])
                _ = try await world.invite()
            }
            let crash = Crash(at: step)
            if let outcome = try await finish(prepared, crash, box, address) {
                return result.withLock { $0 = (outcome, crash.steps) }
            }
            let outcome = try #require(try await finish(prepared, Crash(at: nil), box, address))
            result.withLock { $0 = (outcome, crash.steps) }
        }
        return result.withLock { $0 }
    }

    /// The move and the end of the call; nil after a crash.
    private static func finish(
        _ setting: World.Setting, _ crash: Crash, _ box: FakePortal, _ address: String
    ) async throws -> Outcome? {
        var setting = setting
        setting.witness = crash
        setting.platform.state.withLock { $0.mayPass = { crash.pass($0) } }
        box.state.withLock { $0.mayPass = { crash.pass($0) } }
        let found = Mutex<Outcome?>(nil)
        do {
            try await World.run(setting) { world async throws in
                let answer = try await move(world, to: address)
                guard !crash.isOver else { throw Crash.Over() }
                let key = try #require(answer.json?["licence_key"]?.string, "\(answer.text)")
                box.state.withLock { $0.keys = [key] }
                let digits = RequestKey(licenceKey: key, direction: .scenarioToController).hexadecimal
                let report = try await session(world, "AddCallHistory")
                guard !crash.isOver else { throw Crash.Over() }
                try #require(report.status == 200)
                // Each step is announced, also those of the portal and of the platform.
                await crash.events.wait { !box.told("AddCallHistory").isEmpty || crash.isOver }
                let hasKey: @Sendable () -> Bool = {
                    world.platform.state.withLock { $0.scenarios.values.contains { $0.contains(digits) } }
                }
                await crash.events.wait { hasKey() || crash.isOver }
                let shown = try await world.admin("/admin/portals/demo").json
                let list = try await command(world, "GetCallHistory", key: key).json?["result"]?.elements
                found.withLock {
                    $0 = Outcome(
                        addresses: [shown?["address"]?.string == address ? "box" : "elsewhere"],
                        calls: (list ?? []).compactMap { $0["CALL_ID"]?.string },
                        told: Set(box.told("AddCallHistory").compactMap { $0["CALL_ID"]?.string }), hasKey: hasKey(),
                        accounts: world.platform.state.withLock { $0.accounts.count })
                }
            }
        } catch  where crash.isOver {
            return nil
        }
        return crash.isOver ? nil : found.withLock { $0 }
    }
}
