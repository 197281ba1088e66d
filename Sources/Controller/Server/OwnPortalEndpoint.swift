import HTTPTypes
import Hummingbird

/// `/admin/portals/<portal>/…` and `/admin/calls/<call>/…`: the insides of portals that are the operator's own.
///
/// Those of the configuration are; of all others this is theirs, and whoever must see it asks them for permission.
struct OwnPortalEndpoint: Sendable {
    private static let mostNumbers: Int64 = 1000

    let own: Set<PortalID>
    let accounts: AccountStore
    let lines: LineSettingsStore
    let numbers: NumberStore
    let calls: CallStore
    let logs: SessionLogs
    let recordings: RecordingEndpoint

    var endpoints: [Endpoint] {
        [
            .staff(.viewer, .get, "admin/portals/:portal/users") { try await users(try portal($0)) },
            .staff(.viewer, .get, "admin/portals/:portal/lines") { try await lines(try portal($0)) },
            .staff(.viewer, .get, "admin/portals/:portal/numbers") { try await numbers(try portal($0)) },
            Endpoint(
                .get, "admin/calls/:call/log",
                .staff(.viewer) {
                    let call = try await call($0)
                    return try await logs.read(call.key, call.portal)
                }),
            Endpoint(
                .get, "admin/calls/:call/recording",
                .staff(.viewer) {
                    let call = try await call($0)
                    return try await recordings.play(call.key, call.portal, range: $0.request.headers[.range])
                }),
        ]
    }

    private func portal(_ visit: Visit) throws(ControllerError) -> PortalID {
        guard own.contains(visit.portalID) else {
            throw ControllerError(
                .accountUnknown,
                "this is no portal of the configuration; another one: ask it for access ('switchboard "
                    + "support request')")
        }
        return visit.portalID
    }

    private func call(_ visit: Visit) async throws -> CallRecord {
        guard let key = CallKey(rawValue: visit.segment("call")), let call = try await calls.findAll(key).first else {
            throw ControllerError(.callNotFound, "there is no such call")
        }
        guard own.contains(call.portal) else { throw Self.notOwn }
        return call
    }

    /// The logins of employees' devices.
    private func users(_ portal: PortalID) async throws -> JSONValue {
        [
            "users": .list(
                try await accounts.users(portal).map { ["login": .text($0.login), "enabled": .flag($0.isEnabled)] })
        ]
    }

    /// As calls have asked for them.
    private func lines(_ portal: PortalID) async throws -> JSONValue {
        ["lines": .list(try await lines.list(portal).map(\.json))]
    }

    private func numbers(_ portal: PortalID) async throws -> JSONValue {
        let rented = try await numbers.page(portal, after: "", limit: Self.mostNumbers)
        return [
            "numbers": .list(rented.map(\.json)),
            "bound": .list(try await accounts.numbers(portal).map(JSONValue.text)),
        ]
    }

    private static let notOwn = ControllerError(
        .refused, "this is the portal's own affair; ask it for access ('switchboard support request')")
}
