import Hummingbird
import RequestSigning
import Storage

/// Telephone credentials: one's own, and those of others for administrators.
struct PhoneRoutes {
    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/phone/credentials") { request, _ in
            let employee = try await parts.employee(request)
            return try Exchange.answer(try await parts.credentials.credentials(of: employee.id))
        }
        router.post("api/employees/:id/phone") { request, context in
            let input = try await change(request, context)
            return try Exchange.answer(
                try await parts.credentials.change(input.device, input.change, of: input.employee))
        }
        router.put("api/licence-key") { request, _ in
            try await parts.administrator(request)
            let input = try await Exchange.input(request)
            try input.allowOnly(["key"])
            try await take(try input.text("key", KeyRing.keyLength))
            return try Exchange.answer(["result": "OK"])
        }
    }

    /// `{"device": "browser" | "phone", "change": "password" | "disable" | "enable"}`: administrators everything, everybody
    /// a new password of his own.
    private func change(
        _ request: Request, _ context: BasicRequestContext
    ) async throws -> (employee: EmployeeID, device: PhoneDevice, change: PhoneChange) {
        let asker = try await parts.employee(request)
        let id = EmployeeID(rawValue: try context.identifier())
        let input = try await Exchange.input(request)
        try input.allowOnly(["device", "change"])
        let device: PhoneDevice = try choice("device", input)
        let change: PhoneChange = try choice("change", input)
        guard asker.isAdmin || (asker.id == id && change == .password) else {
            throw PortalRefusal(.notAllowed, "only administrators may change this; ask one")
        }
        let found = try await parts.database.read { try EmployeeStore(transaction: $0).find(id) }
        guard found != nil else { throw PortalRefusal(.notFound, "there is no such employee") }
        return (id, device, change)
    }

    private func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ input: InputReader
    ) throws -> Choice where Choice.RawValue == String {
        guard let choice = Choice(rawValue: try input.text(name, 1...32)) else {
            let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw InputError(path: name, expected: "one of \(allowed)", found: "another text")
        }
        return choice
    }

    /// A key that the controller does not know would cut the portal off: it is tried before it is taken.
    private func take(_ key: String) async throws {
        do {
            let candidate = RequestKey(licenceKey: key, direction: .portalToController)
            try await parts.connect { candidate }.ask("CheckConnection", [:])
        } catch ControllerFailure.unavailable(let reason) {
            throw PortalRefusal(
                .controllerAway, "the key was not taken, as the controller did not accept it: \(reason)")
        }
        try await parts.keys.set(key, configured: parts.configuration.licenceKey, at: parts.now())
    }
}
