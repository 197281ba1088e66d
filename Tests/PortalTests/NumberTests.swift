import Foundation
import Testing

@testable import Portal

@Suite struct NumberTests {
    private static let active: JSONValue = [
        "PHONE_NUMBER": "74012000001", "STATE": "ACTIVE", "REQUEST_ID": "order-0001", "VERSION": 1, "COUNTRY": "RU",
    ]
    private static let failed: JSONValue = [
        "PHONE_NUMBER": "74012000002", "STATE": "FAILED", "REQUEST_ID": "order-0002", "ERROR": "NUMBER_TAKEN",
        "MESSAGE": "<gone>",
    ]

    private func body(_ command: String, _ portal: PortalFixture) throws -> JSONValue {
        try JSONValue(parsing: Data(try #require(portal.controller.requests(command).first).body.utf8))
    }

    @Test func newsAreKeptOnceAndShownToAdministrators() async throws {
        try await PortalFixture.run { portal in
            for news in [Self.active, Self.active, Self.failed, Self.failed] {
                #expect(try await portal.signed("/telephony/NumberChanged", news).status == 200)
            }
            let administrator = try await portal.logIn()
            let news = try await portal.api(.get, "/api/numbers/news", administrator).json["news"]?.elements ?? []
            #expect(Set(news.compactMap { $0["number"]?.string }) == ["74012000001", "74012000002"])
            #expect(news.count == 2)
            let page = try await portal.send(.get, "/", headers: [("Cookie", "session=\(administrator)")])
            #expect(page.text.contains("The number 74012000002 was not bought: &lt;gone&gt;."))
            let employee = try await portal.logIn("olga", "secret-68")
            #expect(try await portal.api(.get, "/api/numbers/news", employee).status == 403)
        }
    }

    @Test(arguments: [("STATE", "SOLD"), ("PHONE_NUMBER", ""), ("VERSION", 0)] as [(String, JSONValue)])
    func wrongNewsAreRefusedByTheirField(field: String, value: JSONValue) async throws {
        guard case .object(var fields) = Self.active else { return }
        fields[field] = value
        let news = JSONValue.object(fields)
        try await PortalFixture.run { portal in
            let answer = try await portal.signed("/telephony/NumberChanged", news)
            #expect(answer.status == 400 && answer.text.contains(field))
        }
    }

    @Test func theControllerIsAskedForAdministratorsOnly() async throws {
        try await PortalFixture.run { portal in
            let administrator = try await portal.logIn()
            let order: JSONValue = [
                "request_id": "order-0001", "number": "74012000001", "country": "RU", "category": "GEOGRAPHIC",
                "region": "7", "price": "10.00", "installation_price": "2.00",
            ]
            let asked: [(PortalFixture.Verb, String, JSONValue?, String)] = [
                (.get, "/api/numbers?after=7401", nil, "GetNumbers"),
                (.get, "/api/numbers/countries?locale=EN", nil, "GetNumberCountries"),
                (.get, "/api/numbers/states?country=US&category=GEOGRAPHIC", nil, "GetNumberStates"),
                (.get, "/api/numbers/regions?country=RU&category=GEOGRAPHIC", nil, "GetNumberRegions"),
                (
                    .get, "/api/numbers/offers?country=RU&category=GEOGRAPHIC&region=7&mask=7401*&limit=5&offset=10",
                    nil, "FindNumbers"
                ),
                (.post, "/api/numbers", order, "BuyNumber"),
                (.patch, "/api/numbers/74012000001", ["auto_renew": false], "SetNumberRenewal"),
                (.post, "/api/numbers/74012000001/renew", nil, "RenewNumber"),
                (.delete, "/api/numbers/%2B7%20401%20200-00-01", nil, "ReleaseNumber"),
            ]
            let employee = try await portal.logIn("olga", "secret-68")
            for (verb, path, body, command) in asked {
                #expect(try await portal.api(verb, path, employee, body).status == 403)
                #expect(try await portal.api(verb, path, administrator, body).status == 200, "\(path)")
                #expect(portal.controller.requests(command).count == 1, "\(command)")
            }
            let bought = try body("BuyNumber", portal)
            #expect(bought["REQUEST_ID"] == "order-0001" && bought["REGION_ID"] == "7" && bought["PRICE"] == "10.00")
            let search = try body("FindNumbers", portal)
            #expect(search["LIMIT"] == 5 && search["OFFSET"] == 10 && search["MASK"] == "7401*")
            #expect(try body("SetNumberRenewal", portal)["AUTO_RENEW"] == "N")
            #expect(try body("ReleaseNumber", portal)["PHONE_NUMBER"] == "+7 401 200-00-01")
            let wrong = try await portal.api(.post, "/api/numbers", administrator, ["numbre": "1"])
            #expect(wrong.status == 400)
        }
    }
}
