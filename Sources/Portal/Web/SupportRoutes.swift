import Foundation
import Hummingbird
import Storage

/// `/api/support…` and the page `/support`: administrators let the operator's support look, and see what it looked at.
struct SupportRoutes {
    private static let lengths: ClosedRange<Int64> = 60...259_200
    private static let shownRequests: Int64 = 50
    private static let shownLooks: Int64 = 200

    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/support") { request, _ in
            try await parts.administrator(request)
            let limit = try Exchange.number("limit", request, in: 1...500, fallback: 100)
            let (requests, moment) = (
                try await parts.database.read { try SupportStore(transaction: $0).requests(limit) }, parts.now()
            )
            return try Exchange.answer(["requests": .list(requests.map { $0.json(at: moment) })])
        }
        router.get("api/support/looks") { request, _ in
            try await parts.administrator(request)
            let limit = try Exchange.number("limit", request, in: 1...500, fallback: 100)
            let looks = try await parts.database.read { try SupportStore(transaction: $0).looks(limit) }
            return try Exchange.answer(["looks": .list(looks.map(\.json))])
        }
        router.get("api/support/keys") { request, _ in
            try await parts.administrator(request)
            let limit = try Exchange.number("limit", request, in: 1...500, fallback: 100)
            let changes = try await parts.database.read { try SupportStore(transaction: $0).keyChanges(limit) }
            return try Exchange.answer(["keys": .list(changes.map(\.json))])
        }
        router.post("api/support/code") { request, _ in
            try await parts.administrator(request)
            return try Exchange.answer(try await parts.support.code())
        }
        router.post("api/support/:request/grant") { request, context in
            let employee = try await parts.administrator(request)
            let input = try await Exchange.input(request)
            try input.allowOnly(["scopes", "seconds"])
            let answered = try await parts.support.grant(
                try context.parameters.require("request"), try input.someScopes("scopes"),
                seconds: try input.integer("seconds", Self.lengths), by: employee.id)
            return try Exchange.answer(answered.json(at: parts.now()))
        }
        router.post("api/support/:request/end") { request, context in
            let employee = try await parts.administrator(request)
            let answered = try await parts.support.end(try context.parameters.require("request"), by: employee.id)
            return try Exchange.answer(answered.json(at: parts.now()))
        }
        addPage(to: router)
    }

    private func addPage(to router: Router<BasicRequestContext>) {
        router.get("support") { request, _ in
            try await visit(request) { _ in try await page() }
        }
        router.post("support/code") { request, _ in
            try await visit(request) { _ in try await page(code: try await parts.support.code()) }
        }
        router.post("support/:request") { request, context in
            let id = try context.parameters.require("request")
            return try await visit(request) { employee in
                try await answer(id, try await PageVisit.form(request), by: employee.id)
                return try await page()
            }
        }
    }

    /// What an administrator has chosen in a request's form.
    private func answer(_ id: String, _ form: [String: String], by employee: EmployeeID) async throws {
        if form["end"] != nil {
            _ = try await parts.support.end(id, by: employee)
            return
        }
        let scopes = SupportRequest.Scope.allCases.filter { form[SupportPage.name(of: $0)] != nil }
        let hours = form["hours"].flatMap { Int64($0) } ?? 0
        guard (1...72).contains(hours), !scopes.isEmpty else {
            throw InputError(path: "", expected: "1 to 72 hours and at least one scope", found: "another")
        }
        _ = try await parts.support.grant(id, scopes, seconds: hours * 3600, by: employee)
    }

    /// For administrators; whoever has not logged in is led to where he does.
    private func visit(_ request: Request, _ work: (Employee) async throws -> String) async throws -> Response {
        try await PageVisit.administrator(request, parts, title: "Support") {
            try await answering { try await work(try await parts.administrator(request)) }
        }
    }

    /// The page, or the page with what went wrong.
    private func answering(_ work: () async throws -> String) async throws -> Response {
        do {
            return PageVisit.answer(try await work())
        } catch let refusal as PortalRefusal {
            return PageVisit.answer(try await page(message: refusal.message), status: refusal.code.status)
        } catch let error as InputError {
            return PageVisit.answer(try await page(message: error.description), status: .badRequest)
        } catch ControllerFailure.refused(_, let message) {
            return PageVisit.answer(try await page(message: message), status: .badGateway)
        } catch ControllerFailure.unavailable(let reason) {
            return PageVisit.answer(try await page(message: reason), status: .serviceUnavailable)
        }
    }

    private func page(code: JSONValue? = nil, message: String? = nil) async throws -> String {
        let moment = parts.now()
        return try await parts.database.read { transaction in
            let store = SupportStore(transaction: transaction)
            return SupportPage.text(
                code: code, message: message, requests: try store.requests(Self.shownRequests),
                looks: try store.looks(Self.shownLooks), keys: try store.keyChanges(Self.shownRequests), at: moment)
        }
    }
}
