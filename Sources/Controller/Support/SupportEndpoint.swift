import Foundation
import HTTPTypes
import Hummingbird

/// `/support/grants…`: how a person of the support asks for access, and what a portal's grant lets them see.
///
/// A look is in the journal, and the message of it in the portal's outbox, before anything is read for its answer.
struct SupportEndpoint: Sendable {
    let store: SupportStore
    let portals: PortalRegistry
    let view: CallView
    let desk: HistoryDesk
    let lines: LineSettingsStore
    let accounts: AccountStore
    let statement: StatementDesk
    let logs: SessionLogs
    let recordings: RecordingEndpoint
    let now: @Sendable () -> Moment

    private static let place = "support/grants/:grant"

    var endpoints: [Endpoint] {
        [
            .staff(.support, .post, "support/grants") { try await ask(try await $0.object(), try $0.person()) },
            .staff(.support, .get, "support/grants") { visit in
                let moment = now()
                let grants = try await store.grants(of: try visit.person().name)
                return ["grants": .list(grants.map { $0.json(at: moment) })]
            },
            .staff(.support, .get, Self.place) { try await show($0) },
            .staff(.support, .get, "\(Self.place)/calls") { try await find($0) },
            .staff(.support, .get, "\(Self.place)/calls/:call") { try await call($0) },
            Endpoint(.get, "\(Self.place)/calls/:call/log", .staff(.support) { try await log($0) }),
            Endpoint(.get, "\(Self.place)/calls/:call/recording", .staff(.support) { try await recording($0) }),
            .staff(.support, .get, "\(Self.place)/lines") { visit in
                let portal = try await look(.lines, "", visit).portal
                return ["lines": .list(try await lines.list(portal).map(\.json))]
            },
            .staff(.support, .get, "\(Self.place)/lines/:line") { try await line($0) },
            .staff(.support, .get, "\(Self.place)/account") { visit in
                try await account(try await look(.account, "", visit).portal)
            },
        ]
    }

    // MARK: Requests

    private func ask(_ json: JSONValue, _ member: StaffMember) async throws -> JSONValue {
        let portal = PortalID(rawValue: json["portal"]?.string ?? "")
        guard portal.isWellFormed, let code = SupportCode(json["code"]?.string ?? "") else {
            throw ControllerError(
                .wrongRequest, "portal and code must be what the portal's administrator reads out, like K7QF-2MXD-9RTA")
        }
        let reason = json["reason"]?.string ?? ""
        let letters = reason.unicodeScalars
        guard (1...500).contains(letters.count), !letters.contains(where: { $0.value < 0x20 }) else {
            throw ControllerError(
                .wrongRequest, "reason must tell the portal what the access is for, in 1 to 500 characters on one line")
        }
        guard let seconds = json["seconds"]?.int64, SupportGrant.lengths.contains(seconds) else {
            throw ControllerError(
                .wrongRequest,
                "seconds must be a number from \(SupportGrant.lengths.lowerBound) to \(SupportGrant.lengths.upperBound)"
            )
        }
        let wish = SupportGrant.Wish(
            reason: reason, scopes: try SupportScope.list(json["scopes"], "scopes"), seconds: seconds)
        let moment = now()
        let grant = try await store.ask(wish, portal, code, by: member.name, at: moment)
        return grant.json(at: moment)
    }

    private func show(_ visit: Visit) async throws -> JSONValue {
        let (grant, looks) = try await store.grant(
            GrantID(rawValue: visit.segment("grant")), of: try visit.person().name)
        guard case .object(let fields) = grant.json(at: now()) else { return .null }
        return .object(fields + [JSONValue.Field(name: "journal", value: .list(looks.map(\.json)))])
    }

    // MARK: Looks

    /// Lets a look happen that the grant allows, after it was written down.
    private func look(_ act: SupportLook.Act, _ object: String, _ visit: Visit) async throws -> SupportGrant {
        let look = SupportLook(act, object, by: try visit.person().name, at: now())
        let grant = try await store.look(look, GrantID(rawValue: visit.segment("grant")))
        return grant
    }

    private func find(_ visit: Visit) async throws -> JSONValue {
        let query = visit.query.sorted { $0.key < $1.key }
        let grant = try await look(
            .calls, query.map { "\($0.key)=\($0.value)" }.joined(separator: " "), visit)
        guard let portal = try await portals.find(grant.portal) else { throw CallView.noCall }
        return try await desk.find(
            .object(query.map { JSONValue.Field(name: $0.key.uppercased(), value: .text($0.value)) }), portal)
    }

    private func call(_ visit: Visit) async throws -> JSONValue {
        let key = try Self.key(visit)
        let portal = try await look(.call, key.rawValue, visit).portal
        return try await view.show(key, portal)
    }

    private func log(_ visit: Visit) async throws -> Response {
        let key = try Self.key(visit)
        let portal = try await look(.log, key.rawValue, visit).portal
        return try await logs.read(key, portal)
    }

    /// The sound itself and no link to it, which would open it after the grant's end.
    private func recording(_ visit: Visit) async throws -> Response {
        let key = try Self.key(visit)
        let portal = try await look(.recording, key.rawValue, visit).portal
        return try await recordings.play(key, portal, range: visit.request.headers[.range])
    }

    private func line(_ visit: Visit) async throws -> JSONValue {
        let name = visit.segment("line")
        let portal = try await look(.line, name, visit).portal
        guard let line = try await lines.find(LineKey(rawValue: name), portal) else {
            throw ControllerError(.lineUnknown, "no call has asked for such a line; list the lines")
        }
        return line.json
    }

    private func account(_ portal: PortalID) async throws -> JSONValue {
        guard let account = try await accounts.find(portal) else {
            throw ControllerError(.accountUnknown, "the portal has no account yet")
        }
        let balance = try await balance(account, portal)
        return [
            "balance": balance?["BALANCE"] ?? .null, "currency": balance?["CURRENCY"] ?? .null,
            "blocked": balance.map { .flag($0["BLOCKED"] == "Y") } ?? .null, "balance_at": balance?["AT"] ?? .null,
            "account_name": .text(account.name), "account_id": account.accountID.json,
            "domain": account.applicationName.json, "scenario_version": account.scenarioVersion.json,
            "users": .list(
                try await accounts.users(portal).map { ["login": .text($0.login), "enabled": .flag($0.isEnabled)] }),
            "numbers": .list(try await accounts.numbers(portal).map(JSONValue.text)),
        ]
    }

    /// Nil for an account that is not complete, and when nobody knows its balance.
    private func balance(_ record: AccountRecord, _ id: PortalID) async throws -> JSONValue? {
        guard let account = record.account, let portal = try await portals.find(id) else { return nil }
        return try? await statement.balance(account, portal)
    }

    // MARK: Reading and writing

    private static func key(_ visit: Visit) throws(ControllerError) -> CallKey {
        guard let key = CallKey(rawValue: visit.segment("call")) else { throw CallView.noCall }
        return key
    }
}
