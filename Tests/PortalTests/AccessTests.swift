import RequestSigning
import Testing

@testable import Portal

@Suite struct AccessTests {
    @Test func aLoginWithItsPasswordOpensASession() async throws {
        try await PortalFixture.run { portal in
            let answer = try await portal.api(.post, "/api/login", nil, ["login": "ivan", "password": "secret-67"])
            #expect(answer.status == 200)
            #expect(answer.header("Set-Cookie").first?.contains("HttpOnly; SameSite=Strict") == true)
            let token = try #require(answer.json["token"]?.string)
            let me = try await portal.api(.get, "/api/me", token)
            #expect(me.json["name"] == "Ivan")
            #expect(me.json["password"] == nil)
            let byCookie = try await portal.send(.get, "/api/me", headers: [("Cookie", "session=\(token)")])
            #expect(byCookie.json["id"] == 67)
            _ = try await portal.api(.post, "/api/logout", token)
            #expect(try await portal.api(.get, "/api/me", token).status == 401)
        }
    }

    @Test func anUnknownLoginAndAWrongPasswordGetTheSameAnswer() async throws {
        try await PortalFixture.run { portal in
            let wrong = try await portal.api(.post, "/api/login", nil, ["login": "ivan", "password": "secret-68"])
            let unknown = try await portal.api(.post, "/api/login", nil, ["login": "nobody", "password": "secret-68"])
            #expect(wrong.status == 401)
            #expect(wrong.text == unknown.text)
        }
    }

    @Test func guessingIsSlowedDownEvenWithTheRightPassword() async throws {
        try await PortalFixture.run { portal in
            for _ in 0..<5 {
                _ = try await portal.api(.post, "/api/login", nil, ["login": "ivan", "password": "wrong-one"])
            }
            let right: JSONValue = ["login": "ivan", "password": "secret-67"]
            #expect(try await portal.api(.post, "/api/login", nil, right).status == 429)
            #expect(try await portal.logIn("olga", "secret-68") != "")
            portal.clock.advance(301)
            #expect(try await portal.api(.post, "/api/login", nil, right).status == 200)
        }
    }

    @Test func aSessionEndsWithItsTimeItsPasswordAndItsEmployee() async throws {
        try await PortalFixture.run { portal in
            let ivan = try await portal.logIn()
            var olga = try await portal.logIn("olga", "secret-68")
            _ = try await portal.api(.patch, "/api/employees/68", ivan, ["password": "another-68"])
            #expect(try await portal.api(.get, "/api/me", olga).status == 401)
            olga = try await portal.logIn("olga", "another-68")
            #expect(try await portal.api(.delete, "/api/employees/68", ivan).status == 200)
            #expect(try await portal.api(.get, "/api/me", olga).status == 401)
            #expect(try await portal.logIn("olga", "another-68") == "")
            portal.clock.advance(SessionStore.lifeSeconds + 1)
            #expect(try await portal.api(.get, "/api/me", ivan).status == 401)
        }
    }

    @Test(arguments: [
        ("GET", "/api/me"), ("GET", "/api/employees"), ("GET", "/api/employees/67"), ("POST", "/api/employees"),
        ("PATCH", "/api/employees/67"), ("DELETE", "/api/employees/68"), ("GET", "/api/lines"),
        ("GET", "/api/lines/1"), ("POST", "/api/lines"), ("PATCH", "/api/lines/1"), ("DELETE", "/api/lines/1"),
        ("GET", "/api/blacklist"), ("PUT", "/api/blacklist"), ("GET", "/api/contacts"), ("GET", "/api/contacts/1"),
        ("POST", "/api/companies"), ("PATCH", "/api/contacts/1"), ("DELETE", "/api/contacts/1"),
        ("GET", "/api/leads"), ("GET", "/api/calls"), ("GET", "/api/events"), ("GET", "/api/phone/credentials"),
        ("POST", "/api/calls/x/ready"),
    ])
    func nobodyComesInWithoutASession(method: String, path: String) async throws {
        try await PortalFixture.run { portal in
            for token in [nil, "", "0123456789abcdef"] {
                let answer = try await portal.api(PortalFixture.Verb(rawValue: method) ?? .get, path, token, [:])
                #expect(answer.status == 401, "\(method) \(path)")
                #expect(answer.json["error"]?["code"] == "NO_SESSION")
            }
        }
    }

    @Test func onlyAdministratorsChangeEmployeesAndLines() async throws {
        try await PortalFixture.run { portal in
            let olga = try await portal.logIn("olga", "secret-68")
            for (method, path) in [
                ("POST", "/api/employees"), ("PATCH", "/api/employees/68"), ("DELETE", "/api/employees/67"),
                ("POST", "/api/lines"), ("PATCH", "/api/lines/1"), ("DELETE", "/api/lines/1"),
                ("PUT", "/api/blacklist"),
            ] {
                let answer = try await portal.api(
                    PortalFixture.Verb(rawValue: method) ?? .get, path, olga, ["admin": true])
                #expect(answer.status == 403, "\(method) \(path)")
            }
            #expect(try await portal.api(.get, "/api/lines", olga).status == 200)
        }
    }

    @Test(arguments: [
        "/telephony/LineSettings", "/telephony/Invite", "/telephony/StartCall", "/telephony/HangupCall",
        "/telephony/AddCallHistory", "/telephony/Anything", "/crm/find", "/crm/employees",
    ])
    func aRequestThatIsNotTheControllersIsRefusedWithTheSameWords(path: String) async throws {
        try await PortalFixture.run { portal in
            let body = #"{"SEARCH_ID":"74012000000"}"#
            let now = portal.clock.now
            let cases: [(String, [(String, String)])] = [
                ("nothing", []),
                ("another portal", portal.signature(path, body, portal: "other")),
                ("another key", portal.signature(path, body, licenceKey: "another")),
                ("the other direction", portal.signature(path, body, direction: .portalToController)),
                ("the scenario's key", portal.signature(path, body, direction: .scenarioToController)),
                ("another path", portal.signature(path + "x", body)),
                ("another body", portal.signature(path, body + " ")),
                ("too old", portal.signature(path, body, time: now - 301)),
                ("too new", portal.signature(path, body, time: now + 301)),
                ("the end of time", portal.signature(path, body, time: .max)),
                ("before time", portal.signature(path, body, time: .min)),
                ("no nonce", portal.signature(path, body).filter { $0.0 != SignatureHeader.nonce }),
                ("an empty nonce", portal.signature(path, body, nonce: "")),
            ]
            for (name, headers) in cases {
                let answer = try await portal.send(.post, path, headers: headers, body: body)
                #expect(answer.status == 403, "\(name)")
                #expect(answer.text == #"{"error":{"code":"REFUSED","msg":"the request was refused"}}"#, "\(name)")
            }
            let once = portal.signature(path, body)
            #expect(try await portal.send(.post, path, headers: once, body: body).status != 403)
            #expect(try await portal.send(.post, path, headers: once, body: body).status == 403, "a replay")
        }
    }
}

@Suite struct LoginGuardTests {
    @Test func waitsAfterFiveFailuresAndForgetsThem() {
        var guardian = LoginGuard()
        for second in 0..<5 {
            #expect(guardian.wait("a", now: Int64(second)) == nil)
            guardian.failed("a", now: Int64(second))
        }
        #expect(guardian.wait("a", now: 5) == 299)
        #expect(guardian.wait("b", now: 5) == nil)
        #expect(guardian.wait("a", now: 304) == nil)
        guardian.succeeded("a")
        guardian.failed("a", now: 6)
        #expect(guardian.wait("a", now: 6) == nil)
    }

    @Test func keepsNoMoreThanItsCapacity() {
        var guardian = LoginGuard(capacity: 2)
        for _ in 0..<5 { guardian.failed("oldest", now: 1) }
        guardian.failed("b", now: 2)
        guardian.failed("c", now: 3)
        #expect(guardian.wait("oldest", now: 4) == nil)
    }
}
