import Billing
import HTTPTypes
import PhoneNumbers

/// `/admin/portals…`: the operator's look at portals, new ones, and new licence keys.
struct PortalAdministration: Sendable {
    private static let mostPortals = 500
    private static let longestOverlap: Int64 = 90 * 86_400

    let registry: PortalRegistry
    let accounts: AccountStore
    let journal: StaffJournal
    let now: @Sendable () -> Moment

    var endpoints: [Endpoint] {
        [
            .staff(.viewer, .get, "admin/portals") {
                try await list(
                    try $0.number("limit", 1...Self.mostPortals, fallback: 50), after: $0.query["after"])
            },
            .staff(.administrator, .post, "admin/portals") {
                try await create(try await $0.object(), by: try $0.person())
            },
            .staff(.viewer, .get, "admin/portals/:portal") { try await show($0.portalID) },
            .staff(.administrator, .post, "admin/portals/:portal/key") {
                try await rotate($0.portalID, try await $0.object(), by: try $0.person())
            },
            .staff(.administrator, .post, "admin/portals/:portal/move") {
                try await move($0.portalID, try await $0.object(), by: try $0.person())
            },
        ]
    }

    /// `{"portals": […], "next": identifier or null}`, by identifier, beginning behind `after`.
    private func list(_ limit: Int, after: String?) async throws -> JSONValue {
        let last = after.map { PortalID(rawValue: $0) }
        var page = try await registry.store.page(after: last, limit: limit + 1)
        let hasMore = page.count > limit
        if hasMore { page.removeLast() }
        var rows: [JSONValue] = []
        for record in page { rows.append(try await json(record)) }
        return ["portals": .list(rows), "next": hasMore ? (page.last?.id.rawValue).json : .null]
    }

    private func show(_ id: PortalID) async throws -> JSONValue {
        guard let record = try await registry.store.find(id) else { throw Self.unknown }
        return try await json(record)
    }

    /// The answer holds the licence key, this once.
    private func create(_ json: JSONValue, by person: StaffMember) async throws -> JSONValue {
        let id = PortalID(rawValue: json["portal"]?.plainText ?? "")
        guard id.isWellFormed else {
            throw ControllerError(
                .wrongRequest, "portal must be 1 to 64 latin letters, digits, dots, hyphens or underscores")
        }
        guard let address = PortalAddress(json["address"]?.plainText ?? "") else {
            throw ControllerError(.wrongRequest, "address must be an http or https address without a query")
        }
        let access = PortalAccess(
            id: id, licenceKey: PortalRegistry.freshKey(), baseURL: address.text,
            currency: try Self.choice("currency", json, Currency.init(rawValue:), Currency.allCases.map(\.rawValue)),
            region: try Self.choice("region", json, Region.init(code:), ["RU", "US", "another ISO 3166 code"]),
            licensedUntil: try Self.seconds("licensed_until", json),
            kind: try Self.choice("kind", json, PortalKind.init(rawValue:), PortalKind.allCases.map(\.rawValue)))
        let act = StaffAct(.portalAdded, id.rawValue, by: person.name, at: now())
        let record = try await registry.add(access, act)
        journal.log(act)
        return Self.with(key: access.licenceKey, try await self.json(record))
    }

    private func rotate(_ id: PortalID, _ json: JSONValue, by person: StaffMember) async throws -> JSONValue {
        let overlap = try Self.seconds("overlap_seconds", json) ?? PortalRecord.keyOverlap.components.seconds
        guard overlap <= Self.longestOverlap else {
            throw ControllerError(.wrongRequest, "overlap_seconds must be 0 to \(Self.longestOverlap)")
        }
        let act = StaffAct(.keyRotated, id.rawValue, by: person.name, at: now())
        guard let record = try await registry.rotateKey(id, overlap: .seconds(overlap), act) else {
            throw Self.unknown
        }
        journal.log(act)
        return Self.with(key: record.keys.current, try await self.json(record))
    }

    /// The answer holds the licence key of the new place, also when the same move comes again.
    private func move(_ id: PortalID, _ json: JSONValue, by person: StaffMember) async throws -> JSONValue {
        guard let address = PortalAddress(json["address"]?.string ?? "") else {
            throw ControllerError(.wrongRequest, "address must be an http or https address without a query")
        }
        let request = json["request"]?.string ?? ""
        guard StaffMember.isName(request), request.utf8.count >= 8 else {
            throw ControllerError(
                .wrongRequest,
                "request must name the move, in 8 to 64 latin letters, digits, dots, hyphens or underscores")
        }
        let kind = try Self.choice("kind", json, PortalKind.init(rawValue:), ["box", "cloud"])
        let act = StaffAct(.portalMoved, "\(id) \(address.text)", by: person.name, at: now())
        guard let record = try await registry.move(id, to: address, kind, request: request, act) else {
            throw Self.unknown
        }
        journal.log(act)
        return Self.with(key: record.keys.current, try await self.json(record))
    }

    // MARK: Reading and writing

    private func json(_ record: PortalRecord) async throws -> JSONValue {
        let account = try await accounts.find(record.id)
        return [
            "portal": .text(record.id.rawValue), "kind": .text(record.kind.rawValue),
            "address": .text(record.baseURL), "currency": .text(record.currency.code),
            "region": .text(record.region.code), "licensed_until": (record.licence.until?.seconds).json,
            "licence_checked_at": (record.licence.checkedAt?.seconds).json,
            "key_confirmed": .flag(record.keys.isConfirmed),
            "former_key_until": (record.keys.previous?.until.seconds).json,
            "moved_at": (record.move?.at.seconds).json,
            "sessions_of_former_place_until": (record.keys.beforeMove?.until.seconds).json,
            "account_id": (account?.accountID).json, "scenario_version": (account?.scenarioVersion).json,
            "created_at": .integer(record.createdAt.seconds),
        ]
    }

    private static func with(key: Secret, _ json: JSONValue) -> JSONValue {
        guard case .object(let fields) = json else { return json }
        return .object(fields + [JSONValue.Field(name: "licence_key", value: .text(key.revealed))])
    }

    private static var unknown: ControllerError {
        ControllerError(.accountUnknown, "there is no such portal; list them, or add it")
    }

    private static func seconds(_ name: String, _ json: JSONValue) throws(ControllerError) -> Int64? {
        guard let value = json[name], value != .null else { return nil }
        guard let seconds = value.int64, (0...Int64(1 << 40)).contains(seconds) else {
            throw ControllerError(.wrongRequest, "\(name) must be a number of seconds")
        }
        return seconds
    }

    private static func choice<Value>(
        _ name: String, _ json: JSONValue, _ read: (String) -> Value?, _ allowed: [String]
    ) throws(ControllerError) -> Value {
        // The first of the list is what a missing field means.
        let text = json[name]?.plainText ?? (json[name] == nil ? allowed.first : nil)
        guard let value = text.flatMap(read) else {
            throw ControllerError(.wrongRequest, "\(name) must be one of \(allowed.joined(separator: ", "))")
        }
        return value
    }
}
