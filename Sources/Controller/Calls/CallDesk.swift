import Foundation

/// What a portal asks of single calls, of those that go on, and of calls that might come.
struct CallDesk: Sendable {
    private static let mostCalls: Int64 = 500

    let calls: CallStore
    let view: CallView
    let logs: SessionLogs
    let routing: CallRouting
    let now: @Sendable () -> Moment

    var commands: [PortalCommand] {
        [
            PortalCommand("GetRunningCalls") { try await running(CommandFields($0), $1) },
            PortalCommand("GetCall") { ["result": try await view.show(try Self.key($0), $1.id)] },
            PortalCommand("GetCallLog", answering: { try await logs.read(try Self.key($0), $1.id) }),
            PortalCommand("ExplainRoute") { ["result": try await explain($0, $1)] },
        ]
    }

    /// Calls that have no history yet, the longest first.
    private func running(_ fields: CommandFields, _ portal: Portal) async throws -> JSONValue {
        let limit = try fields.integer("LIMIT", 1...Self.mostCalls, fallback: Self.mostCalls)
        return ["result": .list(try await calls.open(portal.id, limit: Int(limit)).map(Self.json))]
    }

    private static func json(_ call: CallRecord) -> JSONValue {
        [
            "call_id": .text(call.key.rawValue), "line": .text(call.line.rawValue),
            "phone_number": .text(call.phoneNumber), "caller": .text(call.callerID),
            "state": .text(call.state.rawValue), "user_id": call.userID.json,
            "created_at": .integer(call.createdAt.milliseconds), "connected_at": (call.connectedAt?.milliseconds).json,
        ]
    }

    /// Who would get such a call, and why; nothing is rung and nothing remembered.
    private func explain(_ json: JSONValue, _ portal: Portal) async throws -> JSONValue {
        let fields = CommandFields(json)
        guard let line = try fields.optionalText("LINE", 1...255) else {
            throw ControllerError(.wrongRequest, "LINE must name a line")
        }
        let time = try time(json["AT"])
        let decision = try await routing.explain(
            line: LineKey(rawValue: line), callerID: try fields.optionalText("CALLER", 0...255) ?? "",
            dialledCode: try fields.optionalText("DIRECT_CODE", 0...32), time: time, portal)
        return decision.json(at: time)
    }

    /// Seconds since 1970, or ISO 8601; now when missing.
    private func time(_ json: JSONValue?) throws(ControllerError) -> Moment {
        guard let json, json != .null else { return now() }
        let date = json.string.flatMap { text in
            // Foundation takes no notice of what follows the zone.
            text.wholeMatch(of: /[0-9-]{10}T[0-9:]{8}(Z|[+-][0-9:]{4,5})/) == nil
                ? nil : try? Date(text, strategy: .iso8601)
        }
        guard let seconds = json.int64 ?? date.map({ Int64($0.timeIntervalSince1970) }),
            (0...Int64(1 << 40)).contains(seconds)
        else { throw ControllerError(.wrongRequest, "AT must be seconds since 1970 or like 2026-03-01T09:00:00Z") }
        return Moment(milliseconds: seconds * 1000)
    }

    private static func key(_ json: JSONValue) throws(ControllerError) -> CallKey {
        guard let key = CallKey(rawValue: json["CALL_ID"]?.string ?? "") else {
            throw ControllerError(.wrongRequest, "CALL_ID must be a text of 1 to \(CallKey.longest) characters")
        }
        return key
    }
}
