import CallControl
import VoiceEngine

/// GetTrunks: how the carriers and PBX of the installation are.
///
/// The cloud has no such method: its trunks are nobody's business.
enum TrunkMethods {
    static let all: [APIMethod] = [
        APIMethod(
            name: "GetTrunks", access: .account, roles: .owners,
            work: .trunks { call in guard call.account.isMaster else { throw APIError.forbidden } })
    ]

    static func list(_ trunks: [TrunkStatus], at now: UnixTime) -> JSONValue {
        .list(trunks.map { trunk($0, at: now) }, total: Int64(trunks.count))
    }

    private static func trunk(_ trunk: TrunkStatus, at now: UnixTime) -> JSONValue {
        .members([
            "trunk_name": .string(trunk.name.rawValue),
            "servers": .array(trunk.servers.map { server($0, at: now) }),
            "may_register": .bool(trunk.hasLogin),
            "contacts": .array(trunk.contacts.map { contact($0, at: now) }),
        ])
    }

    private static func server(_ server: TrunkStatus.Server, at now: UnixTime) -> JSONValue {
        .members([
            "host": .string(server.host), "port": .optional(server.port.map(Int64.init)),
            "transport": .string(server.transport),
            "registration": server.registration.map { registration($0, at: now) },
            "places": .array(server.places.map { place($0, at: now) }),
        ])
    }

    private static func registration(_ registration: TrunkStatus.Registration, at now: UnixTime) -> JSONValue {
        .members([
            "state": .string(registration.state.rawValue), "ends": date(registration.ends, after: now),
            "last_failure": .optional(registration.failure.map(Int64.init)),
            "next_attempt": date(registration.next, after: now),
        ])
    }

    private static func place(_ place: TrunkStatus.Place, at now: UnixTime) -> JSONValue {
        .members([
            "address": .optional(place.address), "port": .optional(place.port.map(Int64.init)),
            "state": .string(place.health.rawValue), "since": date(place.since, before: now),
            "last_answer": date(place.lastAnswer, before: now), "rest_ends": date(place.restEnds, after: now),
        ])
    }

    private static func contact(_ contact: TrunkStatus.Contact, at now: UnixTime) -> JSONValue {
        .members([
            "uri": .string(contact.uri), "address": .string(contact.address), "port": .integer(Int64(contact.port)),
            "transport": .string(contact.transport), "ends": date(contact.ends, after: now),
            "user_agent": .optional(contact.product),
        ])
    }

    private static func date(_ span: Duration?, after now: UnixTime) -> JSONValue? {
        span.map { .string(DateText.utc.dateTime(UnixTime(milliseconds: now.milliseconds + milliseconds($0)))) }
    }

    private static func date(_ span: Duration?, before now: UnixTime) -> JSONValue? {
        span.map { .string(DateText.utc.dateTime(UnixTime(milliseconds: now.milliseconds - milliseconds($0)))) }
    }

    private static func milliseconds(_ span: Duration) -> Int64 {
        span.components.seconds * 1000 + span.components.attoseconds / 1_000_000_000_000_000
    }
}
