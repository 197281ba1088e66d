import Foundation
import HTTPTypes

/// `/admin/…`: what the operator looks at, behind a bearer token.
///
/// Of the portals of the configuration, which are the operator's own, he sees everything; of others what counts and
/// durations tell. Whoever must know more needs the portal's permission.
struct AdminEndpoint: Sendable {
    private static let mostCalls = 500
    private static let mostCandidates = 10

    /// Those of the configuration.
    let own: Set<PortalID>
    let portals: PortalRegistry
    let calls: CallStore
    let history: HistoryStore
    let outbox: OutboxStore
    let totals: CallTotals
    let routing: CallRouting
    let balances: BalanceDesk
    let now: @Sendable () -> Moment

    var endpoints: [Endpoint] {
        [
            .staff(.viewer, .get, "admin/calls") {
                try await list(limit: try $0.number("limit", 1...Self.mostCalls, fallback: 50))
            },
            .staff(.viewer, .get, "admin/calls/:call") { try await show($0.segment("call")) },
            .staff(.viewer, .get, "admin/balance/:portal") { try await balance($0.segment("portal")) },
            .staff(.viewer, .get, "admin/route/explain") { try await explain($0.query) },
            .staff(.viewer, .get, "admin/totals") { try await total($0.query) },
        ]
    }

    /// The latest calls, newest first.
    private func list(limit: Int) async throws -> JSONValue {
        var rows: [JSONValue] = []
        for call in try await calls.latest(limit: limit) {
            rows.append(own.contains(call.portal) ? try await whole(call) : Self.outline(call))
        }
        let waiting = try await outbox.waiting().sorted { $0.key < $1.key }
        return [
            "calls": .list(rows),
            "outbox": .object(waiting.map { JSONValue.Field(name: $0.key.rawValue, value: .integer($0.value)) }),
        ]
    }

    /// One call with every decision that was made for it.
    private func show(_ text: String) async throws -> JSONValue {
        guard let key = CallKey(rawValue: text), let call = try await calls.findAll(key).first else {
            throw ControllerError(.callNotFound, "there is no such call")
        }
        guard own.contains(call.portal), case .object(let fields) = try await whole(call) else {
            return Self.outline(call)
        }
        return .object(fields + [JSONValue.Field(name: "decisions", value: .list(call.decisions))])
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

    /// Who would get such a call, and why.
    private func explain(_ query: [String: String]) async throws -> JSONValue {
        guard let line = query["line"], !line.isEmpty else {
            throw ControllerError(.wrongRequest, "line must name a line")
        }
        let time = try time(query["at"])
        var failure: any Error = ControllerError(.lineUnknown, "no portal has this line")
        for portal in try await candidates(query["portal"]) {
            do {
                let decision = try await routing.explain(
                    line: LineKey(rawValue: line), callerID: query["caller"] ?? "", dialledCode: query["code"],
                    time: time, portal)
                guard case .object(let fields) = decision.json(at: time) else { continue }
                return .object([JSONValue.Field(name: "portal", value: .text(portal.id.rawValue))] + fields)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    /// The portal of that name, or without one the first few: who has many says which.
    private func candidates(_ name: String?) async throws -> [Portal] {
        guard let name else {
            var found: [Portal] = []
            for id in own.sorted(by: { $0.rawValue < $1.rawValue }).prefix(Self.mostCandidates) {
                if let portal = try await portals.find(id) { found.append(portal) }
            }
            return found
        }
        guard own.contains(PortalID(rawValue: name)) else {
            throw ControllerError(
                .refused, "how calls of this portal are routed is its own affair; ask it for access")
        }
        return [try await portals.find(PortalID(rawValue: name))].compactMap { $0 }
    }

    /// Seconds since 1970, or ISO 8601; now when missing.
    private func time(_ text: String?) throws(ControllerError) -> Moment {
        guard let text, !text.isEmpty else { return now() }
        if let seconds = Int64(text), (0...Int64(1 << 40)).contains(seconds) {
            return Moment(milliseconds: seconds * 1000)
        }
        guard let date = try? Date(text, strategy: .iso8601) else {
            throw ControllerError(.wrongRequest, "at must be seconds since 1970 or like 2026-03-01T09:00:00Z")
        }
        return Moment(milliseconds: Int64(date.timeIntervalSince1970) * 1000)
    }

    private func whole(_ call: CallRecord) async throws -> JSONValue {
        let entry = try await history.find(call.key, call.portal)
        return [
            "call_id": .text(call.key.rawValue), "portal": .text(call.portal.rawValue),
            "line": .text(call.line.rawValue), "phone_number": .text(call.phoneNumber),
            "caller": .text(call.callerID), "state": .text(call.state.rawValue), "user_id": call.userID.json,
            "answer": call.lastAnswer.json, "created_at": .integer(call.createdAt.milliseconds),
            "connected_at": (call.connectedAt?.milliseconds).json, "ended_at": (call.endedAt?.milliseconds).json,
            "history": entry?.json ?? .null, "history_source": (entry?.source).json,
        ]
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
