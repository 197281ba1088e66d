import Hummingbird

/// The pages `/balance` and `/numbers`, for administrators: forms post, and lead back to their page.
struct MoneyPageRoutes {
    private static let shownPayments: Int64 = 20
    private static let shownMovements: Int64 = 50

    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.get("balance") { request, _ in
            try await PageVisit.administrator(request, parts, title: "Balance") { try await balance(request) }
        }
        router.get("numbers") { request, _ in
            try await PageVisit.administrator(request, parts, title: "Numbers") { try await numbers(request) }
        }
        post("balance/payments", to: "/balance", router) { form in
            ("CreatePaymentOrder", ["REQUEST_ID": form["request_id"], "AMOUNT": form["amount"]])
        }
        post("numbers/buy", to: "/numbers", router) { form in
            (
                "BuyNumber",
                [
                    "REQUEST_ID": form["request_id"], "PHONE_NUMBER": form["number"], "COUNTRY": form["country"],
                    "CATEGORY": form["category"], "STATE": form["state"], "REGION_ID": form["region"],
                    "PRICE": form["price"], "INSTALLATION_PRICE": form["installation_price"],
                    "CURRENCY": form["currency"],
                ]
            )
        }
        post("numbers/renewal", to: "/numbers", router) { form in
            ("SetNumberRenewal", ["PHONE_NUMBER": form["number"], "AUTO_RENEW": form["auto_renew"]])
        }
        post("numbers/renew", to: "/numbers", router) { ("RenewNumber", ["PHONE_NUMBER": $0["number"]]) }
        post("numbers/release", to: "/numbers", router) { ("ReleaseNumber", ["PHONE_NUMBER": $0["number"]]) }
    }

    private func post(
        _ path: String, to page: String, _ router: Router<BasicRequestContext>,
        _ command: @escaping @Sendable ([String: String]) -> (String, [String: String?])
    ) {
        router.post(RouterPath(path)) { request, _ in
            try await PageVisit.administrator(request, parts, title: page == "/balance" ? "Balance" : "Numbers") {
                let (name, fields) = command(try await PageVisit.form(request))
                try await parts.controller.ask(name, .object(fields.compactMapValues { $0.map(JSONValue.text) }))
                return Response.redirect(to: page, type: .normal)
            }
        }
    }

    private func balance(_ request: Request) async throws -> Response {
        var question: [String: JSONValue] = ["LIMIT": .integer(Self.shownMovements)]
        if let cursor = request.uri.queryParameters["cursor"] { question["CURSOR"] = .text(String(cursor)) }
        let statement = try await parts.controller.ask("GetStatement", .object(question))
        let payments = try await parts.controller.ask("GetPayments", ["LIMIT": .integer(Self.shownPayments)])
        let warnings = question["CURSOR"] == nil ? try await warnings() : ""
        return PageVisit.answer(
            PortalPage.balance(
                statement: AnswerRow(statement), payments: AnswerRow(payments), warnings: warnings,
                request: PageVisit.requestID()))
    }

    private func warnings() async throws -> String {
        let settings = AnswerRow(try await parts.controller.ask("GetBalanceSettings", [:]))
        let channels = AnswerRow(try await parts.controller.ask("GetWarningChannels", [:]))
        return PortalPage.warnings(settings: settings.row("result"), channels: channels.row("result"))
    }

    private func numbers(_ request: Request) async throws -> Response {
        let query = Dictionary(
            request.uri.queryParameters.map { (String($0.key), String($0.value)) },
            uniquingKeysWith: { first, _ in first })
        var sale = NumberSale(query)
        let owned = try await parts.controller.ask("GetNumbers", [:])
        sale.found = AnswerRow(try await parts.controller.ask(sale.step.rawValue, sale.question))
        return PageVisit.answer(PortalPage.numbers(owned: AnswerRow(owned), sale))
    }
}
