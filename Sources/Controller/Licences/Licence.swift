import Billing
import PhoneNumbers

/// What a licence says of its portal.
struct Licence: Sendable, Equatable {
    var key: Secret
    var kind: PortalKind
    /// Without a slash at the end.
    var baseURL: String
    var currency: Currency
    var region: Region
    /// Nil means without end.
    var until: Moment?
}

extension Licence {
    /// Reads the licence server's answer; nil when a field is missing or wrong.
    ///
    /// `{"licence_key", "address", "currency", "region", "kind": "cloud" | "box", "licensed_until": seconds | null}`
    init?(_ json: JSONValue) {
        guard let key = json["licence_key"]?.string, (8...256).contains(key.utf8.count),
            let address = json["address"]?.string.flatMap(PortalAddress.init),
            let currency = json["currency"]?.string.flatMap(Currency.init(rawValue:)),
            let region = json["region"]?.string.flatMap(Region.init(code:)),
            let kind = PortalKind(rawValue: json["kind"]?.string ?? PortalKind.cloud.rawValue)
        else { return nil }
        switch json["licensed_until"] {
        case nil, .null: until = nil
        case let value?:
            guard let seconds = value.int64, (0...Int64(1 << 40)).contains(seconds) else { return nil }
            until = Moment(milliseconds: seconds * 1000)
        }
        self.key = Secret(key)
        self.kind = kind
        baseURL = address.text
        self.currency = currency
        self.region = region
    }
}
