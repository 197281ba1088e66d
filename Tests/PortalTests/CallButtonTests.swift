import Testing

@testable import Portal

@Suite struct CallButtonTests {
    @Test(arguments: [
        ("received", #"{"CALL_ID":"call-1","COMMAND":"wait","OPERATOR_ID":"67"}"#),
        ("answer", #"{"CALL_ID":"call-1","COMMAND":"wait","OPERATOR_ID":"67"}"#),
        ("ready", #"{"CALL_ID":"call-1","COMMAND":"user","OPERATOR_ID":"67","USER_ID":67}"#),
        ("skip", #"{"CALL_ID":"call-1","COMMAND":"queue","OPERATOR_ID":"67"}"#),
        ("hold", #"{"CALL_ID":"call-1","COMMAND":"hold","OPERATOR_ID":"67"}"#),
        ("unhold", #"{"CALL_ID":"call-1","COMMAND":"unhold","OPERATOR_ID":"67"}"#),
    ])
    func aButtonRelaysItsCommand(button: String, body: String) async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            _ = try await portal.signed("/telephony/Invite", CallNewsTests.invite(67, call: "call-1"))
            let answer = try await portal.api(.post, "/api/calls/call-1/\(button)", token)
            #expect(answer.text == #"{"result":"OK"}"#)
            #expect(portal.controller.requests("CallCommand").map(\.body) == [body])
        }
    }

    @Test func aCallOfSomebodyElseHasNoButtons() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn("olga", "secret-68")
            _ = try await portal.signed("/telephony/Invite", CallNewsTests.invite(67, call: "call-1"))
            for path in ["/api/calls/call-1/ready", "/api/calls/none/ready", "/api/calls/a%20b/ready"] {
                let answer = try await portal.api(.post, path, token)
                #expect(answer.status == 404)
                #expect(answer.json["error"]?["code"] == "CALL_NOT_FOUND")
            }
            #expect(try await portal.api(.post, "/api/calls/call-1/explode", token).status == 404)
            #expect(portal.controller.requests("CallCommand").isEmpty)
        }
    }

    @Test(arguments: [
        (200, #"{"error":{"code":"CALL_NOT_FOUND","msg":"gone"}}"#, 404 as UInt, "CALL_NOT_FOUND"),
        (404, #"{"error":{"code":"CALL_NOT_FOUND","msg":"gone"}}"#, 404, "CALL_NOT_FOUND"),
        (200, #"{"error":{"code":"LICENCE","msg":"ended"}}"#, 502, "CONTROLLER_REFUSED"),
        (500, "", 503, "CONTROLLER_AWAY"),
        (200, "<html>", 503, "CONTROLLER_AWAY"),
    ])
    func theControllersRefusalReachesTheBrowser(
        status: Int, body: String, expected: UInt, code: String
    ) async throws {
        try await PortalFixture.run { portal in
            portal.controller.answer("CallCommand", body, status: status)
            let token = try await portal.logIn()
            _ = try await portal.signed("/telephony/Invite", CallNewsTests.invite(67, call: "call-1"))
            let answer = try await portal.api(.post, "/api/calls/call-1/ready", token)
            #expect(answer.status == expected)
            #expect(answer.json["error"]?["code"] == .text(code))
        }
    }

    @Test func answeringClosesTheCardInTheOtherWindows() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            _ = try await portal.signed("/telephony/Invite", CallNewsTests.invite(67, call: "call-1"))
            try await portal.withEvents(token) { events in
                #expect(try await events.next().name == "invite")
                _ = try await portal.api(.post, "/api/calls/call-1/answer", token)
                #expect(try await events.next().name == "answer_self")
            }
        }
    }
}

@Suite struct CredentialTests {
    static let answer = """
        {"user_login":"user67","user_password":"u","phone_login":"phone67","phone_password":"p","domain":"d.example",\
        "sip_server":"127.0.0.1:5060"}
        """

    @Test func credentialsAreAskedForOnceAndKept() async throws {
        try await PortalFixture.run { portal in
            portal.controller.answer("GetUser", Self.answer)
            let token = try await portal.logIn()
            try await withThrowingTaskGroup(of: JSONValue?.self) { group in
                for _ in 0..<6 {
                    group.addTask { try await portal.api(.get, "/api/phone/credentials", token).json["user_login"] }
                }
                for try await login in group { #expect(login == "user67") }
            }
            portal.controller.answer("GetUser", "", status: 500)
            let later = try await portal.api(.get, "/api/phone/credentials", token)
            #expect(later.json["phone_password"] == "p")
            #expect(later.json["sip_server"] == "127.0.0.1:5060")
            #expect(portal.controller.requests("GetUser").map(\.body) == [#"{"USER_ID":67}"#])
        }
    }

    @Test(arguments: [
        (500, "", 503 as UInt), (200, #"{"user_login":"user67"}"#, 503), (200, "[]", 503),
        (200, #"{"error":{"code":"LICENCE","msg":"the licence has ended"}}"#, 502),
    ])
    func aFailedAnswerIsNotKept(status: Int, body: String, expected: UInt) async throws {
        try await PortalFixture.run { portal in
            portal.controller.answer("GetUser", body, status: status)
            let token = try await portal.logIn()
            #expect(try await portal.api(.get, "/api/phone/credentials", token).status == expected)
            portal.controller.answer("GetUser", Self.answer)
            #expect(try await portal.api(.get, "/api/phone/credentials", token).status == 200)
        }
    }
}
