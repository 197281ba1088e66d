import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import Portal

/// The pages of balance and numbers, as a browser without scripts uses them.
@Suite struct MoneyPageTests {
    private static let balance = """
        {"BALANCE":{"BALANCE":"512.50","CURRENCY":"RUB","BLOCKED":"N","AT":1800000000,"FRESH":"Y"},"next":"5-1","result":[
        {"AT":1800000000,"AMOUNT":"-1.20","CURRENCY":"RUB","KIND":"USAGE","REFERENCE":null},
        {"AT":1799990000,"AMOUNT":"500.00","CURRENCY":"RUB","KIND":"PAYMENT","REFERENCE":"<b>"}]}
        """
    private static let payments = """
        {"result":[{"REFERENCE":"PQ4RT7ZKM2W9X","AMOUNT":"500.00","CURRENCY":"RUB","STATE":"OPEN",
        "CREATED_AT":1800000000,"EXPIRES_AT":1801209600}],"next":null}
        """

    @Test func theBalanceShowsMoneyPaymentsAndMovements() async throws {
        try await PortalFixture.run { portal in
            portal.controller.answer("GetStatement", Self.balance)
            portal.controller.answer("GetPayments", Self.payments)
            let administrator = try await portal.logIn()
            #expect(try await portal.page("/", administrator).text.contains(#"<a href="/balance">"#))
            let answer = try await portal.page("/balance", administrator)
            #expect(answer.status == 200 && answer.text.contains("<strong>512.50 RUB</strong>"))
            #expect(answer.text.contains("PQ4RT7ZKM2W9X") && answer.text.contains("&lt;b&gt;"))
            #expect(answer.text.contains("<td>calls</td><td>-1.20 RUB</td>"))
            #expect(answer.text.contains(#"<a href="/balance?cursor=5-1">Older</a>"#))
            #expect(!answer.text.contains("The money is out"))
            #expect(answer.header("Content-Security-Policy").first?.hasPrefix("default-src 'none'") == true)
            _ = try await portal.page("/balance?cursor=5-1", administrator)
            #expect(portal.controller.requests("GetStatement").last?.body == #"{"CURSOR":"5-1","LIMIT":50}"#)
            let paid = try await portal.submit(
                "/balance/payments", administrator, "request_id=payment-0001&amount=500%2E00")
            #expect(paid.status == 303 && paid.location == "/balance")
            #expect(
                portal.controller.requests("CreatePaymentOrder").map(\.body) == [
                    #"{"AMOUNT":"500.00","REQUEST_ID":"payment-0001"}"#
                ])
            portal.controller.answer(
                "GetStatement",
                #"{"BALANCE":{"BALANCE":"0.00","CURRENCY":"RUB","BLOCKED":"Y","FRESH":"N","AT":1800000000},"result":[]}"#
            )
            let blocked = try await portal.page("/balance", administrator)
            #expect(blocked.text.contains("The money is out") && blocked.text.contains("as of 2027-01-15T08:00:00Z"))
        }
    }

    @Test func theControllersReasonStandsOnThePage() async throws {
        try await PortalFixture.run { portal in
            let administrator = try await portal.logIn()
            portal.controller.answer(
                "CreatePaymentOrder", #"{"error":{"code":"WRONG_REQUEST","msg":"AMOUNT must be <more>"}}"#, status: 400)
            let wrong = try await portal.submit("/balance/payments", administrator, "amount=0")
            #expect(wrong.status == 502 && wrong.text.contains("AMOUNT must be &lt;more&gt;"))
            portal.controller.answer("GetStatement", "{}", status: 503)
            let away = try await portal.page("/balance", administrator)
            #expect(away.status == 503 && away.text.contains("try again in a moment"))
        }
    }

    @Test func aNumberIsFoundAndBoughtStepByStep() async throws {
        try await PortalFixture.run { portal in
            let administrator = try await portal.logIn()
            portal.controller.answer(
                "GetNumbers",
                """
                {"FRESH":"Y","next":null,"result":[{"PHONE_NUMBER":"74012000001","STATE":"FROZEN","PRICE":"10.00",
                "CURRENCY":"RUB","NEXT_RENEWAL":"2027-02-01","AUTO_RENEW":"Y"}]}
                """)
            portal.controller.answer(
                "GetNumberCountries",
                """
                {"result":[{"COUNTRY":"US","NAME":"<USA>","CATEGORIES":[
                {"CATEGORY":"GEOGRAPHIC","NAME":"Geographic","HAS_STATES":"Y"},
                {"CATEGORY":"TOLL+FREE","NAME":"Free","HAS_STATES":"N"}]}]}
                """)
            let start = try await portal.page("/numbers", administrator)
            #expect(start.text.contains("74012000001") && start.text.contains("Pay now"))
            #expect(start.text.contains("&lt;USA&gt;"))
            let link = #"href="/numbers?country=US&amp;category=GEOGRAPHIC&amp;states=Y""#
            #expect(start.text.contains(link) && start.text.contains("category=TOLL%2BFREE\""))
            let place = "country=US&category=GEOGRAPHIC"
            portal.controller.answer("GetNumberStates", #"{"result":[{"STATE":"CA","NAME":"California"}]}"#)
            #expect(try await portal.page("/numbers?\(place)&states=Y", administrator).text.contains("state=CA"))
            portal.controller.answer(
                "GetNumberRegions",
                #"{"result":[{"REGION_ID":"7","NAME":"Oakland","FREE":9,"PRICE":"1.00","CURRENCY":"USD","INSTALLATION_PRICE":"0"}]}"#
            )
            let regions = try await portal.page("/numbers?\(place)&state=CA", administrator)
            #expect(regions.text.contains("region=7") && regions.text.contains("1.00 USD a month"))
            portal.controller.answer(
                "FindNumbers",
                #"{"result":[{"PHONE_NUMBER":"15102000001","PRICE":"1.00","INSTALLATION_PRICE":"0.00","CURRENCY":"USD"}]}"#
            )
            let offers = try await portal.page("/numbers?\(place)&state=CA&region=7", administrator)
            #expect(offers.text.contains(#"name="number" value="15102000001""#) && offers.text.contains("Buy"))
            #expect(
                portal.controller.requests("FindNumbers").last?.body
                    == #"{"CATEGORY":"GEOGRAPHIC","COUNTRY":"US","LIMIT":20,"REGION_ID":"7","STATE":"CA"}"#)
            let bought = try await portal.submit(
                "/numbers/buy", administrator,
                "\(place)&state=CA&region=7&request_id=order-0001&number=15102000001&price=1.00&installation_price=0.00"
                    + "&currency=USD")
            #expect(bought.status == 303 && bought.location == "/numbers")
            let order = try #require(portal.controller.requests("BuyNumber").first?.body)
            #expect(order.contains(#""PRICE":"1.00""#) && order.contains(#""STATE":"CA""#))
            for (path, command) in [
                ("renewal", "SetNumberRenewal"), ("renew", "RenewNumber"), ("release", "ReleaseNumber"),
            ] {
                let done = try await portal.submit(
                    "/numbers/\(path)", administrator, "number=74012000001&auto_renew=N")
                #expect(done.status == 303 && portal.controller.requests(command).count == 1)
            }
        }
    }

    @Test func theyAreForAdministratorsOnly() async throws {
        try await PortalFixture.run { portal in
            let employee = try await portal.logIn("olga", "secret-68")
            #expect(try await !portal.page("/", employee).text.contains("/balance"))
            for path in ["/balance", "/numbers"] {
                #expect(try await portal.page(path, employee).status == 403)
                #expect(try await portal.page(path, "nobody").text.contains(#"name="password""#))
            }
            for path in [
                "/balance/payments", "/numbers/buy", "/numbers/renew", "/numbers/renewal", "/numbers/release",
            ] {
                #expect(try await portal.submit(path, employee, "number=1").status == 403)
                #expect(try await portal.submit(path, "nobody", "number=1").status == 303)
            }
            for command in ["GetStatement", "GetNumbers", "CreatePaymentOrder", "BuyNumber", "ReleaseNumber"] {
                #expect(portal.controller.requests(command).isEmpty)
            }
        }
    }
}
