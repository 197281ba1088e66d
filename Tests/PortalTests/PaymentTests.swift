import Foundation
import Testing

@testable import Portal

@Suite struct PaymentTests {
    private static let received: JSONValue = [
        "REFERENCE": "PQ4RT7ZKM2W9X", "AMOUNT": "500.00", "CURRENCY": "RUB", "BALANCE": "512.50", "STATE": "CREDITED",
    ]

    @Test func aPaymentIsKeptOnceAndShownToAdministrators() async throws {
        try await PortalFixture.run { portal in
            for _ in 0..<2 {
                #expect(try await portal.signed("/telephony/PaymentReceived", Self.received).status == 200)
            }
            let administrator = try await portal.logIn()
            let news = try await portal.api(.get, "/api/balance/news", administrator).json["news"]?.elements ?? []
            #expect(news.count == 1 && news.first?["balance"] == "512.50")
            let page = try await portal.send(.get, "/", headers: [("Cookie", "session=\(administrator)")])
            #expect(
                page.text.contains(
                    "The payment PQ4RT7ZKM2W9X of 500.00 RUB has arrived; the balance is 512.50 RUB."))
            let employee = try await portal.logIn("olga", "secret-68")
            #expect(try await portal.api(.get, "/api/balance/news", employee).status == 403)
        }
    }

    @Test(arguments: ["REFERENCE", "AMOUNT", "CURRENCY"])
    func aWrongPaymentIsRefusedByItsField(field: String) async throws {
        guard case .object(var fields) = Self.received else { return }
        fields[field] = ""
        let news = JSONValue.object(fields)
        try await PortalFixture.run { portal in
            let answer = try await portal.signed("/telephony/PaymentReceived", news)
            #expect(answer.status == 400 && answer.text.contains(field))
        }
    }

    @Test func theControllerIsAskedForAdministratorsOnly() async throws {
        try await PortalFixture.run { portal in
            let administrator = try await portal.logIn()
            let employee = try await portal.logIn("olga", "secret-68")
            let order: JSONValue = ["request_id": "payment-0001", "amount": "500"]
            let asked: [(PortalFixture.Verb, String, JSONValue?, String)] = [
                (.get, "/api/balance", nil, "GetBalance"),
                (.get, "/api/balance/statement?from=5&to=9&limit=7&cursor=9-1", nil, "GetStatement"),
                (.get, "/api/balance/payments?cursor=12", nil, "GetPayments"),
                (.post, "/api/balance/payments", order, "CreatePaymentOrder"),
            ]
            for (verb, path, body, command) in asked {
                #expect(try await portal.api(verb, path, employee, body).status == 403)
                #expect(try await portal.api(verb, path, nil, body).status == 401)
                #expect(try await portal.api(verb, path, administrator, body).status == 200, "\(path)")
                #expect(portal.controller.requests(command).count == 1, "\(command)")
            }
            let statement = try #require(portal.controller.requests("GetStatement").first).body
            #expect(statement == #"{"CURSOR":"9-1","FROM":5,"LIMIT":7,"TO":9}"#)
            let made = try #require(portal.controller.requests("CreatePaymentOrder").first).body
            #expect(made == #"{"AMOUNT":"500","REQUEST_ID":"payment-0001"}"#)
            let long = String(repeating: "1", count: 41)
            for path in ["/api/balance/statement?from=x", "/api/balance/payments?cursor=\(long)"] {
                #expect(try await portal.api(.get, path, administrator).status == 400)
            }
            let wrong = try await portal.api(.post, "/api/balance/payments", administrator, ["amount": "5"])
            #expect(wrong.status == 400 && wrong.text.contains("request_id"))
        }
    }
}
