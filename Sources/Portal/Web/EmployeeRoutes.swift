import Digests
import HTTPTypes
import Hummingbird
import Storage

/// `/api/employees`: everybody reads, administrators change.
struct EmployeeRoutes {
    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/employees") { request, _ in
            _ = try await parts.employee(request)
            let all = try await parts.database.read { try EmployeeStore(transaction: $0).all() }
            return try Exchange.answer(["employees": .list(all.map(shown))])
        }
        router.get("api/employees/:id") { request, context in
            _ = try await parts.employee(request)
            return try Exchange.answer(shown(try await find(context)))
        }
        router.post("api/employees") { request, _ in try await create(request) }
        router.patch("api/employees/:id") { request, context in try await change(request, context) }
        router.delete("api/employees/:id") { request, context in
            // Calls and cards refer to him: he is switched off, never removed; his telephones are.
            try await parts.administrator(request)
            let input = try EmployeeInput(
                InputReader(["active": false]), region: parts.configuration.region, isNew: false)
            return try await apply(input, to: find(context), hasLeft: true)
        }
    }

    private func create(_ request: Request) async throws -> Response {
        try await parts.administrator(request)
        let input = try await reader(request, isNew: true)
        let hash = await hash(input.password ?? "")
        let employee = try await parts.database.write { transaction in
            let staff = EmployeeStore(transaction: transaction)
            return try staff.find(try staff.add(input, password: hash, id: nil))
        }
        return try Exchange.answer(employee.map(shown) ?? .null, status: .created)
    }

    /// Made on a thread of its own: it is slow on purpose, and others wait for this one.
    private func hash(_ password: String) async -> PasswordHash {
        let iterations = parts.configuration.passwordIterations
        return await Task.detached { PasswordHash(password: password, iterations: iterations) }.value
    }

    private func change(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try await parts.administrator(request)
        return try await apply(try await reader(request, isNew: false), to: find(context))
    }

    private func apply(
        _ input: EmployeeInput, to employee: Employee, hasLeft: Bool = false
    ) async throws -> Response {
        let hash: PasswordHash? = if let password = input.password { await hash(password) } else { nil }
        let changed = try await parts.database.write { transaction in
            let staff = EmployeeStore(transaction: transaction)
            try staff.change(employee.id, input, password: hash)
            // Settings of lines say who of the queue is there and has a desk phone.
            try LineDesk.changed(LineDesk.lines(with: employee.id, in: transaction), in: transaction)
            let changed = try staff.find(employee.id)
            if hasLeft {
                try CredentialDesk.remove(employee.id, in: transaction)
            } else if let changed, changed.isActive != employee.isActive {
                try CredentialDesk.admit(changed.isActive, changed.id, in: transaction)
            }
            return changed
        }
        parts.outbox.wake()
        return try Exchange.answer(changed.map(shown) ?? .null)
    }

    private func reader(_ request: Request, isNew: Bool) async throws -> EmployeeInput {
        let input = try await Exchange.input(request)
        try input.allowOnly(EmployeeInput.fields)
        return try EmployeeInput(input, region: parts.configuration.region, isNew: isNew)
    }

    private func find(_ context: BasicRequestContext) async throws -> Employee {
        let id = EmployeeID(rawValue: try context.identifier())
        let found = try await parts.database.read { try EmployeeStore(transaction: $0).find(id) }
        guard let found else { throw PortalRefusal(.notFound, "there is no such employee") }
        return found
    }

    private func shown(_ employee: Employee) -> JSONValue {
        guard case .object(var fields) = employee.json else { return employee.json }
        fields["online"] = .flag(parts.isOnline(employee))
        return .object(fields)
    }
}

extension BasicRequestContext {
    /// The number in the path; what is none is not found.
    func identifier() throws -> Int64 {
        guard let id = parameters.get("id").flatMap({ Int64($0) }), id > 0 else {
            throw PortalRefusal(.notFound, "an id is a number above 0")
        }
        return id
    }
}

extension PortalParts {
    /// Who sends the request; throws when nobody has logged in.
    func employee(_ request: Request) async throws -> Employee {
        try await access.employee(token: Exchange.token(request))
    }

    @discardableResult
    func administrator(_ request: Request) async throws -> Employee {
        let employee = try await employee(request)
        guard employee.isAdmin else {
            throw PortalRefusal(.notAllowed, "only administrators may change this; ask one")
        }
        return employee
    }
}
