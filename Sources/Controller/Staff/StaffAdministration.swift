import Digests
import HTTPTypes

/// `/admin/staff…`: who belongs to the operator's staff, and their tokens; `/admin/journal`: what they have done.
struct StaffAdministration: Sendable {
    private static let mostLines = 500

    let store: StaffStore
    let journal: StaffJournal
    let now: @Sendable () -> Moment

    var endpoints: [Endpoint] {
        [
            .staff(.administrator, .get, "admin/staff") { _ in
                ["staff": .list(try await store.list().map(\.json))]
            },
            .staff(.administrator, .post, "admin/staff") { try await add(try await $0.object(), try $0.person()) },
            .staff(.administrator, .post, "admin/staff/:name/token") { visit in
                let token = Self.freshToken()
                return Self.with(
                    token,
                    try await change(visit, .tokenRenewed) { try await store.renew($0, token: token, $1) })
            },
            .staff(.administrator, .post, "admin/staff/:name/enable") {
                try await change($0, .staffEnabled) { try await store.setEnabled(true, $0, $1) }.json
            },
            .staff(.administrator, .post, "admin/staff/:name/disable") {
                try await change($0, .staffDisabled) { try await store.setEnabled(false, $0, $1) }.json
            },
            .staff(.administrator, .get, "admin/journal") { try await lines($0) },
        ]
    }

    /// Carries out what is done to the person that the path names.
    private func change(
        _ visit: Visit, _ kind: StaffAct.Kind, _ work: (String, StaffAct) async throws -> StaffMember
    ) async throws -> StaffMember {
        let name = visit.segment("name")
        let act = StaffAct(kind, name, by: try visit.person().name, at: now())
        let member = try await work(name, act)
        journal.log(act)
        return member
    }

    /// `{"journal": […], "next": number or null}`, the latest first, beginning below `before`.
    private func lines(_ visit: Visit) async throws -> JSONValue {
        let limit = try visit.number("limit", 1...Self.mostLines, fallback: 50)
        let before = try visit.number("before", 1...Int.max, fallback: Int.max)
        let lines = try await journal.page(before: Int64(before), limit: limit)
        return [
            "journal": .list(lines.map(\.json)), "next": lines.count == limit ? (lines.last?.id).json : .null,
        ]
    }

    /// The answer holds the token, this once.
    private func add(_ json: JSONValue, _ person: StaffMember) async throws -> JSONValue {
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
        let act = StaffAct(.staffAdded, "\(name) \(role.rawValue)", by: person.name, at: now())
        try await store.add(member, token: token, act)
        journal.log(act)
        return Self.with(token, member)
    }

    private static func freshToken() -> Secret { Secret(Hexadecimal.encode(SecureRandom.bytes(32))) }

    private static func with(_ token: Secret, _ member: StaffMember) -> JSONValue {
        guard case .object(let fields) = member.json else { return member.json }
        return .object(fields + [JSONValue.Field(name: "token", value: .text(token.revealed))])
    }
}
