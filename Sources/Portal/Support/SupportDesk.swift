import Storage

/// What administrators say about support; the controller carries it out, and its answer is kept.
struct SupportDesk: Sendable {
    let database: Database
    let controller: ControllerPort

    /// A code to read out to the support: `portal`, `code`, `expires_at`.
    func code() async throws -> JSONValue {
        let answer = try InputReader(try await controller.ask("NewSupportCode", [:]))
        return [
            "portal": .text(try answer.text("PORTAL", 1...64)), "code": .text(try answer.text("CODE", 1...64)),
            "expires_at": .integer(try answer.integer("EXPIRES_AT", 0...1 << 40)),
        ]
    }

    /// Lets the person look, or look at something else or for another time than before.
    ///
    /// - Throws: ``PortalRefusal`` for an unknown request, `ControllerFailure`.
    func grant(
        _ id: String, _ scopes: [SupportRequest.Scope], seconds: Int64, by employee: EmployeeID
    ) async throws -> SupportRequest {
        try await answer(
            id, "GrantSupport",
            [
                "SCOPES": .list(scopes.map { .text($0.rawValue) }), "SECONDS": .integer(seconds),
            ], by: employee)
    }

    /// Refuses what is asked, ends what is granted, from now on.
    func end(_ id: String, by employee: EmployeeID) async throws -> SupportRequest {
        try await answer(id, "EndSupport", [:], by: employee)
    }

    private func answer(
        _ id: String, _ command: String, _ more: [String: JSONValue], by employee: EmployeeID
    ) async throws -> SupportRequest {
        guard var request = try await database.read({ try SupportStore(transaction: $0).find(id) }) else {
            throw PortalRefusal(.notFound, "nobody of the support has asked under this name")
        }
        let body = more.merging(["GRANT_ID": .text(id), "USER_ID": .integer(employee.rawValue)]) { first, _ in first }
        let answer = try InputReader(try await controller.ask(command, .object(body)))
        request.state = SupportRequest.State(rawValue: try answer.text("STATE", 1...20)) ?? .ended
        request.granted = try answer.scopes("SCOPES")
        request.until = try answer.optionalInteger("UNTIL", 0...1 << 40)
        request.answeredBy = employee
        let changed = request
        try await database.write { try SupportStore(transaction: $0).answered(changed) }
        return changed
    }
}
