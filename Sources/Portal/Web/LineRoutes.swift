import HTTPTypes
import Hummingbird
import PhoneNumbers
import Storage

/// `/api/lines` and `/api/blacklist`: everybody reads, administrators change; the controller is told of each change.
struct LineRoutes {
    static let longestBlacklist = 10_000

    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/lines") { request, _ in
            _ = try await parts.employee(request)
            return try Exchange.answer(
                try await parts.database.read { transaction in
                    let lines = try LineStore(transaction: transaction).all()
                    return ["lines": .list(try lines.map { try parts.settings(of: $0, in: transaction) })]
                })
        }
        router.get("api/lines/:id") { request, context in
            _ = try await parts.employee(request)
            return try await shown(find(context))
        }
        router.post("api/lines") { request, _ in try await create(request) }
        router.patch("api/lines/:id") { request, context in try await change(request, context) }
        router.delete("api/lines/:id") { request, context in
            try await parts.administrator(request)
            let line = try await find(context)
            try await parts.database.write { try LineDesk.delete(line, in: $0) }
            parts.outbox.wake()
            return try Exchange.answer(["result": "OK"])
        }
        router.get("api/blacklist") { request, _ in
            _ = try await parts.employee(request)
            let numbers = try await parts.database.read { try LineStore(transaction: $0).blacklist() }
            return try Exchange.answer(["numbers": .list(numbers.map(JSONValue.text))])
        }
        router.put("api/blacklist") { request, _ in try await replaceBlacklist(request) }
    }

    private func create(_ request: Request) async throws -> Response {
        try await parts.administrator(request)
        let input = try await Exchange.input(request)
        let id = try LineInput.searchID(input)
        let settings = try LineInput(input, region: parts.configuration.region)
        let line = try await parts.database.write { try LineDesk.add(id, settings, in: $0) }
        parts.outbox.wake()
        return try await shown(line, status: .created)
    }

    private func change(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try await parts.administrator(request)
        let input = try await Exchange.input(request)
        guard !input.has("SEARCH_ID") else {
            throw input.wrong("SEARCH_ID", "no new name; make a new line instead", "one")
        }
        let settings = try LineInput(input, region: parts.configuration.region)
        let line = try await find(context)
        let changed = try await parts.database.write { transaction in
            try LineDesk.change(line, settings, in: transaction)
            return try LineStore(transaction: transaction).find(id: line.id)
        }
        parts.outbox.wake()
        return try await shown(changed ?? line)
    }

    private func replaceBlacklist(_ request: Request) async throws -> Response {
        try await parts.administrator(request)
        let input = try await Exchange.input(request)
        try input.allowOnly(["numbers"])
        let numbers = try input.phones(
            "numbers", region: parts.configuration.region, atMost: Self.longestBlacklist)
        guard let numbers else { throw input.wrong("numbers", "a list", "nothing") }
        try await parts.database.write { transaction in
            try transaction.execute("DELETE FROM blacklist")
            for number in numbers {
                try transaction.execute("INSERT INTO blacklist (number) VALUES (?)", [.text(number.digits)])
            }
            try LineDesk.changed(LineStore(transaction: transaction).all(), in: transaction)
        }
        parts.outbox.wake()
        return try Exchange.answer(["numbers": .list(numbers.map { .text($0.digits) })])
    }

    private func find(_ context: BasicRequestContext) async throws -> Line {
        let id = try context.identifier()
        guard let line = try await parts.database.read({ try LineStore(transaction: $0).find(id: id) }) else {
            throw PortalRefusal(.notFound, "there is no such line")
        }
        return line
    }

    private func shown(_ line: Line, status: HTTPResponse.Status = .ok) async throws -> Response {
        try Exchange.answer(
            try await parts.database.read { try parts.settings(of: line, in: $0) }, status: status)
    }
}
