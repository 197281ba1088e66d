import Testing

@testable import Portal

@Suite struct BalanceWarningTests {
    private static let low: JSONValue = [
        "KIND": "low", "CROSSING": 1, "BALANCE": "12.50", "THRESHOLD": "300.00", "CURRENCY": "RUB", "LEAD_HOURS": 72,
        "AT": 1_772_355_600, "EXPLANATION": ["warning below <300.00> RUB", "made of the account's own spending"],
    ]
    private static let empty: JSONValue = [
        "KIND": "empty", "CROSSING": 1, "BALANCE": "-1.00", "THRESHOLD": .null, "CURRENCY": "RUB", "LEAD_HOURS": 72,
        "AT": 1_772_359_200, "EXPLANATION": [],
    ]

    @Test func aWarningIsKeptOnceAndShownToAdministrators() async throws {
        try await PortalFixture.run { portal in
            for warning in [Self.low, Self.low, Self.empty] {
                #expect(try await portal.signed("/telephony/BalanceWarning", warning).status == 200)
            }
            let administrator = try await portal.logIn()
            let answer = try await portal.api(.get, "/api/balance/warnings", administrator)
            let warnings = answer.json["warnings"]?.elements ?? []
            #expect(warnings.map { $0["kind"] } == ["empty", "low"])
            #expect(warnings.last?["threshold"] == "300.00")
            #expect(warnings.last?["explanation"]?.elements.count == 2)
            let page = try await portal.send(.get, "/", headers: [("Cookie", "session=\(administrator)")])
            #expect(page.text.contains("The balance is low: 12.50 RUB, below 300.00 RUB."))
            #expect(page.text.contains("warning below &lt;300.00&gt; RUB"))
            let employee = try await portal.logIn("olga", "secret-68")
            #expect(try await portal.api(.get, "/api/balance/warnings", employee).status == 403)
            let other = try await portal.send(.get, "/", headers: [("Cookie", "session=\(employee)")])
            #expect(!other.text.contains("12.50 RUB"))
        }
    }

    @Test(
        arguments: [
            ("KIND", "high"), ("KIND", .null), ("CROSSING", 0), ("BALANCE", ""), ("CURRENCY", "ROUBLES"), ("AT", -1),
            ("EXPLANATION", "text"), ("EXPLANATION", [5]),
        ] as [(String, JSONValue)])
    func aWrongWarningIsRefusedByItsField(field: String, value: JSONValue) async throws {
        guard case .object(var fields) = Self.low else { return }
        fields[field] = value
        let warning = JSONValue.object(fields)
        try await PortalFixture.run { portal in
            let answer = try await portal.signed("/telephony/BalanceWarning", warning)
            #expect(answer.status == 400)
            #expect(answer.text.contains(field))
        }
    }
}
