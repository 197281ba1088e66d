/// What portals say about support: codes to read out, and answers to those who ask for access.
struct SupportDesk: Sendable {
    let store: SupportStore
    let now: @Sendable () -> Moment

    var commands: [PortalCommand] {
        [
            PortalCommand("NewSupportCode") { _, portal in try await code(portal) },
            PortalCommand("GrantSupport") { json, portal in
                let scopes = try SupportScope.list(json["SCOPES"], "SCOPES")
                guard let seconds = json["SECONDS"]?.int64 else {
                    throw ControllerError(.wrongRequest, "SECONDS must be a number of seconds")
                }
                return try await answer(json, portal) { grant, moment in
                    try grant.granted(scopes, for: seconds, at: moment)
                }
            },
            PortalCommand("EndSupport") { json, portal in
                try await answer(json, portal) { grant, moment in grant.ended(at: moment) }
            },
        ]
    }

    private func code(_ portal: Portal) async throws -> JSONValue {
        let (code, end) = (SupportCode.fresh(), now().adding(SupportCode.life))
        try await store.save(code, portal.id, until: end)
        return [
            "PORTAL": .text(portal.id.rawValue), "CODE": .text(code.text), "EXPIRES_AT": .integer(end.seconds),
        ]
    }

    private func answer(
        _ json: JSONValue, _ portal: Portal,
        _ change: @escaping @Sendable (SupportGrant, Moment) throws -> SupportGrant
    ) async throws -> JSONValue {
        guard let id = json["GRANT_ID"]?.string, (1...64).contains(id.utf8.count) else {
            throw ControllerError(.wrongRequest, "GRANT_ID must be that of a request for access")
        }
        guard let employee = json["USER_ID"]?.int64, employee > 0 else {
            throw ControllerError(.wrongRequest, "USER_ID must be the identifier of the employee who answers")
        }
        let moment = now()
        let grant = try await store.answer(
            GrantID(rawValue: id), portal.id, by: "employee \(employee)", at: moment
        ) { try change($0, moment) }
        return grant.answer(at: moment)
    }
}
