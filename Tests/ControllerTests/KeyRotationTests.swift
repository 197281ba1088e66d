import AsyncHTTPClient
import Foundation
import RequestSigning
import Synchronization
import Testing

@testable import Controller

@Suite struct KeyRotationTests {
    private static func command(_ world: World, key: String) async throws -> World.Answer {
        var signing = World.Signing(direction: .portalToController)
        signing.licence = key
        return try await world.send("/portal/CheckConnection", "{}", signing)
    }

    private static func rotate(_ world: World, _ body: String = "{}") async throws -> String {
        let answer = try await world.administer("/admin/portals/demo/key", body)
        #expect(answer.status == 200, "\(answer.text)")
        return try #require(answer.json?["licence_key"]?.string)
    }

    @Test("Both keys are good for the overlap; the controller signs with the one that the portal knows")
    func overlap() async throws {
        try await World.run { world async throws in
            #expect(try await Self.command(world, key: World.licence).status == 200)
            let fresh = try await Self.rotate(world)
            #expect(fresh != World.licence)
            #expect(try await world.config().status == 200)
            #expect(try await Self.command(world, key: World.licence).status == 200)
            // The portal does not know the new key yet.
            #expect(try await world.command("SettingsChanged", ["SEARCH_ID": "test"]).status == 200)
            #expect(world.portal.state.withLock { $0.badSignatures } == 0)
            await world.portal.events.wait { !world.portal.told("LicenceKeyChanged").isEmpty }
            world.portal.state.withLock { $0.keys = [fresh, World.licence] }
            #expect(try await Self.command(world, key: fresh).status == 200)
            #expect(try await world.command("SettingsChanged", ["SEARCH_ID": "test"]).status == 200)
            #expect(world.portal.state.withLock { $0.badSignatures } == 0)
            #expect(world.portal.state.withLock { $0.lastKey } == 0)
            let shown = try await world.admin("/admin/portals/demo")
            #expect(shown.json?["key_confirmed"] == true)
            #expect(!shown.text.contains(fresh))
        }
    }

    @Test("The portal is told who gave it a key, under the key that it has, also when the new one was used before it")
    func told() async throws {
        try await World.run { world async throws in
            world.portal.state.withLock { $0.keys = [] }
            let token = try await world.administer("/admin/staff", #"{"name":"eve","role":"administrator"}"#)
                .json?["token"]?.string
            let answer = try await world.administer("/admin/portals/demo/key", "{}", token: try #require(token))
            let fresh = try #require(answer.json?["licence_key"]?.string)
            #expect(try await Self.command(world, key: fresh).status == 200)
            #expect(try await world.admin("/admin/portals/demo").json?["key_confirmed"] == true)
            #expect(world.portal.told("LicenceKeyChanged").isEmpty)
            world.portal.state.withLock { $0.keys = [World.licence] }
            await world.portal.events.wait { !world.portal.told("LicenceKeyChanged").isEmpty }
            let notice = try #require(world.portal.told("LicenceKeyChanged").first)
            #expect(notice["PERSON"] == "eve")
            let until = try #require(answer.json?["former_key_until"]?.int64)
            #expect(notice["FORMER_KEY_UNTIL"]?.int64 == until)
        }
    }

    @Test("A portal that has forgotten the former key is told under the new one")
    func toldLater() async throws {
        try await World.run { world async throws in
            world.portal.state.withLock { $0.keys = [] }
            let fresh = try await Self.rotate(world)
            #expect(try await Self.command(world, key: fresh).status == 200)
            world.portal.state.withLock { $0.keys = [fresh] }
            await world.portal.events.wait { world.portal.told("LicenceKeyChanged").count == 1 }
        }
    }

    @Test("Without an overlap the former key is refused from the next request on")
    func atOnce() async throws {
        try await World.run { world async throws in
            let fresh = try await Self.rotate(world, #"{"overlap_seconds":0}"#)
            #expect(try await Self.command(world, key: World.licence).status == 403)
            #expect(try await Self.command(world, key: fresh).status == 200)
        }
    }

    @Test("A sleeping account's scenario gets the new key before the former one ends")
    func scenarioKey() async throws {
        try await World.run { world async throws in
            #expect(try await world.command("GetAccountInfo").status == 200)
            let fresh = try await Self.rotate(world)
            let key = RequestKey(licenceKey: fresh, direction: .scenarioToController).hexadecimal
            await world.platform.events.wait {
                world.platform.lastCommand("SetScenarioInfo")?["scenario_script"].contains(key) == true
            }
            // Scenarios that run already go on with theirs.
            #expect(try await world.scenario("StartCall", [("CALL_ID", "unknown")]).status != 403)
        }
    }

    @Test("A restart forgets neither the rotation nor the nonces")
    func restart() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rotation-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var setting = World.Setting()
        setting.databasePath = folder + "/controller.sqlite"
        let replayed = World.Signing(direction: .portalToController)
        let keys = Collected()
        try await World.run(setting) { world async throws in
            #expect(try await world.send("/portal/CheckConnection", "{}", replayed).status == 200)
            keys.add(try await Self.rotate(world))
        }
        try await World.run(setting) { world async throws in
            #expect(try await world.send("/portal/CheckConnection", "{}", replayed).status == 403)
            #expect(try await Self.command(world, key: World.licence).status == 200)
            #expect(try await Self.command(world, key: keys.all[0]).status == 200)
        }
        // The configuration's key has changed there: that is meant, and the one before is worth nothing.
        setting.demoKey = "DEMO-KEY-0009"
        try await World.run(setting) { world async throws in
            #expect(try await Self.command(world, key: "DEMO-KEY-0009").status == 200)
            #expect(try await Self.command(world, key: World.licence).status == 403)
            #expect(try await Self.command(world, key: keys.all[0]).status == 403)
        }
    }

    @Test("The database holds no key, password or token in the clear")
    func sealed() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sealed-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var setting = World.Setting()
        setting.databasePath = folder + "/controller.sqlite"
        let secrets = Collected()
        try await World.run(setting) { world async throws in
            let answer = try await world.command("GetUser", ["USER_ID": 67])
            secrets.add(try #require(answer.json?["user_password"]?.string))
            secrets.add(try #require(answer.json?["phone_password"]?.string))
            secrets.add(try await Self.rotate(world))
            secrets.add(try #require(world.platform.lastCommand("AddAccount"))["account_password"])
        }
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let data = try Data(contentsOf: URL(filePath: folder + "/" + file))
            for secret in secrets.all + [World.licence, World.otherLicence] {
                #expect(data.range(of: Data(secret.utf8)) == nil, "\(file)")
            }
        }
    }

    @Test(
        "Wrong questions of the operator have clear answers",
        arguments: [
            ("/admin/portals/nobody/key", "{}", 404, "ACCOUNT_NOT_FOUND"),
            ("/admin/portals/demo/key", #"{"overlap_seconds":-1}"#, 400, "WRONG_REQUEST"),
            ("/admin/portals/demo/key", #"{"overlap_seconds":99999999}"#, 400, "WRONG_REQUEST"),
            ("/admin/portals/demo/key", "[]", 400, "WRONG_REQUEST"),
            ("/admin/portals", #"{"portal":"demo","address":"http://a.example"}"#, 409, "EXISTS"),
            ("/admin/portals", #"{"portal":"a/b","address":"http://a.example"}"#, 400, "WRONG_REQUEST"),
            ("/admin/portals", #"{"portal":"new","address":"a.example"}"#, 400, "WRONG_REQUEST"),
            (
                "/admin/portals", #"{"portal":"new","address":"http://a.example","currency":"GBP"}"#, 400,
                "WRONG_REQUEST"
            ),
        ])
    func wrong(path: String, body: String, status: Int, code: String) async throws {
        try await World.run { world async throws in
            let answer = try await world.administer(path, body)
            #expect(answer.status == status)
            #expect(answer.code == code)
            #expect(try await world.administer(path, body, token: "wrong").status == 403)
        }
    }

    @Test("A portal that the operator adds can begin at once; portals are listed in pages")
    func added() async throws {
        try await World.run { world async throws in
            let body = #"{"portal":"new","address":"http://new.example/","region":"KZ","kind":"box"}"#
            let answer = try await world.administer("/admin/portals", body)
            let key = try #require(answer.json?["licence_key"]?.string)
            var signing = World.Signing(direction: .portalToController)
            (signing.portal, signing.licence) = ("new", key)
            #expect(try await world.send("/portal/GetAccountInfo", "{}", signing).status == 200)
            let first = try await world.admin("/admin/portals?limit=2")
            #expect(first.json?["portals"]?.elements.map { $0["portal"] } == ["demo", "new"])
            #expect(first.json?["next"] == "new")
            let second = try await world.admin("/admin/portals?limit=2&after=new")
            #expect(second.json?["portals"]?.elements.map { $0["portal"] } == ["other"])
            #expect(second.json?["next"] == .null)
            #expect(second.json?["portals"]?.elements.first?["address"] != nil)
            #expect(try await world.admin("/admin/portals/new").json?["kind"] == "box")
        }
    }
}
