import Digests
import HTTPTypes

/// `/admin/staff…`: who belongs to the operator's staff, and their tokens.
struct StaffAdministration: Sendable {
    let store: StaffStore
    let now: @Sendable () -> Moment

    var endpoints: [Endpoint] {
        [
            .staff(.administrator, .get, "admin/staff") { _ in
                ["staff": .list(try await store.list().map(\.json))]
            },
            .staff(.administrator, .post, "admin/staff") { try await add(try await $0.object()) },
            .staff(.administrator, .post, "admin/staff/:name/token") { visit in
                let token = Self.freshToken()
                return Self.with(token, try await store.renew(visit.segment("name"), token: token))
            },
            .staff(.administrator, .post, "admin/staff/:name/enable") {
                try await store.setEnabled(true, $0.segment("name")).json
            },
            .staff(.administrator, .post, "admin/staff/:name/disable") {
                try await store.setEnabled(false, $0.segment("name")).json
            },
        ]
    }

    /// The answer holds the token, this once.
    private func add(_ json: JSONValue) async throws -> JSONValue {
        let name = json["name"]?.plainText ?? ""
        guard StaffMember.isName(name), name != StaffGate.installation else {
            throw ControllerError(
                .wrongRequest,
                "name must be 1 to 64 latin letters, digits, dots, hyphens or underscores, and not \(StaffGate.installation)"
            )
        }
        guard let role = StaffRole(rawValue: json["role"]?.plainText ?? "") else {
            let allowed = StaffRole.allCases.map(\.rawValue).joined(separator: ", ")
            throw ControllerError(.wrongRequest, "role must be one of \(allowed)")
        }
        let member = StaffMember(name: name, role: role, isEnabled: true, createdAt: now())
        let token = Self.freshToken()
        try await store.add(member, token: token)
        return Self.with(token, member)
    }

    private static func freshToken() -> Secret { Secret(Hexadecimal.encode(SecureRandom.bytes(32))) }

    private static func with(_ token: Secret, _ member: StaffMember) -> JSONValue {
        guard case .object(let fields) = member.json else { return member.json }
        return .object(fields + [JSONValue.Field(name: "token", value: .text(token.revealed))])
    }
}
