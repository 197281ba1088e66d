import CRM
import RequestSigning

/// One licensed portal with its keys and its connections.
struct Portal: Sendable {
    let access: PortalAccess
    let keys: [RequestKey.Direction: RequestKey]
    let client: PortalClient
    let crm: CRMWithinLimit

    var id: PortalID { access.id }

    /// Throws when the licence has ended.
    func checkLicence(at moment: Moment) throws(ControllerError) {
        guard let end = access.licensedUntil, moment.seconds >= end else { return }
        throw ControllerError(.licence, "the portal's licence has ended; renew it")
    }
}

/// The built-in licence table.
struct PortalDirectory: Sendable {
    private let portals: [PortalID: Portal]

    init(_ portals: [Portal]) {
        self.portals = Dictionary(portals.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(id: PortalID) -> Portal? { portals[id] }

    /// All of them, by identifier.
    var all: [Portal] { portals.values.sorted { $0.id < $1.id } }
}
