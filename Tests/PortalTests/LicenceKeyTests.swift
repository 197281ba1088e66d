import RequestSigning
import Testing

@testable import Portal

@Suite struct LicenceKeyTests {
    private static let answer = #"""
        {"user_login":"user67","user_password":"b","user_enabled":true,"phone_login":"phone67","phone_password":"p",\#
        "phone_enabled":true,"domain":"app.account.example","sip_server":"127.0.0.1:5060"}
        """#

    private static func set(_ key: String, _ portal: PortalFixture, _ token: String?) async throws
        -> PortalFixture.Answer
    {
        try await portal.api(.put, "/api/licence-key", token, ["key": .text(key)])
    }

    /// What the controller gets for a request under that key.
    private static func controller(_ portal: PortalFixture, _ key: String) async throws -> UInt {
        let headers = portal.signature("/crm/employees", "{}", licenceKey: key)
        return try await portal.send(.post, "/crm/employees", headers: headers, body: "{}").status
    }

    @Test("A new key is tried at the controller, then signs; the former one is accepted for the overlap")
    func change() async throws {
        try await PortalFixture.run { portal async throws in
            let token = try await portal.logIn()
            portal.controller.accept([PortalFixture.licenceKey, "the-new-key"])
            #expect(try await Self.set("the-new-key", portal, token).status == 200)
            portal.controller.accept(["the-new-key"])
            portal.controller.answer("GetUser", Self.answer)
            #expect(try await portal.api(.get, "/api/phone/credentials", token).status == 200)
            #expect(try await Self.controller(portal, PortalFixture.licenceKey) == 200)
            #expect(try await Self.controller(portal, "the-new-key") == 200)
            portal.clock.advance(KeyRing.overlapSeconds)
            #expect(try await Self.controller(portal, PortalFixture.licenceKey) == 403)
            #expect(try await Self.controller(portal, "the-new-key") == 200)
        }
    }

    @Test("A key that the controller does not know is not taken, nor one from anybody but an administrator")
    func refused() async throws {
        try await PortalFixture.run { portal async throws in
            let token = try await portal.logIn()
            let answer = try await Self.set("a-wrong-key", portal, token)
            #expect(answer.status == 503)
            #expect(answer.json["error"]?["code"] == "CONTROLLER_AWAY")
            #expect(try await Self.set("short", portal, token).status == 400)
            #expect(try await Self.set("the-new-key", portal, nil).status == 401)
            #expect(try await Self.controller(portal, "a-wrong-key") == 403)
            #expect(try await Self.controller(portal, PortalFixture.licenceKey) == 200)
        }
    }

    @Test("The controller's requests are taken once, also after the portal has started again")
    func replay() async throws {
        try await PortalFixture.run { portal async throws in
            let headers = portal.signature("/crm/employees", "{}")
            #expect(try await portal.send(.post, "/crm/employees", headers: headers, body: "{}").status == 200)
            #expect(try await portal.send(.post, "/crm/employees", headers: headers, body: "{}").status == 403)
            try await portal.again { other async throws in
                #expect(try await other.send(.post, "/crm/employees", headers: headers, body: "{}").status == 403)
            }
        }
    }

    @Test("An administrator changes, shuts out and lets in; everybody else only changes his own password")
    func phones() async throws {
        try await PortalFixture.run { portal async throws in
            for command in ["SetUserPassword", "DisableUser", "EnableUser"] {
                portal.controller.answer(command, Self.answer)
            }
            let token = try await portal.logIn()
            for (change, command) in [
                ("password", "SetUserPassword"), ("disable", "DisableUser"), ("enable", "EnableUser"),
            ] {
                let body: JSONValue = ["device": "phone", "change": .text(change)]
                let answer = try await portal.api(.post, "/api/employees/67/phone", token, body)
                #expect(answer.status == 200)
                #expect(answer.json["phone_enabled"] == true)
                #expect(portal.controller.requests(command).map(\.body) == [#"{"DEVICE":"PHONE","USER_ID":67}"#])
            }
            // Kept: the controller is not asked again.
            #expect(try await portal.api(.get, "/api/phone/credentials", token).json["phone_login"] == "phone67")
            #expect(portal.controller.requests("GetUser").isEmpty)
            let body: JSONValue = ["device": "fax", "change": "password"]
            #expect(try await portal.api(.post, "/api/employees/67/phone", token, body).status == 400)
            let nobody: JSONValue = ["device": "phone", "change": "disable"]
            #expect(try await portal.api(.post, "/api/employees/999/phone", token, nobody).status == 404)
            #expect(try await portal.api(.post, "/api/employees/67/phone", nil, nobody).status == 401)
        }
    }

    @Test("Who is switched off is shut out with both devices, and let in again with them")
    func switchedOff() async throws {
        try await PortalFixture.run { portal async throws in
            portal.controller.answer("GetUser", Self.answer)
            let olga = try await portal.logIn("olga", "secret-68")
            #expect(try await portal.api(.get, "/api/phone/credentials", olga).status == 200)
            let token = try await portal.logIn()
            #expect(try await portal.api(.patch, "/api/employees/68", token, ["active": false]).status == 200)
            let out = await portal.controller.wait(for: "DisableUser", count: 2)
            #expect(
                Set(out.map(\.body)) == [#"{"DEVICE":"BROWSER","USER_ID":68}"#, #"{"DEVICE":"PHONE","USER_ID":68}"#])
            #expect(try await portal.api(.patch, "/api/employees/68", token, ["active": true]).status == 200)
            #expect(await portal.controller.wait(for: "EnableUser", count: 2).count == 2)
            #expect(portal.controller.requests("RemoveUser").isEmpty)
        }
    }

    @Test("Who has left has no telephones any more, and gets others if he returns")
    func left() async throws {
        try await PortalFixture.run { portal async throws in
            portal.controller.answer("GetUser", Self.answer)
            let olga = try await portal.logIn("olga", "secret-68")
            #expect(try await portal.api(.get, "/api/phone/credentials", olga).status == 200)
            let token = try await portal.logIn()
            // Switched off before: what was shut out is taken away all the same.
            #expect(try await portal.api(.patch, "/api/employees/68", token, ["active": false]).status == 200)
            #expect(try await portal.api(.delete, "/api/employees/68", token).status == 200)
            let told = await portal.controller.wait(for: "RemoveUser")
            #expect(told.map(\.body) == [#"{"USER_ID":68}"#])
            #expect(try await portal.api(.delete, "/api/employees/999", token).status == 404)
            #expect(try await portal.api(.delete, "/api/employees/67", olga).status == 401)
            #expect(try await portal.api(.patch, "/api/employees/68", token, ["active": true]).status == 200)
            let again = try await portal.logIn("olga", "secret-68")
            #expect(try await portal.api(.get, "/api/phone/credentials", again).status == 200)
            #expect(portal.controller.requests("GetUser").count == 2)
            #expect(portal.controller.requests("EnableUser").isEmpty)
        }
    }
}
