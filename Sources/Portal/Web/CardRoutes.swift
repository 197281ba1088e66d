import HTTPTypes
import Hummingbird
import PhoneNumbers
import Storage

/// `/api/contacts`, `/api/companies`, `/api/leads`: every employee reads and changes.
struct CardRoutes {
    let kind: CardKind
    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        let path = RouterPath("api/\(kind.plural)")
        let item = RouterPath("api/\(kind.plural)/:id")
        router.get(path) { request, _ in try await list(request) }
        router.post(path) { request, _ in
            _ = try await parts.employee(request)
            let input = try await reader(request, isNew: true)
            let now = parts.now()
            let card = try await parts.database.write { transaction in
                let cards = CardStore(kind: kind, transaction: transaction)
                return try cards.find(try cards.add(input, now: now))
            }
            return try Exchange.answer(card?.json ?? .null, status: .created)
        }
        router.get(item) { request, context in
            _ = try await parts.employee(request)
            return try Exchange.answer(try await find(context).json)
        }
        router.patch(item) { request, context in
            _ = try await parts.employee(request)
            let input = try await reader(request, isNew: false)
            let id = try await find(context).id
            let card = try await parts.database.write { transaction in
                let cards = CardStore(kind: kind, transaction: transaction)
                try cards.change(id, input)
                return try cards.find(id)
            }
            return try Exchange.answer(card?.json ?? .null)
        }
        router.delete(item) { request, context in
            _ = try await parts.employee(request)
            let id = try await find(context).id
            try await parts.database.write { try CardStore(kind: kind, transaction: $0).delete(id) }
            return try Exchange.answer(["result": "OK"])
        }
    }

    /// Pages by id, or the cards with one number.
    private func list(_ request: Request) async throws -> Response {
        _ = try await parts.employee(request)
        let limit = try Exchange.number("limit", request, in: 1...500, fallback: 100)
        let after = try Exchange.number("after", request, in: 0...Int64.max, fallback: 0)
        let phone = request.uri.queryParameters["phone"].map(String.init)
        let region = parts.configuration.region
        let cards = try await parts.database.read { transaction in
            let cards = CardStore(kind: kind, transaction: transaction)
            guard let phone else { return try cards.list(after: after, limit: Int(limit)) }
            guard let number = PhoneNumberParser.parse(phone, defaultRegion: region).number else { return [] }
            return try cards.find(number)
        }
        return try Exchange.answer([kind.plural: .list(cards.map(\.json))])
    }

    private func reader(_ request: Request, isNew: Bool) async throws -> CardInput {
        let input = try await Exchange.input(request)
        try input.allowOnly(CardInput.fields)
        return try CardInput(input, region: parts.configuration.region, isNew: isNew)
    }

    private func find(_ context: BasicRequestContext) async throws -> Card {
        let id = CardID(rawValue: try context.identifier())
        let kind = kind
        guard let card = try await parts.database.read({ try CardStore(kind: kind, transaction: $0).find(id) }) else {
            throw PortalRefusal(.notFound, "there is no such card")
        }
        return card
    }
}
