import HTTPTypes

/// `/admin/…`: what the operator looks at, behind a bearer token.
///
/// Of calls he sees that they are and how long. Whoever must know more signs as the portal, or needs its permission.
struct AdminEndpoint: Sendable {
    private static let mostCalls = 500
    /// Portals of which is told how many messages wait for them.
    private static let mostPortals = 100

    let portals: PortalRegistry
    let calls: CallStore
    let outbox: OutboxStore
    let totals: CallTotals
    let balances: BalanceDesk

    var endpoints: [Endpoint] {
        [
            .staff(.viewer, .get, "admin/calls") {
                try await list(limit: try $0.number("limit", 1...Self.mostCalls, fallback: 50))
            },
            .staff(.viewer, .get, "admin/calls/:call") { try await show($0.segment("call")) },
            .staff(.viewer, .get, "admin/balance/:portal") { try await balance($0.segment("portal")) },
            .staff(.viewer, .get, "admin/totals") { try await total($0.query) },
        ]
    }

    /// The latest calls, newest first.
    private func list(limit: Int) async throws -> JSONValue {
        let rows = try await calls.latest(limit: limit).map(Self.outline)
        let waiting = try await outbox.waiting(limit: Self.mostPortals).sorted { $0.key < $1.key }
        return [
            "calls": .list(rows),
            "outbox": .object(waiting.map { JSONValue.Field(name: $0.key.rawValue, value: .integer($0.value)) }),
        ]
    }

    /// How far a call is.
    private func show(_ text: String) async throws -> JSONValue {
        guard let key = CallKey(rawValue: text), let call = try await calls.findAll(key).first else {
            throw ControllerError(.callNotFound, "there is no such call")
        }
        return Self.outline(call)
    }

    /// When a portal is warned of its balance, and why then.
    private func balance(_ id: String) async throws -> JSONValue {
        try await balances.explain(try await portal(id))
    }

    /// - Throws: `ControllerError` with `accountUnknown` when nobody knows such a portal.
    func portal(_ id: String) async throws -> Portal {
        guard let portal = try await portals.find(PortalID(rawValue: id)) else {
            throw ControllerError(.accountUnknown, "there is no such portal; 'switchboard account list' names them")
        }
        return portal
    }

    /// Nothing of who spoke with whom.
    private static func outline(_ call: CallRecord) -> JSONValue {
        [
            "call_id": .text(call.key.rawValue), "portal": .text(call.portal.rawValue),
            "state": .text(call.state.rawValue), "created_at": .integer(call.createdAt.milliseconds),
            "connected_at": (call.connectedAt?.milliseconds).json, "ended_at": (call.endedAt?.milliseconds).json,
        ]
    }
}
