import Hummingbird

/// `/api/balance/settings` and `/api/balance/channels`: administrators say when and where the company is warned of its
/// balance; the controller does it.
struct WarningRoutes {
    private static let amounts = ["common": "COMMON", "floor": "FLOOR", "cap": "CAP"]
    private static let numbers: [String: (field: String, range: ClosedRange<Int64>)] = [
        "lead_hours": ("LEAD_HOURS", 1...720), "safety": ("SAFETY", 500...999),
        "utc_minutes": ("UTC_MINUTES", -840...840),
    ]
    private static let mostAddresses = 5

    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/balance/settings") { request, _ in try await ask(request, "GetBalanceSettings") { _ in [:] } }
        router.patch("api/balance/settings") { request, _ in
            try await ask(request, "SetBalanceSettings") { try Self.settings(try await Exchange.input($0)) }
        }
        router.get("api/balance/channels") { request, _ in try await ask(request, "GetWarningChannels") { _ in [:] } }
        router.patch("api/balance/channels") { request, _ in
            try await ask(request, "SetWarningChannels") { try Self.channels(try await Exchange.input($0)) }
        }
    }

    private func ask(
        _ request: Request, _ command: String, _ question: (Request) async throws -> JSONValue
    ) async throws -> Response {
        try await parts.administrator(request)
        return try Exchange.answer(try await parts.controller.ask(command, try await question(request)))
    }

    /// Fields that are missing stay as they are.
    private static func settings(_ input: InputReader) throws(InputError) -> JSONValue {
        try input.allowOnly(["mode", "learn_lead"] + amounts.keys + numbers.keys)
        var wish: [String: JSONValue] = [:]
        if let mode = try input.optionalText("mode", 1...20) { wish["MODE"] = .text(mode) }
        if let learns = try input.optionalFlag("learn_lead") { wish["LEARN_LEAD"] = .text(learns ? "Y" : "N") }
        for (name, field) in amounts {
            if let amount = try input.optionalText(name, 1...30) { wish[field] = .text(amount) }
        }
        for (name, wanted) in numbers {
            if let number = try input.optionalInteger(name, wanted.range) { wish[wanted.field] = .integer(number) }
        }
        return .object(wish)
    }

    /// Fields that are missing stay as they are; null takes the webhook away.
    private static func channels(_ input: InputReader) throws(InputError) -> JSONValue {
        try input.allowOnly(["emails", "webhook", "new_secret"])
        var wish: [String: JSONValue] = [:]
        if let emails = try input.list("emails", atMost: mostAddresses) {
            for email in emails {
                guard case .text = email else { throw input.wrong("emails", "a list of texts", email.typeName) }
            }
            wish["EMAILS"] = .list(emails)
        }
        if input.has("webhook") { wish["WEBHOOK"] = .optional(try input.optionalText("webhook", 1...500)) }
        if let isNew = try input.optionalFlag("new_secret") { wish["NEW_SECRET"] = .text(isNew ? "Y" : "N") }
        return .object(wish)
    }
}
