import Billing
import PhoneNumbers
import Storage

/// A portal as the database has it.
struct PortalRecord: Sendable, Equatable {
    var id: PortalID
    var kind: PortalKind
    /// Without a slash at the end.
    var baseURL: String
    /// Decides the master account; fixed once the account exists.
    var currency: Currency
    var region: Region
    var keys: PortalKeys
    /// The key that the configuration's table gave last; it counts again only when it changes there.
    var listedKey: Secret?
    var licence: LicenceStanding
    /// Whether the account's scenario still signs with an older key.
    var needsScenarioKey: Bool
    var createdAt: Moment
    /// The last move; nil for a portal that is where it was.
    var move: Move?

    /// That a portal's account went to another place.
    struct Move: Sendable, Equatable {
        /// Names the move, so that it is done once.
        var request: String
        var at: Moment
    }

    var access: PortalAccess {
        PortalAccess(
            id: id, licenceKey: keys.current, baseURL: baseURL, currency: currency, region: region,
            licensedUntil: licence.until?.seconds, kind: kind)
    }
}

extension PortalRecord {
    init(_ row: Row, _ secrets: StoredSecrets) throws {
        id = PortalID(rawValue: try row.text("portal_id"))
        kind = try Self.known(PortalKind(rawValue: try row.text("kind")), "kind")
        baseURL = try row.text("base_url")
        currency = try Self.known(Currency(rawValue: try row.text("currency")), "currency")
        region = try Self.known(Region(code: try row.text("region")), "region")
        let place = Self.keyPlace(id)
        var previous: PortalKeys.Previous?
        if let key = try row.optionalText("previous_key"), let until = try row.optionalInteger("previous_until") {
            previous = PortalKeys.Previous(
                key: try secrets.opened(key, place), until: Moment(milliseconds: until))
        }
        keys = PortalKeys(
            try secrets.opened(try row.text("licence_key"), place), previous: previous,
            isConfirmed: try row.flag("is_key_used"))
        if let key = try row.optionalText("moved_key"), let until = try row.optionalInteger("moved_until") {
            keys.beforeMove = PortalKeys.Previous(
                key: try secrets.opened(key, place), until: Moment(milliseconds: until))
        }
        if let request = try row.optionalText("move_id"), let at = try row.optionalInteger("moved_at") {
            move = Move(request: request, at: Moment(milliseconds: at))
        }
        listedKey = try row.optionalText("listed_key").map { try secrets.opened($0, place) }
        licence = LicenceStanding(
            until: try row.optionalInteger("licensed_until").map(Moment.init(milliseconds:)),
            checkedAt: try row.optionalInteger("licence_checked_at").map(Moment.init(milliseconds:)))
        needsScenarioKey = try row.flag("needs_scenario_key")
        createdAt = Moment(milliseconds: try row.integer("created_at"))
    }

    /// In the order of ``PortalStore``'s columns.
    func values(_ secrets: StoredSecrets) -> [SQLValue] {
        let place = Self.keyPlace(id)
        return [
            .text(id.rawValue), .text(kind.rawValue), .text(baseURL), .text(currency.rawValue), .text(region.code),
            .text(secrets.sealed(keys.current, place)),
            .optional(keys.previous.map { secrets.sealed($0.key, place) }),
            .optional(keys.previous?.until.milliseconds), .flag(keys.isConfirmed),
            .optional(listedKey.map { secrets.sealed($0, place) }),
            .optional(licence.until?.milliseconds), .optional(licence.checkedAt?.milliseconds),
            .flag(needsScenarioKey), .integer(createdAt.milliseconds),
            .optional(keys.beforeMove.map { secrets.sealed($0.key, place) }),
            .optional(keys.beforeMove?.until.milliseconds), .optional(move?.request),
            .optional(move?.at.milliseconds),
        ]
    }

    private static func keyPlace(_ id: PortalID) -> String { "portal.licence_key/\(id)" }

    private static func known<Value>(_ value: Value?, _ column: String) throws -> Value {
        guard let value else {
            throw ControllerError(.internalFailure, "the column \(column) of a portal holds an unknown value")
        }
        return value
    }
}
