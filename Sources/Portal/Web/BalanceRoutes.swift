import Hummingbird
import Storage

/// `/api/balance…`: administrators read the company's balance, its movements and payments, and order a payment.
struct BalanceRoutes {
    /// What a question may name, with what the controller calls it.
    private static let spans = ["from": "FROM", "to": "TO"]
    private static let longestCursor = 40

    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/balance") { request, _ in
            try await parts.administrator(request)
            return try Exchange.answer(try await parts.controller.ask("GetBalance", [:]))
        }
        router.get("api/balance/statement") { request, _ in
            try await page(request, "GetStatement", Self.spans)
        }
        router.get("api/balance/payments") { request, _ in try await page(request, "GetPayments", [:]) }
        router.post("api/balance/payments") { request, _ in
            try await parts.administrator(request)
            let input = try await Exchange.input(request)
            try input.allowOnly(["request_id", "amount"])
            return try Exchange.answer(
                try await parts.controller.ask(
                    "CreatePaymentOrder",
                    [
                        "REQUEST_ID": .text(try input.text("request_id", 8...64)),
                        "AMOUNT": .text(try input.text("amount", 1...30)),
                    ]))
        }
        router.get("api/balance/warnings") { request, _ in
            try await parts.administrator(request)
            let limit = try Exchange.number("limit", request, in: 1...500, fallback: 100)
            let warnings = try await parts.database.read { try BalanceWarningStore(transaction: $0).latest(limit) }
            return try Exchange.answer(["warnings": .list(warnings.map(\.json))])
        }
        router.get("api/balance/news") { request, _ in
            try await parts.administrator(request)
            let limit = try Exchange.number("limit", request, in: 1...500, fallback: 100)
            let news = try await parts.database.read { try PaymentNewsStore(transaction: $0).latest(limit) }
            return try Exchange.answer(["news": .list(news.map(\.json))])
        }
    }

    /// A page of one of the controller's lists.
    private func page(_ request: Request, _ command: String, _ numbers: [String: String]) async throws -> Response {
        try await parts.administrator(request)
        var body: [String: JSONValue] = [:]
        for (name, field) in numbers where request.uri.queryParameters[Substring(name)] != nil {
            body[field] = .integer(try Exchange.number(name, request, in: 0...1 << 40, fallback: 0))
        }
        if request.uri.queryParameters["limit"] != nil {
            body["LIMIT"] = .integer(try Exchange.number("limit", request, in: 1...500, fallback: 50))
        }
        if let cursor = request.uri.queryParameters["cursor"] {
            guard cursor.unicodeScalars.count <= Self.longestCursor else {
                throw InputError(path: "?cursor", expected: "what next was on the page before", found: "a longer text")
            }
            body["CURSOR"] = .text(String(cursor))
        }
        return try Exchange.answer(try await parts.controller.ask(command, .object(body)))
    }
}
