import Foundation
import RequestSigning
import Synchronization
import Testing

@testable import Controller

@Suite struct FirstContactTests {
    @Test("The first contact makes account, application, scenario, rule and both users")
    func firstContact() async throws {
        try await World.run { world async throws in
            let answer = try await world.command("GetUser", ["USER_ID": 67])
            #expect(answer.status == 200)
            let json = try #require(answer.json)
            #expect(json["user_login"] == "user67")
            #expect(json["phone_login"] == "phone67")
            #expect(json["sip_server"] == "127.0.0.1:5060")
            let state = world.platform.state.withLock { $0 }
            let account = try #require(state.accounts.values.first)
            #expect(json["domain"] == .text("switchboard.\(account).example.com"))
            #expect(json["user_password"] == state.users["user67"].json)
            #expect(json["phone_password"] == state.users["phone67"].json)
            #expect(
                state.wishes.map(\.method)
                    == ["AddAccount", "AddApplication", "AddScenario", "AddRule", "AddUser", "AddUser"])
            #expect(world.platform.lastCommand("AddRule")?["rule_pattern"] == ".*")
            #expect(world.platform.lastCommand("AddRule")?["rule_name"] == "incoming")
        }
    }

    @Test("The scenario begins with the portal's constants, and its key is the one that is accepted")
    func constants() async throws {
        try await World.run { world async throws in
            #expect(try await world.command("GetAccountInfo").status == 200)
            let script = try #require(world.platform.lastCommand("AddScenario"))["scenario_script"]
            let lines = script.split(separator: "\n")
            #expect(lines[0] == #"const CONTROLLER_URL = "http://controller.example";"#)
            #expect(lines[1] == #"const PORTAL_ID = "demo";"#)
            #expect(lines[2].hasPrefix(#"const REQUEST_KEY = "12f9b2d759dc368d"#))
            #expect(lines[3] == "const SCENARIO_VERSION = 9;")
            #expect(lines[4] == "/* common source */")
            #expect(!script.contains(World.licence))
        }
    }

    @Test("Account information is the platform's, with the portal's currency")
    func accountInfo() async throws {
        try await World.run { world async throws in
            let json = try #require(try await world.command("GetAccountInfo").json)
            #expect(json["balance"] == .real(12.5))
            #expect(json["currency"] == "RUB")
            #expect(json["account_name"]?.string == PlatformNames.account(PortalID(rawValue: "demo")))
        }
    }

    @Test("Twenty first contacts at once make one account and one user of each kind")
    func simultaneous() async throws {
        try await World.run { world async throws in
            let answers = try await withThrowingTaskGroup(of: World.Answer.self) { group in
                for _ in 0..<20 { group.addTask { try await world.command("GetUser", ["USER_ID": "67"]) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers.map(\.text)).count == 1)
            #expect(answers.allSatisfy { $0.status == 200 })
            for method in ["AddAccount", "AddApplication", "AddScenario", "AddRule"] {
                #expect(world.platform.count(method) == 1, "\(method)")
            }
            #expect(world.platform.count("AddUser") == 2)
        }
    }

    @Test(
        "A step whose answer was lost is found again, not done twice",
        arguments: ["AddAccount", "AddApplication", "AddScenario", "AddRule", "AddUser"])
    func lostAnswers(method: String) async throws {
        try await World.run { world async throws in
            world.platform.fail(method, .loseAnswer)
            let first = try await world.command("GetUser", ["USER_ID": 67])
            #expect(first.status == 503)
            #expect(first.code == "PLATFORM_UNAVAILABLE")
            let second = try await world.command("GetUser", ["USER_ID": 67])
            #expect(second.status == 200, "\(second.text)")
            let state = world.platform.state.withLock { $0 }
            #expect(state.accounts.count == 1)
            #expect(state.rules.count == 1)
            // What the portal was told is what the platform has.
            #expect(second.json?["user_password"] == state.users["user67"].json)
            #expect(second.json?["phone_password"] == state.users["phone67"].json)
        }
    }

    @Test("A controller that died between platform and database goes on where it was")
    func crash() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "crash-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let platform = FakePlatform()
        // The platform has all objects; the first controller's database is lost with its memory of them.
        for name in ["lost", "kept"] {
            var setting = World.Setting()
            setting.platform = platform
            setting.databasePath = folder + "/\(name).sqlite"
            try await World.run(setting) { world async throws in
                let answer = try await world.command("GetUser", ["USER_ID": 67])
                #expect(answer.status == 200)
                #expect(answer.json?["user_password"] == platform.state.withLock { $0.users["user67"] }.json)
            }
        }
        #expect(platform.state.withLock { $0.accounts.count } == 1)
        #expect(platform.count("GetChildrenAccounts") == 1)
        #expect(platform.count("SetUserInfo") == 2)
    }

    @Test("A newer scenario moves an account forward on its next request, once; an older one does not move it back")
    func versions() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "versions-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let platform = FakePlatform()
        for (version, updates) in [(Int64(9), 0), (10, 1), (8, 1)] {
            var setting = World.Setting()
            setting.platform = platform
            setting.databasePath = folder + "/controller.sqlite"
            setting.version = version
            try await World.run(setting) { world async throws in
                #expect(try await world.command("GetAccountInfo").status == 200)
                #expect(try await world.invite(id: "call-\(version)").status == 200)
            }
            #expect(platform.count("SetScenarioInfo") == updates, "version \(version)")
        }
        #expect(platform.count("AddScenario") == 1)
        let script = platform.state.withLock { $0.scenarios.values.first ?? "" }
        #expect(script.contains("SCENARIO_VERSION = 10;"))
    }

    @Test("A call moves the account forward too, and goes on when the platform refuses")
    func versionsOfCalls() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "versions-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let platform = FakePlatform()
        var setting = World.Setting()
        setting.platform = platform
        setting.databasePath = folder + "/controller.sqlite"
        try await World.run(setting) { world async throws in
            #expect(try await world.command("GetAccountInfo").status == 200)
        }
        setting.version = 10
        try await World.run(setting) { world async throws in
            platform.fail("SetScenarioInfo", .refuse(code: 340))
            #expect(try await world.invite(id: "first").status == 200)
            #expect(try await world.invite(id: "second").status == 200)
        }
        #expect(platform.state.withLock { $0.scenarios.values.first ?? "" }.contains("SCENARIO_VERSION = 10;"))
    }

    @Test("A number that the portal has is bound once, in any spelling")
    func numbers() async throws {
        try await World.run { world async throws in
            _ = try await world.command("GetAccountInfo")
            world.platform.state.withLock { $0.numbers["74012000001"] = $0.accounts.values.first }
            for text in ["8 (4012) 00-00-01", "+74012000001", "74012000001"] {
                let answer = try await world.command("AddNumber", ["PHONE_NUMBER": .text(text)])
                #expect(answer.json?["phone_number"] == "74012000001" && answer.json?["STATE"] == "ACTIVE")
            }
            #expect(world.platform.count("AttachPhoneNumber") == 0)
            #expect(world.platform.count("BindPhoneNumberToApplication") == 1)
        }
    }

    @Test("A number that the portal has not bought is refused and not bought", arguments: [nil, "sold"])
    func foreignNumbers(owner: String?) async throws {
        try await World.run { world async throws in
            if owner != nil { world.platform.state.withLock { $0.numbers["74012000002"] = 1 } }
            let answer = try await world.command("AddNumber", ["PHONE_NUMBER": "74012000002"])
            #expect(answer.code == "NUMBER_NOT_FOUND" && answer.status == 404)
            #expect(answer.text.contains("BuyNumber"))
            #expect(world.platform.count("AttachPhoneNumber") == 0)
        }
    }

    @Test("Without a licence nothing is made")
    func licence() async throws {
        var setting = World.Setting()
        setting.licensedUntil = 1_000_000
        try await World.run(setting) { world async throws in
            for (command, body) in [
                ("GetAccountInfo", [:] as JSONValue), ("GetUser", ["USER_ID": 67]),
                ("AddNumber", ["PHONE_NUMBER": "74012000001"]),
            ] {
                #expect(try await world.command(command, body).code == "LICENCE_ERROR")
            }
            #expect(world.platform.state.withLock { $0.wishes.isEmpty })
        }
    }

    @Test("Two portals get two accounts")
    func isolation() async throws {
        try await World.run { world async throws in
            let mine = try await world.command("GetAccountInfo").json?["account_name"]
            let other = try await world.command("GetAccountInfo", portal: "other").json?["account_name"]
            #expect(mine != nil && other != nil && mine != other)
            #expect(world.platform.state.withLock { $0.accounts.count } == 2)
        }
    }

    @Test(
        "A request that makes no sense is refused with its reason",
        arguments: [
            ("GetUser", "{}", 400, "WRONG_REQUEST"), ("GetUser", #"{"USER_ID":"x"}"#, 400, "WRONG_REQUEST"),
            ("GetUser", "[]", 400, "WRONG_REQUEST"), ("GetUser", "not json", 400, "WRONG_REQUEST"),
            ("AddNumber", #"{"PHONE_NUMBER":"2211"}"#, 400, "WRONG_REQUEST"), ("Format", "{}", 404, "UNKNOWN_COMMAND"),
            ("CallCommand", #"{"CALL_ID":"x","COMMAND":"explode","OPERATOR_ID":"67"}"#, 400, "WRONG_REQUEST"),
            ("SettingsChanged", "{}", 400, "WRONG_REQUEST"),
        ])
    func wrongRequests(command: String, body: String, status: Int, code: String) async throws {
        try await World.run { world async throws in
            let answer = try await world.send("/portal/\(command)", body, .init(direction: .portalToController))
            #expect(answer.status == status)
            #expect(answer.code == code)
        }
    }
}
