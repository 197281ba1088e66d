import Billing

/// The prices of a new installation: calls between users and incoming calls cost nothing.
///
/// Outgoing telephone calls have no price until the operator sets one, and are refused until then.
enum StandardTariff {
    static func make(_ currency: Currency) throws -> Tariff {
        let free = Money.zero(currency)
        return try Tariff(
            currency: currency,
            rows: [
                TariffRow(.incoming, .voip, text: "any Incoming VoIP", pricePerMinute: free),
                TariffRow(.outgoing, .voip, text: "any outgoing voip", pricePerMinute: free),
                TariffRow(.incoming, .pstn(prefix: ""), text: "any Incoming PSTN", pricePerMinute: free),
            ])
    }
}
