import Synchronization
import Testing

@testable import Controller

@Suite struct CredentialTests {
    private static func change(_ world: World, _ command: String, _ device: String = "PHONE") async throws
        -> World.Answer
    {
        try await world.command(command, ["USER_ID": 67, "DEVICE": .text(device)])
    }

    @Test(
        "A new password is the platform's and the portal's, and only that device's", arguments: EmployeeDevice.allCases)
    func newPassword(device: EmployeeDevice) async throws {
        try await World.run { world async throws in
            let before = try #require(try await world.command("GetUser", ["USER_ID": 67]).json)
            let after = try #require(try await Self.change(world, "SetUserPassword", device.rawValue).json)
            let (changed, kept) = device == .phone ? ("phone", "user") : ("user", "phone")
            #expect(after["\(changed)_password"] != before["\(changed)_password"])
            #expect(after["\(kept)_password"] == before["\(kept)_password"])
            let users = world.platform.state.withLock { $0.users }
            #expect(after["phone_password"]?.string == users["phone67"])
            #expect(after["user_password"]?.string == users["user67"])
            #expect(try await world.command("GetUser", ["USER_ID": 67]).json == after)
        }
    }

    @Test("A device that is shut out stays so until it is let in, with the same password")
    func shutOut() async throws {
        try await World.run { world async throws in
            let before = try #require(try await world.command("GetUser", ["USER_ID": 67]).json)
            let out = try #require(try await Self.change(world, "DisableUser").json)
            #expect(out["phone_enabled"] == false)
            #expect(out["user_enabled"] == true)
            #expect(world.platform.state.withLock { $0.shutOut } == ["phone67"])
            // A new password opens no door.
            #expect(try await Self.change(world, "SetUserPassword").json?["phone_enabled"] == false)
            #expect(world.platform.state.withLock { $0.shutOut } == ["phone67"])
            let back = try #require(try await Self.change(world, "EnableUser").json)
            #expect(back["phone_enabled"] == true)
            #expect(back["user_password"] == before["user_password"])
            #expect(world.platform.state.withLock { $0.shutOut }.isEmpty)
        }
    }

    @Test("A device can be shut out before it was ever used")
    func neverUsed() async throws {
        try await World.run { world async throws in
            #expect(try await Self.change(world, "DisableUser").json?["phone_enabled"] == false)
            #expect(world.platform.state.withLock { $0.shutOut } == ["phone67"])
        }
    }

    @Test(
        "A change whose answer was lost is carried to the end by the next question",
        arguments: ["SetUserPassword", "DisableUser"])
    func lostAnswer(command: String) async throws {
        try await World.run { world async throws in
            #expect(try await world.command("GetUser", ["USER_ID": 67]).status == 200)
            // Three times: the command is safe to repeat, and is repeated.
            for _ in 0..<3 { world.platform.fail("SetUserInfo", .loseAnswer) }
            #expect(try await Self.change(world, command).code == "PLATFORM_UNAVAILABLE")
            let told = try #require(try await world.command("GetUser", ["USER_ID": 67]).json)
            let state = world.platform.state.withLock { $0 }
            #expect(told["phone_password"]?.string == state.users["phone67"])
            #expect(state.shutOut == (command == "DisableUser" ? ["phone67"] : []))
        }
    }

    @Test(
        "A change that the platform did not take is brought without another question",
        arguments: ["SetUserPassword", "DisableUser"])
    func broughtLater(command: String) async throws {
        try await World.run { world async throws in
            #expect(try await world.command("GetUser", ["USER_ID": 67]).status == 200)
            let before = world.platform.state.withLock { $0.users["phone67"] }
            for _ in 0..<3 { world.platform.fail("SetUserInfo", .refuse(code: 104)) }
            #expect(try await Self.change(world, command).code == "PLATFORM_REFUSED")
            await world.platform.events.wait {
                world.platform.state.withLock { state in
                    command == "DisableUser" ? state.shutOut == ["phone67"] : state.users["phone67"] != before
                }
            }
            let told = try #require(try await world.command("GetUser", ["USER_ID": 67]).json)
            #expect(told["phone_password"]?.string == world.platform.state.withLock { $0.users["phone67"] })
            #expect(told["phone_enabled"] == .flag(command != "DisableUser"))
            try await World.until("an end") { world.log.text.contains("device changed at the platform") }
            #expect(world.log.text.contains("device not changed at the platform"))
        }
    }

    @Test("The logins of who has left are taken away, once; who comes back gets others")
    func left() async throws {
        try await World.run { world async throws in
            #expect(try await world.command("RemoveUser", ["USER_ID": 67]).status == 200, "no account, no logins")
            // The look for unknown calls goes on by itself.
            #expect(world.platform.state.withLock { $0.commands.allSatisfy { $0.method == "GetCallHistory" } })
            let before = try #require(try await world.command("GetUser", ["USER_ID": 67]).json)
            _ = try await world.command("GetUser", ["USER_ID": 68])
            _ = try await world.command("GetUser", ["USER_ID": 67], portal: "other")
            for _ in 0..<2 {
                #expect(try await world.command("RemoveUser", ["USER_ID": 67]).json == ["result": "OK"])
            }
            #expect(world.platform.count("DelUser") == 2)
            #expect(world.platform.state.withLock { Set($0.users.keys) } == ["user68", "phone68"])
            let logins = try await world.command("GetUsers").json?["result"]?.elements.map { $0["login"] }
            #expect(logins == ["phone68", "user68"])
            let others = try await world.command("GetUsers", portal: "other").json?["result"]?.elements
            #expect(others?.count == 2, "another portal's employee of that number stays")
            let after = try #require(try await world.command("GetUser", ["USER_ID": 67]).json)
            #expect(after["phone_login"] == "phone67" && after["phone_password"] != before["phone_password"])
            #expect(after["phone_password"]?.string == world.platform.state.withLock { $0.users["phone67"] })
            for wrong in [[:], ["USER_ID": "x"], ["USER_ID": 0]] as [JSONValue] {
                #expect(try await world.command("RemoveUser", wrong).code == "WRONG_REQUEST")
            }
        }
    }

    @Test(
        "What the platform does not take away now is taken away later, unless the person is back",
        arguments: [false, true])
    func leftLater(isBack: Bool) async throws {
        try await World.run { world async throws in
            let before = try #require(try await world.command("GetUser", ["USER_ID": 67]).json)
            world.platform.fail("DelUser", .refuse(code: 104))
            // Carried out, and the answer lost as often as it is repeated.
            for _ in 0..<(isBack ? 0 : 1) { world.platform.fail("DelUser", .loseAnswer) }
            #expect(try await world.command("RemoveUser", ["USER_ID": 67]).code == "PLATFORM_REFUSED")
            if isBack {
                let after = try #require(try await world.command("GetUser", ["USER_ID": 67]).json)
                #expect(after["user_password"] != before["user_password"] && after["user_enabled"] == true)
                let users = world.platform.state.withLock { $0.users }
                #expect(after["user_password"]?.string == users["user67"])
                #expect(after["phone_password"]?.string == users["phone67"])
            } else {
                try await World.until("an end") {
                    let users = try await world.command("GetUsers").json?["result"]?.elements
                    return users?.isEmpty == true && world.platform.state.withLock { $0.users.isEmpty }
                }
            }
        }
    }

    @Test("Wrong questions change nothing", arguments: ["", "phone", "FAX"])
    func wrongDevice(device: String) async throws {
        try await World.run { world async throws in
            let answer = try await Self.change(world, "DisableUser", device)
            #expect(answer.status == 400)
            #expect(answer.code == "WRONG_REQUEST")
            #expect(world.platform.count("SetUserInfo") == 0)
        }
    }
}
