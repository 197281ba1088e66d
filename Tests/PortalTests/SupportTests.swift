import Testing

@testable import Portal

@Suite struct SupportTests {
    private static let id = "00112233445566778899aabbccddeeff"

    private static func request(_ clock: TestClock, _ change: [String: JSONValue] = [:]) -> JSONValue {
        let fields: [String: JSONValue] = [
            "GRANT_ID": .text(id), "PERSON": "sam", "REASON": "no <sound>", "SCOPES": ["history", "recordings"],
            "SECONDS": 3600, "AT": .integer(clock.now), "ANSWER_UNTIL": .integer(clock.now + 86_400),
        ]
        return .object(fields.merging(change) { $1 })
    }

    private static let look: JSONValue = [
        "LOOK_ID": "0a", "GRANT_ID": .text(id), "PERSON": "sam", "ACT": "calls", "OBJECT": "phone_number=<7911>",
        "AT": 1_800_000_100,
    ]

    private static func answer(_ state: String, until: Int64?) -> String {
        let scopes = until == nil ? "[]" : #"["history"]"#
        return
            #"{"GRANT_ID":"\#(id)","STATE":"\#(state)","SCOPES":\#(scopes),"UNTIL":\#(until.map(String.init) ?? "null")}"#
    }

    private static func state(_ portal: PortalFixture, _ token: String) async throws -> JSONValue? {
        try await portal.api(.get, "/api/support", token).json["requests"]?.elements.first?["state"]
    }

    @Test func aRequestIsKeptOnceGrantedAndEnded() async throws {
        try await PortalFixture.run { portal in
            let request = Self.request(portal.clock)
            for _ in 0..<2 { #expect(try await portal.signed("/telephony/SupportRequested", request).status == 200) }
            let ivan = try await portal.logIn()
            #expect(try await Self.state(portal, ivan) == "asked")
            let end = portal.clock.now + 1800
            portal.controller.answer("GrantSupport", Self.answer("granted", until: end))
            let body: JSONValue = ["scopes": ["history"], "seconds": 1800]
            let granted = try await portal.api(.post, "/api/support/\(Self.id)/grant", ivan, body)
            #expect(granted.json["state"] == "granted" && granted.json["answered_by"] == 67)
            let sent = try #require(portal.controller.requests("GrantSupport").first).body
            #expect(sent == #"{"GRANT_ID":"\#(Self.id)","SCOPES":["history"],"SECONDS":1800,"USER_ID":67}"#)
            // The notice again does not undo the answer.
            _ = try await portal.signed("/telephony/SupportRequested", request)
            #expect(try await Self.state(portal, ivan) == "granted")
            portal.controller.answer("EndSupport", Self.answer("ended", until: portal.clock.now))
            #expect(try await portal.api(.post, "/api/support/\(Self.id)/end", ivan).json["state"] == "ended")
            #expect(try await portal.api(.get, "/api/support", ivan).json["requests"]?.elements.count == 1)
        }
    }

    @Test func timeEndsRequestsAndGrants() async throws {
        try await PortalFixture.run { portal in
            _ = try await portal.signed("/telephony/SupportRequested", Self.request(portal.clock))
            let other = Self.request(portal.clock, ["GRANT_ID": "ff"])
            _ = try await portal.signed("/telephony/SupportRequested", other)
            let ivan = try await portal.logIn()
            portal.controller.answer("GrantSupport", Self.answer("granted", until: portal.clock.now + 60))
            let body: JSONValue = ["scopes": ["history"], "seconds": 60]
            _ = try await portal.api(.post, "/api/support/\(Self.id)/grant", ivan, body)
            portal.clock.advance(59)
            func states() async throws -> [String] {
                let list = try await portal.api(.get, "/api/support", ivan).json["requests"]?.elements ?? []
                return list.compactMap { $0["state"]?.string }.sorted()
            }
            #expect(try await states() == ["asked", "granted"])
            portal.clock.advance(1)
            #expect(try await states() == ["asked", "expired"])
            portal.clock.advance(86_400)
            #expect(try await states() == ["expired", "expired"])
        }
    }

    @Test func looksAreKeptOnceAndShownToAdministrators() async throws {
        try await PortalFixture.run { portal in
            for _ in 0..<2 { #expect(try await portal.signed("/telephony/SupportLook", Self.look).status == 200) }
            let ivan = try await portal.logIn()
            let looks = try await portal.api(.get, "/api/support/looks", ivan).json["looks"]?.elements ?? []
            #expect(looks.map { $0["act"] } == ["calls"])
            let page = try await portal.send(.get, "/support", headers: [("Cookie", "session=\(ivan)")])
            #expect(page.text.contains("phone_number=&lt;7911&gt;"))
        }
    }

    @Test func keysThatTheOperatorGaveAreKeptOnceAndShownToAdministrators() async throws {
        try await PortalFixture.run { portal in
            let change: JSONValue = [
                "CHANGE_ID": "0b", "PERSON": "eve", "AT": 1_800_000_100, "FORMER_KEY_UNTIL": 1_800_604_900,
            ]
            for _ in 0..<2 { #expect(try await portal.signed("/telephony/LicenceKeyChanged", change).status == 200) }
            let atOnce: JSONValue = [
                "CHANGE_ID": "0c", "PERSON": "eve", "AT": 1_800_000_200, "FORMER_KEY_UNTIL": .null,
            ]
            #expect(try await portal.signed("/telephony/LicenceKeyChanged", atOnce).status == 200)
            let nobody = try await portal.signed("/telephony/LicenceKeyChanged", ["CHANGE_ID": "0d", "AT": 1])
            #expect(nobody.status == 400 && nobody.text.contains("PERSON"))
            let ivan = try await portal.logIn()
            let keys = try await portal.api(.get, "/api/support/keys", ivan).json["keys"]?.elements ?? []
            #expect(keys.map { $0["id"] } == ["0c", "0b"] && keys.map { $0["person"] } == ["eve", "eve"])
            #expect(keys.first?["former_key_until"] == .null)
            let page = try await portal.send(.get, "/support", headers: [("Cookie", "session=\(ivan)")])
            #expect(page.text.contains("eve") && page.text.contains("at once"))
        }
    }

    @Test func onlyAdministratorsHaveToDoWithIt() async throws {
        try await PortalFixture.run { portal in
            let olga = try await portal.logIn("olga", "secret-68")
            let doors: [(PortalFixture.Verb, String)] = [
                (.get, "/api/support"), (.get, "/api/support/looks"), (.get, "/api/support/keys"),
                (.post, "/api/support/code"),
                (.post, "/api/support/\(Self.id)/grant"), (.post, "/api/support/\(Self.id)/end"),
            ]
            let pages: [(PortalFixture.Verb, String)] = [
                (.get, "/support"), (.post, "/support/code"), (.post, "/support/\(Self.id)"),
            ]
            for (verb, path) in pages {
                #expect(try await portal.api(verb, path, olga).status == 403, "\(path)")
                #expect(try await portal.api(verb, path, nil).text.contains(#"name="password""#), "\(path)")
            }
            for (verb, path) in doors {
                #expect(try await portal.api(verb, path, olga).status == 403, "\(path)")
                #expect(try await portal.api(verb, path, nil).status == 401, "\(path)")
            }
            let overview = try await portal.send(.get, "/", headers: [("Cookie", "session=\(olga)")])
            #expect(!overview.text.contains("/support"))
            let ivan = try await portal.logIn()
            #expect(try await portal.api(.post, "/api/support/\(Self.id)/end", ivan).status == 404)
            for command in ["GrantSupport", "EndSupport", "NewSupportCode"] {
                #expect(portal.controller.requests(command).isEmpty)
            }
        }
    }

    @Test func thePageGivesACodeAndAnswersRequests() async throws {
        try await PortalFixture.run { portal in
            _ = try await portal.signed("/telephony/SupportRequested", Self.request(portal.clock))
            let cookie = [("Cookie", "session=\(try await portal.logIn())")]
            let overview = try await portal.send(.get, "/", headers: cookie)
            #expect(overview.text.contains("sam asks for access"))
            portal.controller.answer(
                "NewSupportCode", #"{"PORTAL":"demo","CODE":"K7QF-2MXD-9RTA","EXPIRES_AT":1800001800}"#)
            let code = try await portal.send(.post, "/support/code", headers: cookie)
            #expect(code.text.contains("K7QF-2MXD-9RTA") && code.text.contains("no &lt;sound&gt;"))
            #expect(code.header("Content-Security-Policy").first?.contains("frame-ancestors 'none'") == true)
            portal.controller.answer("GrantSupport", Self.answer("granted", until: portal.clock.now + 7200))
            let nothing = try await portal.send(.post, "/support/\(Self.id)", headers: cookie, body: "hours=2&grant=1")
            #expect(nothing.status == 400 && portal.controller.requests("GrantSupport").isEmpty)
            let granted = try await portal.send(
                .post, "/support/\(Self.id)", headers: cookie, body: "scope.history=1&hours=2&grant=1")
            #expect(granted.status == 200 && granted.text.contains("granted: history until"))
            #expect(portal.controller.requests("GrantSupport").first?.body.contains(#""SECONDS":7200"#) == true)
            portal.controller.answer(
                "EndSupport", #"{"error":{"code":"GRANT_NOT_FOUND","msg":"no <grant>"}}"#, status: 404)
            let failed = try await portal.send(.post, "/support/\(Self.id)", headers: cookie, body: "end=1")
            #expect(failed.status == 502 && failed.text.contains("no &lt;grant&gt;"))
            #expect(try await portal.api(.get, "/api/support", try await portal.logIn()).text.contains("granted"))
        }
    }

    @Test(
        arguments: [
            ("GRANT_ID", "../x"), ("GRANT_ID", .null), ("PERSON", ""), ("REASON", .null), ("SCOPES", ["everything"]),
            ("SCOPES", "history"), ("SECONDS", 0), ("AT", -1), ("ANSWER_UNTIL", "soon"),
        ] as [(String, JSONValue)])
    func aWrongRequestIsRefusedByItsField(field: String, value: JSONValue) async throws {
        try await PortalFixture.run { portal in
            let answer = try await portal.signed(
                "/telephony/SupportRequested", Self.request(portal.clock, [field: value]))
            #expect(answer.status == 400 && answer.text.contains(field))
        }
    }
}
