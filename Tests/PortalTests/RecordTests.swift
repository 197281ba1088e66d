import Testing

@testable import Portal

@Suite struct RecordTests {
    @Test func aCardIsMadeFoundChangedAndDeleted() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn("olga", "secret-68")
            for kind in CardKind.allCases {
                let path = "/api/\(kind.plural)"
                let made = try await portal.api(
                    .post, path, token,
                    ["name": "A & B", "phones": ["8 (495) 445-11-20", "+7 495 445 11 20"], "responsible_id": 68])
                #expect(made.status == 201)
                #expect(made.json["phones"] == ["74954451120"])
                guard case .integer(let id)? = made.json["id"] else { throw CancellationError() }
                let found = try await portal.signed("/crm/find", ["phone": "74954451120"])
                #expect(found.json[kind.plural]?.elements.map { $0["id"] } == [.integer(id)])
                let changed = try await portal.api(
                    .patch, "\(path)/\(id)", token,
                    ["responsible_id": .null, "temporary_manager_id": 67, "temporary_until": 1_900_000_000])
                #expect(changed.json["name"] == "A & B")
                #expect(changed.json["responsible_id"] == .null)
                #expect(changed.json["temporary_manager_id"] == 67)
                #expect(try await portal.api(.delete, "\(path)/\(id)", token).status == 200)
                #expect(try await portal.api(.get, "\(path)/\(id)", token).status == 404)
                let gone = try await portal.signed("/crm/find", ["phone": "74954451120"])
                #expect(gone.json[kind.plural] == [])
            }
        }
    }

    @Test func theEmployeesComeWithTheCardsWhereTheyAreAskedFor() async throws {
        try await PortalFixture.run { portal in
            let alone = try await portal.signed("/crm/employees", [:])
            #expect(alone.json["employees"]?.elements.isEmpty == false)
            let found = try await portal.signed("/crm/find", ["phone": "74954451120", "employees": true])
            #expect(found.json["employees"] == alone.json["employees"])
            #expect(found.json["contacts"] == [])
            let cards = try await portal.signed("/crm/find", ["phone": "74954451120"])
            #expect(cards.json["employees"] == nil)
            #expect(try await portal.signed("/crm/find", ["phone": "1", "employees": 5]).status == 400)
        }
    }

    @Test(arguments: [
        ("{}", "name: expected a text of 1 to 300 characters, found nothing"),
        (#"{"name":""}"#, "name: expected a text of 1 to 300 characters, found 0 characters"),
        (#"{"name":5}"#, "name: expected a text of 1 to 300 characters, found a number"),
        (#"{"name":"a\u0000b"}"#, "name: expected a text without control characters, found one"),
        (#"{"name":"A","phone":"1"}"#, "phone: expected one of "),
        (#"{"name":"A","phones":"1"}"#, "phones: expected a list, found a text"),
        (#"{"name":"A","phones":["+7 495 445-11-20","abc"]}"#, "phones[1]: expected a telephone number"),
        (#"{"name":"A","responsible_id":"x"}"#, "responsible_id: expected an integer from 1 to"),
        (#"{"name":"A","responsible_id":0}"#, "responsible_id: expected an integer from 1 to"),
        (#"{"name":"A","temporary_until":1e300}"#, "temporary_until: expected an integer"),
        ("[1]", "input: expected an object, found a list"),
        ("{\"name\":", "input: expected valid JSON"),
        ("", "input: expected valid JSON"),
    ])
    func wrongInputSaysWhere(body: String, message: String) async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            let answer = try await portal.send(
                .post, "/api/contacts", headers: [("Authorization", "Bearer \(token)")], body: body)
            #expect(answer.status == 400)
            #expect(answer.json["error"]?["msg"]?.string?.hasPrefix(message) == true, "\(answer.text)")
        }
    }

    @Test func anUnknownEmployeeAnUnknownCardAndATooLongBodyAreRefused() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            let stranger = try await portal.api(.post, "/api/leads", token, ["name": "A", "responsible_id": 999])
            #expect(stranger.status == 409)
            for id in ["999", "0", "-1", "x", "99999999999999999999"] {
                #expect(try await portal.api(.get, "/api/leads/\(id)", token).status == 404, "\(id)")
            }
            let long = String(repeating: "a", count: (1 << 20) + 1)
            let answer = try await portal.send(
                .post, "/api/leads", headers: [("Authorization", "Bearer \(token)")], body: long)
            #expect(answer.status == 413)
            #expect(try await portal.api(.get, "/api/leads?limit=0", token).status == 400)
        }
    }

    @Test func listsComeInPagesAndByNumber() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            for index in 0..<5 {
                _ = try await portal.api(.post, "/api/leads", token, ["name": .text("L\(index)")])
            }
            let first = try await portal.api(.get, "/api/leads?limit=2", token).json["leads"]?.elements ?? []
            #expect(first.map { $0["name"] } == ["L0", "L1"])
            let second = try await portal.api(.get, "/api/leads?limit=2&after=2", token).json["leads"]?.elements ?? []
            #expect(second.map { $0["name"] } == ["L2", "L3"])
            let client = try await portal.api(.get, "/api/contacts?phone=8%20911%20223-34-44", token)
            #expect(client.json["contacts"]?.elements.map { $0["name"] } == ["Client"])
        }
    }

    @Test func employeesAreMadeWithTheirOwnLoginAndExtension() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            let new: JSONValue = ["name": "Petr", "login": "petr", "password": "secret-69", "extension": "102"]
            let made = try await portal.api(.post, "/api/employees", token, new)
            #expect(made.status == 201)
            #expect(made.json["have_phone"] == false)
            #expect(try await portal.logIn("petr", "secret-69") != "")
            #expect(try await portal.api(.post, "/api/employees", token, new).status == 409)
            let taken = try await portal.api(.patch, "/api/employees/68", token, ["extension": "101"])
            #expect(taken.status == 409)
            let short = try await portal.api(.patch, "/api/employees/68", token, ["password": "short"])
            #expect(
                short.json["error"]?["msg"] == "password: expected a text of 8 to 200 characters, found 5 characters")
            let letters = try await portal.api(.patch, "/api/employees/68", token, ["extension": "10a"])
            #expect(letters.status == 400)
        }
    }

    @Test func theControllerSeesWhoIsOnline() async throws {
        try await PortalFixture.run { portal in
            func online() async throws -> [JSONValue?] {
                let answer = try await portal.signed("/crm/employees", [:])
                return answer.json["employees"]?.elements.map { $0["online"] } ?? []
            }
            #expect(try await online() == [false, false])
            let token = try await portal.logIn("olga", "secret-68")
            #expect(try await online() == [false, true])
            portal.clock.advance(181)
            #expect(try await online() == [false, false])
            try await portal.withEvents(token) { _ in
                portal.clock.advance(3600)
                let present = try await online()
                #expect(present == [false, true], "her browser is open")
            }
            let answer = try await portal.signed("/crm/employees", [:])
            #expect(
                answer.json["employees"]?.elements.first == [
                    "id": 67, "name": "Ivan", "extension": "101", "have_phone": true, "online": false,
                    "workday_open": true, "own_phone": "79031112233",
                ])
            #expect(answer.json["employees"]?.elements.last?["extension"] == "007")
        }
    }
}
