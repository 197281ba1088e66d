import Foundation
import PhoneNumbers
import Routing
import Synchronization
import Testing

@testable import Controller

@Suite struct SettingsTests {
    private func ask(_ world: World, line: String = "test", id: String = "call") async throws -> World.Answer {
        try await world.scenario(
            "IncomingGetConfig",
            [
                ("PHONE_NUMBER", "74012000001"), ("ACCOUNT_SEARCH_ID", line), ("CALLER_ID", World.caller),
                ("CALL_ID", id), ("ACCESS_URL", "http://127.0.0.1:1/request/a/b"),
            ])
    }

    @Test("The scenario gets the portal's settings to the character, and the portal is asked once")
    func cached() async throws {
        try await World.run { world async throws in
            for _ in 0..<3 { #expect(try await ask(world).text == FakePortal.settings()) }
            #expect(world.portal.told("LineSettings").count == 1)
            #expect(world.portal.told("LineSettings").first?["PHONE_NUMBER"] == "74012000001")
        }
    }

    @Test("A line that the portal does not know is answered as the protocol says")
    func unknownLine() async throws {
        try await World.run { world async throws in
            let answer = try await ask(world, line: "nobody")
            #expect(answer.status == 200)
            #expect(answer.text == #"{"ERROR":"LINE_UNKNOWN"}"#)
        }
    }

    @Test("A change is taken over at once, here and in the platform's store")
    func changed() async throws {
        try await World.run { world async throws in
            #expect(try await world.command("GetAccountInfo").status == 200)
            _ = try await ask(world)
            let new = FakePortal.settings { $0.append(("MELODY_LANG", "DE")) }
            world.portal.state.withLock { $0.settings = new }
            #expect(try await ask(world).text == FakePortal.settings())
            #expect(try await world.command("SettingsChanged", ["SEARCH_ID": "test"]).status == 200)
            #expect(world.platform.state.withLock { $0.items["line:test"] } == new)
            #expect(try await ask(world).text == new)
            #expect(world.portal.told("LineSettings").count == 2)
        }
    }

    @Test("A line asked for by another name is refreshed under that name too")
    func otherName() async throws {
        try await World.run { world async throws in
            #expect(try await world.command("GetAccountInfo").status == 200)
            _ = try await ask(world, line: "74012000001")
            #expect(try await world.command("SettingsChanged", ["SEARCH_ID": "test"]).status == 200)
            #expect(world.platform.state.withLock { $0.items["line:74012000001"] } == FakePortal.settings())
        }
    }

    @Test("Settings too long for the platform's store are taken away there instead")
    func tooLong() async throws {
        try await World.run { world async throws in
            #expect(try await world.command("GetAccountInfo").status == 200)
            _ = try await ask(world)
            #expect(try await world.command("SettingsChanged", ["SEARCH_ID": "test"]).status == 200)
            #expect(world.platform.state.withLock { $0.items["line:test"] } != nil)
            let blacklist = JSONValue.list((0..<200).map { .text("7495000\(1000 + $0)") })
            world.portal.state.withLock { $0.settings = FakePortal.settings { $0.append(("BLACKLIST", blacklist)) } }
            #expect(try await world.command("SettingsChanged", ["SEARCH_ID": "test"]).status == 200)
            #expect(world.platform.state.withLock { $0.items["line:test"] } == nil)
            #expect(try await ask(world).json?["BLACKLIST"]?.elements.count == 200)
        }
    }

    @Test("While the portal is away the last settings serve, and a change made meanwhile is not forgotten")
    func portalAway() async throws {
        try await World.run { world async throws in
            #expect(try await world.command("GetAccountInfo").status == 200)
            _ = try await ask(world)
            world.platform.state.withLock { $0.items["line:test"] = "old" }
            world.portal.state.withLock { $0.isAway = true }
            let answer = try await world.command("SettingsChanged", ["SEARCH_ID": "test"])
            #expect(answer.status == 503)
            #expect(answer.code == "PORTAL_UNAVAILABLE")
            #expect(world.platform.state.withLock { $0.items["line:test"] } == nil)
            #expect(try await ask(world).text == FakePortal.settings())
            let new = FakePortal.settings { $0.append(("MELODY_LANG", "DE")) }
            world.portal.state.withLock {
                $0.isAway = false
                $0.settings = new
            }
            #expect(try await ask(world).text == new)
        }
    }

    @Test("A portal that hangs is waited for once by all calls, and they go on with what was good last")
    func portalHangs() async throws {
        var setting = World.Setting()
        setting.limits.portal = .milliseconds(700)
        try await World.run(setting) { world async throws in
            _ = try await ask(world)
            world.portal.state.withLock { $0.isAway = true }
            #expect(try await world.command("SettingsChanged", ["SEARCH_ID": "test"]).status == 503)
            world.portal.state.withLock {
                $0.isAway = false
                $0.hangsSettings = true
            }
            try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<10 { group.addTask { try await ask(world, id: "call\(number)").text } }
                for try await text in group { #expect(text == FakePortal.settings()) }
            }
            #expect(world.portal.state.withLock { $0.hung } == 1)
            world.portal.state.withLock { $0.hangsSettings = false }
            world.portal.events.announce()
        }
    }

    @Test("Nobody waits again within the pause for a portal that has kept somebody waiting; a quick refusal is no wait")
    func pause() {
        let slow = SlowPortals()
        let portal = PortalID(rawValue: "demo")
        func moment(_ milliseconds: Int64) -> Moment { Moment(milliseconds: milliseconds) }
        slow.note(portal, from: moment(0), to: moment(1999), limit: .seconds(4))
        #expect(!slow.contains(portal, at: moment(2000)))
        slow.note(portal, from: moment(0), to: moment(4000), limit: .seconds(4))
        #expect(slow.contains(portal, at: moment(4000 + SlowPortals.pause)))
        #expect(!slow.contains(portal, at: moment(4001 + SlowPortals.pause)))
        #expect(slow.contains(portal, since: moment(3999)) && !slow.contains(portal, since: moment(4001)))
    }

    @Test("After many changes at once platform and controller have the last one")
    func changesAtOnce() async throws {
        try await World.run { world async throws in
            #expect(try await world.command("GetAccountInfo").status == 200)
            _ = try await ask(world)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        world.portal.state.withLock {
                            $0.settings = FakePortal.settings { $0.append(("PHONE_TITLE", .text("\(number)"))) }
                        }
                        return try await world.command("SettingsChanged", ["SEARCH_ID": "test"]).status
                    }
                }
                for try await status in group { #expect(status == 200) }
            }
            let last = world.portal.state.withLock { $0.settings }
            #expect(world.platform.state.withLock { $0.items["line:test"] } == last)
            #expect(try await ask(world).text == last)
        }
    }

    @Test("A line that the portal has deleted is forgotten, here and in the platform's store")
    func deleted() async throws {
        try await World.run { world async throws in
            #expect(try await world.command("GetAccountInfo").status == 200)
            _ = try await ask(world)
            #expect(try await world.command("SettingsChanged", ["SEARCH_ID": "test"]).status == 200)
            world.portal.state.withLock { $0.unknownLines = ["test"] }
            #expect(try await world.command("SettingsChanged", ["SEARCH_ID": "test"]).code == "LINE_UNKNOWN")
            #expect(world.platform.state.withLock { $0.items["line:test"] } == nil)
            #expect(try await ask(world).text == #"{"ERROR":"LINE_UNKNOWN"}"#)
        }
    }

    @Test("A change that the platform did not take is answered so that the portal sends it again")
    func platformAway() async throws {
        try await World.run { world async throws in
            #expect(try await world.command("GetAccountInfo").status == 200)
            _ = try await ask(world)
            let new = FakePortal.settings { $0.append(("MELODY_LANG", "DE")) }
            world.portal.state.withLock { $0.settings = new }
            for _ in 0..<4 { world.platform.fail("SetKeyValueItem", .refuse(code: 2)) }
            world.platform.fail("DelKeyValueItem", .refuse(code: 103))
            let answer = try await world.command("SettingsChanged", ["SEARCH_ID": "test"])
            #expect(answer.status == 503)
            #expect(answer.code == "PLATFORM_UNAVAILABLE")
            // The controller has them already; the repetition brings them to the platform.
            #expect(try await ask(world).text == new)
            world.platform.state.withLock { $0.faults = [:] }
            #expect(try await world.command("SettingsChanged", ["SEARCH_ID": "test"]).status == 200)
            #expect(world.platform.state.withLock { $0.items["line:test"] } == new)
        }
    }

    @Test("A portal that was never there cannot be replaced")
    func neverThere() async throws {
        try await World.run { world async throws in
            world.portal.state.withLock { $0.isAway = true }
            let answer = try await ask(world)
            #expect(answer.status == 503)
            #expect(answer.code == "PORTAL_UNAVAILABLE")
        }
    }

    @Test(
        "Settings that cannot be meant are refused with the field, and the old ones stay",
        arguments: [
            ("not json", "JSON"), ("[]", "object"), ("{}", "SEARCH_ID"),
            (
                FakePortal.settings {
                    $0[4].1 = "maybe"
                }, "CRM must be Y or N"
            ),
            (FakePortal.settings { $0[8].1 = "randomly" }, "QUEUE_TYPE must be one of evenly, strictly, all"),
        ])
    func invalid(text: String, reason: String) async throws {
        try await World.run { world async throws in
            _ = try await ask(world)
            world.portal.state.withLock { $0.settings = text }
            let answer = try await world.command("SettingsChanged", ["SEARCH_ID": "test"])
            #expect(answer.status == 422)
            #expect(answer.code == "SETTINGS_INVALID")
            #expect(answer.text.contains(reason), "\(answer.text)")
            #expect(try await ask(world).text == FakePortal.settings())
            #expect(world.log.text.contains("line settings not taken"))
        }
    }

    @Test("Missing fields have the documented defaults")
    func defaults() throws {
        let settings = try LineSettings(Data(#"{"SEARCH_ID":"a"}"#.utf8), region: .russia)
        #expect(settings.route == RouteSettings())
        #expect(settings.searchID == "a")
    }

    @Test("Queue members may be identifiers or objects; a forward number in any spelling")
    func members() throws {
        let text = #"{"SEARCH_ID":"a","QUEUE_USERS":[67,"68",{"USER_ID":"69"}],"FORWARD_NUMBER":"8 495 445-11-20"}"#
        let route = try LineSettings(Data(text.utf8), region: .russia).route
        #expect(route.queue.map(\.rawValue) == [67, 68, 69])
        #expect(route.forwardNumber?.digits == "74954451120")
    }
}
