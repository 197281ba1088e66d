import Foundation
import Hummingbird
import Storage

/// `/api/numbers`: administrators look for numbers, buy, renew and give them back; the controller does it.
struct NumberRoutes {
    /// What a search may name, with what the controller calls it.
    private static let filters = [
        "country": "COUNTRY", "category": "CATEGORY", "state": "STATE", "region": "REGION_ID", "mask": "MASK",
        "locale": "LOCALE", "after": "AFTER",
    ]
    private static let order = [
        "request_id": "REQUEST_ID", "number": "PHONE_NUMBER", "country": "COUNTRY", "category": "CATEGORY",
        "state": "STATE", "region": "REGION_ID", "price": "PRICE", "installation_price": "INSTALLATION_PRICE",
        "currency": "CURRENCY",
    ]
    /// What an order may leave out.
    private static let dispensable = ["state", "currency"]
    /// An order holds short texts only.
    private static let longestText = 64

    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        search("api/numbers", "GetNumbers", [], router)
        search("api/numbers/countries", "GetNumberCountries", [], router)
        search("api/numbers/states", "GetNumberStates", ["country", "category"], router)
        search("api/numbers/regions", "GetNumberRegions", ["country", "category"], router)
        search("api/numbers/offers", "FindNumbers", ["country", "category", "region"], router)
        router.get("api/numbers/news") { request, _ in
            try await parts.administrator(request)
            let limit = try Exchange.number("limit", request, in: 1...500, fallback: 100)
            let news = try await parts.database.read { try NumberNewsStore(transaction: $0).latest(limit) }
            return try Exchange.answer(["news": .list(news.map(\.json))])
        }
        router.post("api/numbers") { request, _ in
            try await parts.administrator(request)
            let input = try await Exchange.input(request)
            try input.allowOnly(Self.order.keys.sorted())
            return try Exchange.answer(try await parts.controller.ask("BuyNumber", try Self.order(input)))
        }
        router.patch("api/numbers/:number") { request, context in
            try await parts.administrator(request)
            let input = try await Exchange.input(request)
            try input.allowOnly(["auto_renew"])
            guard let isRenewed = try input.optionalFlag("auto_renew") else {
                throw input.wrong("auto_renew", "true or false", "nothing")
            }
            return try await ask(
                "SetNumberRenewal", context, ["AUTO_RENEW": .text(isRenewed ? "Y" : "N")])
        }
        router.post("api/numbers/:number/renew") { request, context in
            try await parts.administrator(request)
            return try await ask("RenewNumber", context)
        }
        router.delete("api/numbers/:number") { request, context in
            try await parts.administrator(request)
            return try await ask("ReleaseNumber", context)
        }
    }

    /// - Parameter needed: What the question must name.
    private func search(
        _ path: String, _ command: String, _ needed: [String], _ router: Router<BasicRequestContext>
    ) {
        router.get(RouterPath(path)) { request, _ in
            try await parts.administrator(request)
            for name in needed where request.uri.queryParameters[Substring(name)] == nil {
                throw InputError(path: "?\(name)", expected: "a text", found: "nothing")
            }
            var body: [String: JSONValue] = [:]
            for (name, field) in Self.filters {
                if let value = request.uri.queryParameters[Substring(name)] { body[field] = .text(String(value)) }
            }
            if request.uri.queryParameters["limit"] != nil {
                body["LIMIT"] = .integer(try Exchange.number("limit", request, in: 1...500, fallback: 20))
            }
            if request.uri.queryParameters["offset"] != nil {
                body["OFFSET"] = .integer(try Exchange.number("offset", request, in: 0...100_000, fallback: 0))
            }
            return try Exchange.answer(try await parts.controller.ask(command, .object(body)))
        }
    }

    private static func order(_ input: InputReader) throws -> JSONValue {
        var body: [String: JSONValue] = [:]
        for (name, field) in order {
            let text =
                dispensable.contains(name)
                ? try input.optionalText(name, 1...longestText) : try input.text(name, 1...longestText)
            if let text { body[field] = .text(text) }
        }
        return .object(body)
    }

    private func ask(
        _ command: String, _ context: BasicRequestContext, _ more: [String: JSONValue] = [:]
    ) async throws -> Response {
        guard let number = try context.parameters.require("number").removingPercentEncoding else {
            throw InputError(path: "", expected: "a number whose percent-encoding is UTF-8", found: "another")
        }
        let body = more.merging(["PHONE_NUMBER": .text(number)]) { first, _ in first }
        return try Exchange.answer(try await parts.controller.ask(command, .object(body)))
    }
}
