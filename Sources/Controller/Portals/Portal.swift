import CRM
import RequestSigning

/// One portal with its keys and its connections, as it is at the moment of the question.
struct Portal: Sendable {
    let access: PortalAccess
    let keys: PortalKeys
    let licence: LicenceStanding
    let client: PortalClient
    let crm: CRMWithinLimit

    var id: PortalID { access.id }

    /// What its requests, or those of its scenarios, may be signed with now, the present key first.
    func requestKeys(_ direction: RequestKey.Direction, at moment: Moment) -> [RequestKey] {
        keys.accepted(at: moment).map { RequestKey(licenceKey: $0.revealed, direction: direction) }
    }
}
