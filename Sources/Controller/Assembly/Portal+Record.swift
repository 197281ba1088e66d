import AsyncHTTPClient
import CRM
import RequestSigning
import Storage

extension Portal {
    init(
        _ record: PortalRecord, limits: TimeLimits, http: HTTPClient, clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Moment
    ) {
        let keys = record.keys
        func client(_ key: @escaping @Sendable () -> Secret) -> SignedClient {
            SignedClient(
                base: record.baseURL, portal: record.id.rawValue,
                key: { RequestKey(licenceKey: key().revealed, direction: .controllerToPortal) }, http: http,
                now: { now().seconds })
        }
        let signed = client { keys.signing(at: now()) }
        self.init(
            access: record.access, keys: keys, licence: record.licence,
            client: PortalClient(signed: signed, limit: limits.portal),
            former: keys.previous.map { previous in
                PortalClient(signed: client { previous.key }, limit: limits.portal)
            },
            crm: CRMWithinLimit(PortalCRM(client: signed), limit: limits.crm, clock: clock))
    }
}
