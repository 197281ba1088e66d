import Foundation

/// A warning of the balance in the words of a mail.
enum BalanceMail {
    /// Nil for a body that is none.
    static func mail(_ delivery: WarningStore.Delivery) -> WarningMail? {
        guard let json = JSONValue(Data(delivery.body.utf8)), let kind = json["KIND"]?.string,
            let balance = json["BALANCE"]?.string, let currency = json["CURRENCY"]?.string
        else { return nil }
        let isEmpty = kind == "empty"
        let subject = isEmpty ? "Telephony: the money is out" : "Telephony: the balance is low"
        var lines = [
            isEmpty
                ? "The telephony of \(delivery.portal) has no money any more: \(balance) \(currency). There are no calls "
                    + "until a payment arrives."
                : "The telephony balance of \(delivery.portal) is low: \(balance) \(currency)."
        ]
        if !isEmpty, let threshold = json["THRESHOLD"]?.string {
            lines.append("This warning comes below \(threshold) \(currency).")
        }
        let reasons = json["EXPLANATION"]?.elements.compactMap(\.string) ?? []
        if !reasons.isEmpty { lines += [""] + reasons }
        return WarningMail(to: delivery.target, subject: subject, text: lines.joined(separator: "\r\n") + "\r\n")
    }
}
