import Foundation
import RequestSigning
import Storage
import Synchronization
import Testing

@testable import Controller

@Suite struct CallSweepTests {
    private static let dialled = "74012000001"

    /// A session in which the employee of a phone has talked with the caller; without an end it goes on.
    private static func session(
        _ number: Int64, _ call: String?, at start: Moment = now(), account: Int64 = 1001, application: Int64 = 1002,
        hasEnded: Bool = true, hasCaller: Bool = true
    ) -> JSONValue {
        let date: JSONValue = .text(PlatformDate.text(start.seconds))
        let caller: JSONValue = [
            "call_id": .text("leg-\(number)"), "incoming": true, "successful": true, "duration": 34,
            "cost": .real(1.25),
            "local_number": .text("+" + dialled), "remote_number": .text("+" + World.caller),
            "remote_number_type": "pstn",
            "start_time": date,
        ]
        let desk: JSONValue = [
            "call_id": .text("desk-\(number)"), "incoming": false, "successful": true, "duration": 18,
            "cost": .real(0.1), "remote_number": "phone67", "remote_number_type": "user", "start_time": date,
        ]
        var fields: [JSONValue.Field] = [
            .init(name: "call_session_history_id", value: .integer(number)),
            .init(name: "account_id", value: .integer(account)),
            .init(name: "application_id", value: .integer(application)), .init(name: "start_date", value: date),
            .init(name: "calls", value: .list(hasCaller ? [caller, desk] : [desk])),
            .init(name: "records", value: [["record_url": "http://record.example/x.mp3", "cost": .integer(2)]]),
        ]
        if let call { fields.append(.init(name: "custom_data", value: .text(call))) }
        if hasEnded { fields.append(.init(name: "duration", value: 36)) }
        return .object(fields)
    }

    private static func now() -> Moment { Moment(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

    private static func eager() -> World.Setting {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        return setting
    }

    /// How often a master's history was asked for, with or without calls.
    private static func sweeps(_ world: World, withCalls: Bool = false) -> [FormFields] {
        world.platform.state.withLock { state in
            state.commands.map(\.fields).filter {
                $0["children_calls_only"] == "true" && ($0["with_calls"] == "true") == withCalls
            }
        }
    }

    private static func settle(_ world: World) async {
        let before = sweeps(world).count
        await world.platform.events.wait { sweeps(world).count > before + 2 }
    }

    private static func told(_ world: World) -> [JSONValue] { world.portal.told("AddCallHistory") }

    @Test("A call of which nobody has told is in the history once, with its cost, and the portal gets it")
    func unheard() async throws {
        try await World.run(Self.eager()) { world async throws in
            _ = try await world.command("GetAccountInfo")
            world.platform.state.withLock { $0.history = [Self.session(7, World.callID)] }
            await world.portal.events.wait { !Self.told(world).isEmpty }
            let body = try #require(Self.told(world).first)
            #expect(body["CALL_ID"] == .text(World.callID))
            #expect(body["REVISION"] == "1")
            #expect(body["PORTAL_NUMBER"] == .text(Self.dialled))
            #expect(body["ACCOUNT_SEARCH_ID"] == .text(Self.dialled))
            #expect(body["PHONE_NUMBER"] == .text(World.caller))
            #expect(body["PORTAL_USER_ID"] == "67")
            #expect(body["CALL_STATUS"] == "true")
            #expect(body["CALL_DURATION"] == "34")
            #expect(body["HAS_RECORDING"] == "Y")
            let call = try #require(try await world.call())
            #expect(call["history_source"] == "reconciliation")
            #expect(call["history"]?["COST_FINAL"] == "3.35")
            await Self.settle(world)
            #expect(Self.told(world).count == 1)
            #expect(Self.sweeps(world, withCalls: true).count == 1, "what is known is not looked at again")
        }
    }

    @Test("The scenario's report that comes after all takes its place, everywhere and once")
    func late() async throws {
        try await World.run(Self.eager()) { world async throws in
            _ = try await world.command("GetAccountInfo")
            world.platform.state.withLock { $0.history = [Self.session(7, World.callID)] }
            await world.portal.events.wait { !Self.told(world).isEmpty }
            for _ in 0..<2 { #expect(try await world.history().status == 200) }
            await world.portal.events.wait { Self.told(world).count > 1 }
            #expect(Self.told(world).last?["REVISION"] == "2")
            #expect(Self.told(world).last?["CALL_QUALITY"] == "100")
            let wish: JSONValue = ["BY": "day", "FROM": "2010-01-01", "TO": "2099-12-31"]
            let totals = try await world.command("GetCallTotals", wish).json?["result"]?.elements ?? []
            #expect(totals.compactMap { $0["CALLS"]?.int64 }.reduce(0, +) == 1)
            #expect(totals.first?["COST"] == "3.35")
            #expect(try await world.call()?["history_source"] == "scenario")
        }
    }

    @Test("A session whose script came to say nothing is a call by its caller's leg")
    func nameless() async throws {
        try await World.run(Self.eager()) { world async throws in
            _ = try await world.command("GetAccountInfo")
            world.platform.state.withLock { $0.history = [Self.session(7, nil)] }
            await world.portal.events.wait { !Self.told(world).isEmpty }
            #expect(Self.told(world).first?["CALL_ID"] == "leg-7")
            await Self.settle(world)
            #expect(Self.told(world).count == 1)
        }
    }

    @Test("What is no call of a portal, or known, is left alone; what goes on is waited for")
    func others() async throws {
        try await World.run(Self.eager()) { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.invite()
            let long = Self.now().adding(.seconds(-60))
            world.platform.state.withLock { state in
                state.history = [
                    Self.session(1, "stranger", account: 5), Self.session(2, "another application", application: 5),
                    Self.session(3, "no caller", hasCaller: false), Self.session(4, World.callID),
                    Self.session(5, "long", at: long, hasEnded: false),
                ]
            }
            await Self.settle(world)
            await Self.settle(world)
            #expect(Self.told(world).isEmpty)
            let from = try #require(Self.sweeps(world).last)["from_date"]
            #expect(from == PlatformDate.text(long.seconds - 120), "the watermark stays before the call")
            world.platform.state.withLock { $0.history[4] = Self.session(5, "long", at: long) }
            await world.portal.events.wait { !Self.told(world).isEmpty }
            #expect(Self.told(world).map { $0["CALL_ID"] } == ["long"])
            await Self.settle(world)
            #expect(try #require(Self.sweeps(world).last)["from_date"] > from)
        }
    }

    @Test("However many calls there were while the controller was away, and however long, none is passed over")
    func away() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sweep-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var setting = Self.eager()
        setting.databasePath = folder + "/controller.sqlite"
        let began = Self.now().adding(.seconds(-3 * 86_400))
        setting.now = { began }
        try await World.run(setting) { world async throws in
            var signing = World.Signing(direction: .portalToController)
            signing.time = began.seconds
            #expect(try await world.send("/portal/GetAccountInfo", "{}", signing).status == 200)
            await Self.settle(world)
        }
        setting.now = Self.now
        setting.platform.state.withLock { state in
            state.commands = []
            // A page and a half in one second, then one call each day; others' accounts make the most of it.
            state.history = (0..<1500).map {
                Self.session($0 + 10, "busy-\($0)", at: began.adding(.seconds(60)), account: $0 % 500 == 0 ? 1001 : 5)
            }
            for day: Int64 in [1, 2] {
                let start = began.adding(.seconds(day * 86_400 + 7))
                state.history.append(Self.session(day, "day-\(day)", at: start))
            }
        }
        try await World.run(setting) { world async throws in
            await world.portal.events.wait { Self.told(world).count >= 5 }
            #expect(
                Set(Self.told(world).compactMap { $0["CALL_ID"]?.string }) == [
                    "busy-0", "busy-500", "busy-1000", "day-1", "day-2",
                ])
            let places = Self.sweeps(world).prefix(3).map { "\($0["from_date"]) \($0["offset"])" }
            let busy = PlatformDate.text(began.seconds + 60)
            #expect(places == ["\(PlatformDate.text(began.seconds - 120)) 0", "\(busy) 0", "\(busy) 1000"])
            // The call's time is its own, not that of the sweep.
            let to = JSONValue.integer(began.milliseconds + 86_400_000 + 8000)
            let found = try await world.command("FindCalls", ["TO": to, "LIMIT": 1])
            #expect(found.json?["result"]?.elements.first?["CALL_ID"] == "day-1", "\(found.text)")
            await Self.settle(world)
            #expect(Self.told(world).count == 5)
        }
    }

    @Test("A call that its portal would not keep any more does not come back")
    func old() async throws {
        try await HistoryArchive.run { archive in
            let now = Self.now()
            let portal = PortalID(rawValue: "demo")
            try await archive.database.write { transaction in
                try HistoryOptions(timeZone: .gmt, keptDays: 2).save(portal, in: transaction)
                try transaction.execute(
                    """
                    INSERT INTO account (portal_id, account_name, account_password, account_id, application_id)
                    VALUES ('demo', 'demo', '', 1001, 1002)
                    """)
            }
            let store = SweepStore(database: archive.database)
            let sessions = [3, 1].map { (days: Int64) in
                PlatformSession(Self.session(days, "\(days) days ago", at: now.adding(.seconds(-days * 86_400))))
            }
            let found = try await store.unheard(of: sessions, at: now)
            #expect(found == [SweepStore.Stranger(portal: portal, session: sessions[1])])
        }
    }

    @Test("A platform that is away is asked again, from where it was")
    func platformAway() async throws {
        let setting = Self.eager()
        setting.platform.state.withLock { $0.faults["GetCallHistory"] = [.refuse(code: 100), .refuse(code: 104)] }
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetAccountInfo")
            world.platform.state.withLock { $0.history = [Self.session(7, World.callID)] }
            await world.portal.events.wait { !Self.told(world).isEmpty }
            #expect(world.log.text.contains("calls not looked for"))
        }
    }
}
