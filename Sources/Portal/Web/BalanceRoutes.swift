import Hummingbird
import Storage

/// `/api/balance/warnings`: administrators read what the company was told of its balance.
struct BalanceRoutes {
    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/balance/warnings") { request, _ in
            try await parts.administrator(request)
            let limit = try Exchange.number("limit", request, in: 1...500, fallback: 100)
            let warnings = try await parts.database.read { try BalanceWarningStore(transaction: $0).latest(limit) }
            return try Exchange.answer(["warnings": .list(warnings.map(\.json))])
        }
    }
}
