import Foundation
import HTTPTypes

/// `/admin/scenario/versions…`: versions of the call scenario and their rollouts.
struct RolloutEndpoint: Sendable {
    private static let mostVersions = 200

    let desk: RolloutDesk

    var endpoints: [Endpoint] {
        [
            .staff(.viewer, .get, "admin/scenario/versions") { _ in try await list() },
            .staff(.viewer, .get, "admin/scenario/versions/:number") { try await show($0.segment("number")) },
            .staff(.publisher, .post, "admin/scenario/versions") {
                try await publish(try await $0.body(), try $0.person().name)
            },
            .staff(.publisher, .post, "admin/scenario/versions/:number/rollout") {
                try await rollout($0.segment("number"), try await $0.body(), try $0.person().name)
            },
        ]
    }

    /// All versions, newest first.
    private func list() async throws -> JSONValue {
        let versions = try await desk.versions.store.newest(limit: Self.mostVersions)
        return ["versions": .list(versions.map(\.json)), "all_accounts": try await desk.versions.store.spread().json]
    }

    private func show(_ text: String) async throws -> JSONValue { try await desk.status(try number(text)).json }

    /// `source`, and if it is to be: `note`, and `share`, `include`, `exclude`, which begin the rollout.
    private func publish(_ body: [UInt8], _ name: String) async throws -> JSONValue {
        let json = try object(body, ["source", "note", "share", "include", "exclude"])
        guard let source = try word(json, "source") else {
            throw ControllerError(.wrongRequest, "source must be the scenario's text")
        }
        let number = try await desk.publish(
            source: source, note: try word(json, "note") ?? "", by: name, change: try change(json))
        return try await desk.status(number).json
    }

    /// `action` pause, resume or stop; or `share`, `include`, `exclude`.
    private func rollout(_ text: String, _ body: [UInt8], _ name: String) async throws -> JSONValue {
        let number = try number(text)
        let json = try object(body, ["action", "share", "include", "exclude"])
        let change = try change(json)
        switch (try word(json, "action"), change) {
        case ("pause", nil): try await desk.pause(number, by: name)
        case ("resume", nil): try await desk.resume(number, by: name)
        case ("stop", nil): try await desk.stop(number, by: name)
        case (nil, let change?): try await desk.change(number, change, by: name)
        default:
            throw ControllerError(
                .wrongRequest, "give either action (pause, resume, stop) or some of share, include, exclude")
        }
        return try await desk.status(number).json
    }

    private func word(_ json: JSONValue, _ name: String) throws(ControllerError) -> String? {
        guard let value = json[name] else { return nil }
        guard let text = value.plainText else { throw ControllerError(.wrongRequest, "\(name) must be a text") }
        return text
    }

    private func number(_ text: String) throws(ControllerError) -> ScenarioNumber {
        guard let number = Int64(text), number > 0 else {
            throw ControllerError(.wrongRequest, "a scenario version is a number from 1")
        }
        return ScenarioNumber(rawValue: number)
    }

    private func object(_ body: [UInt8], _ names: Set<String>) throws(ControllerError) -> JSONValue {
        guard let json = JSONValue(Data(body)), case .object(let fields) = json else {
            throw ControllerError(.wrongRequest, "the body must be a JSON object")
        }
        if let unknown = fields.first(where: { !names.contains($0.name) }) {
            throw ControllerError(
                .wrongRequest, "there is no field \(unknown.name); known are \(names.sorted().joined(separator: ", "))")
        }
        return json
    }

    private func change(_ json: JSONValue) throws(ControllerError) -> RolloutDesk.Change? {
        var change = RolloutDesk.Change()
        if let share = json["share"] {
            guard case .integer(let number) = share, let value = PerMille(rawValue: number) else {
                throw ControllerError(.wrongRequest, "share must be a whole number of thousandths, 0 to 1000")
            }
            change.share = value
        }
        change.included = try portals(json, "include")
        change.excluded = try portals(json, "exclude")
        return change == RolloutDesk.Change() ? nil : change
    }

    private func portals(_ json: JSONValue, _ name: String) throws(ControllerError) -> Set<PortalID>? {
        guard let value = json[name] else { return nil }
        guard case .list(let list) = value, list.count <= Audience.mostNames else {
            throw ControllerError(.wrongRequest, "\(name) must be a list of at most \(Audience.mostNames) portals")
        }
        var portals: Set<PortalID> = []
        for element in list {
            guard let id = element.plainText.map(PortalID.init), id.isWellFormed else {
                throw ControllerError(.wrongRequest, "\(name) must hold identifiers of portals")
            }
            portals.insert(id)
        }
        return portals
    }
}

extension ScenarioVersion {
    /// As the operator sees it.
    var json: JSONValue {
        func names(_ portals: Set<PortalID>) -> JSONValue { .list(portals.sorted().map { .text($0.rawValue) }) }
        return [
            "version": .integer(number.rawValue), "state": .text(state.rawValue), "note": .text(note),
            "created_at": .integer(createdAt.milliseconds), "created_by": .text(createdBy), "digest": .text(digest),
            "share": .integer(audience.share.rawValue), "include": names(audience.included),
            "exclude": names(audience.excluded), "started_at": (startedAt?.milliseconds).json,
            "ended_at": (endedAt?.milliseconds).json, "reason": reason.json, "accounts": .integer(accounts),
        ]
    }
}

extension RolloutStatus {
    var json: JSONValue {
        guard case .object(let fields) = version.json else { return .null }
        let own: [JSONValue.Field] = [
            .init(name: "health", value: health.json),
            .init(name: "predecessor", value: (predecessor?.rawValue).json),
            .init(name: "predecessor_health", value: before?.json ?? .null),
            .init(name: "days", value: .list(days.sorted { $0.key > $1.key }.map(Self.day))),
            .init(
                name: "failing_portals",
                value: .list(worst.map { ["portal": .text($0.0.rawValue), "failed": .integer($0.1)] })),
            .init(name: "all_accounts", value: spread.json),
        ]
        return .object(fields + own)
    }

    private static func day(_ day: Int64, _ counts: SessionCounts) -> JSONValue {
        let date = PlatformDate.text(day * 86_400).prefix(10)
        guard case .object(let fields) = counts.json else { return .null }
        return .object([.init(name: "day", value: .text(String(date)))] + fields)
    }
}

extension AccountSpread {
    var json: JSONValue {
        [
            "accounts": .integer(accounts), "without_version": .integer(withoutVersion),
            "versions": .list(
                versions.map { ["version": .integer($0.number.rawValue), "accounts": .integer($0.accounts)] }),
        ]
    }
}

extension VersionHealth {
    var json: JSONValue {
        guard case .object(let fields) = whole.json else { return .null }
        return .object(fields + [.init(name: "failing_accounts", value: .integer(failingAccounts))])
    }
}

extension SessionCounts {
    var json: JSONValue {
        let bounds = Self.answerBounds.map { JSONValue.integer($0) } + [.null]
        return [
            "sessions": .integer(sessions), "failed": .integer(failed), "script_errors": .integer(scriptErrors),
            "answered": .integer(answered),
            "answer_seconds": .list(zip(bounds, answers).map { ["at_most": $0, "calls": .integer($1)] }),
        ]
    }
}
