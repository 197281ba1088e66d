import RequestSigning

extension PortalRecord {
    /// How long a portal may sign with its former key when nobody says otherwise.
    static let keyOverlap = Duration.seconds(7 * 86_400)

    /// After the licence server's answer. The currency stays what it was: the account's money is in it.
    static func licensed(
        by licence: Licence, _ id: PortalID, before: PortalRecord?, at moment: Moment
    ) -> PortalRecord {
        let standing = LicenceStanding(until: licence.until, checkedAt: moment)
        guard var record = before else {
            return PortalRecord(
                id: id, kind: licence.kind, baseURL: licence.baseURL, currency: licence.currency,
                region: licence.region, keys: PortalKeys(licence.key), licence: standing, needsScenarioKey: false,
                createdAt: moment)
        }
        record.licence = standing
        if licence.key != record.keys.current, licence.kind != record.kind || licence.baseURL != record.baseURL {
            // Another key at another place: nobody at the former one is the portal any more.
            record = record.moved(
                to: licence.baseURL, licence.kind, key: licence.key, request: "licence-\(moment.milliseconds)",
                at: moment)
        }
        record.kind = licence.kind
        record.baseURL = licence.baseURL
        record.region = licence.region
        record.change(key: licence.key, overlap: keyOverlap, at: moment)
        return record
    }

    /// After the licence server has said that there is no licence.
    func unlicensed(at moment: Moment) -> PortalRecord {
        var record = self
        record.licence = LicenceStanding(until: min(licence.until ?? moment, moment), checkedAt: moment)
        return record
    }

    /// The portal of a row of the built-in licence table, which counts for everything that it says.
    static func listed(_ access: PortalAccess, before: PortalRecord?, at moment: Moment) -> PortalRecord {
        let standing = LicenceStanding(until: access.licensedUntil.map { Moment(milliseconds: $0 * 1000) })
        guard var record = before else {
            return PortalRecord(
                id: access.id, kind: access.kind, baseURL: access.baseURL, currency: access.currency,
                region: access.region, keys: PortalKeys(access.licenceKey), listedKey: access.licenceKey,
                licence: standing, needsScenarioKey: false, createdAt: moment)
        }
        record.licence = standing
        // A row from before a move says where the portal was; it counts again when it has another key.
        if record.move != nil, record.listedKey == access.licenceKey { return record }
        record.kind = access.kind
        record.baseURL = access.baseURL
        record.region = access.region
        if record.listedKey != access.licenceKey {
            // Both sides read the same file: there is nobody left who has the former key.
            record.change(key: access.licenceKey, overlap: .zero, at: moment)
            record.listedKey = access.licenceKey
        }
        return record
    }

    /// The portal at another place, where it is known by another key; the keys of the former place end at once.
    func moved(
        to baseURL: String, _ kind: PortalKind, key: Secret, request: String, at moment: Moment
    ) -> PortalRecord {
        var record = self
        (record.baseURL, record.kind) = (baseURL, kind)
        let running = needsScenarioKey ? keys.previous?.key ?? keys.current : keys.current
        record.keys = keys.moved(to: key, running: running, at: moment)
        record.needsScenarioKey = true
        record.move = Move(request: request, at: moment)
        return record
    }

    /// Another key from now on, the one that the portal uses good for `overlap`; the same key changes nothing.
    mutating func change(key: Secret, overlap: Duration, at moment: Moment) {
        guard key != keys.current else { return }
        keys = keys.rotated(to: key, overlap: overlap, at: moment)
        needsScenarioKey = true
    }
}
