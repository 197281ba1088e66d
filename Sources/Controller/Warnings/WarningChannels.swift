import OutsideRequests
import Storage

/// Where a portal wants warnings besides its own notice.
struct WarningChannels: Sendable, Equatable {
    static let mostAddresses = 5
    private static let longestURL = 500

    var emails: [EmailAddress] = []
    var webhook: String?
    /// Signs the requests to the webhook: 64 hexadecimal digits.
    var secret: Secret?

    /// What is left of `self` after the fields of a request; those that are missing stay, null takes a webhook away.
    ///
    /// A webhook gets the fresh secret when it is first set, and when another one is wanted.
    /// - Throws: `ControllerError` with `settingsInvalid` that names the field and what it takes.
    func changed(
        by json: JSONValue, policy: OutsidePolicy, hasMail: Bool, fresh: Secret
    ) throws(ControllerError) -> WarningChannels {
        guard case .object(let fields) = json else { throw Self.invalid("the body", "an object") }
        for field in fields where !["EMAILS", "WEBHOOK", "NEW_SECRET"].contains(field.name) {
            throw Self.invalid(field.name, "nothing: there is no such setting")
        }
        var new = self
        if let emails = json["EMAILS"] { new.emails = try Self.emails(emails, hasMail: hasMail) }
        if let webhook = json["WEBHOOK"] {
            new.webhook = webhook == .null ? nil : try Self.webhook(webhook, policy)
        }
        let flag = json["NEW_SECRET"] ?? "N"
        guard flag == "Y" || flag == "N" else { throw Self.invalid("NEW_SECRET", "Y or N") }
        if new.webhook == nil {
            new.secret = nil
        } else if new.secret == nil || flag == "Y" {
            new.secret = fresh
        }
        return new
    }

    private static func emails(_ value: JSONValue, hasMail: Bool) throws(ControllerError) -> [EmailAddress] {
        guard case .list(let list) = value, list.count <= mostAddresses else {
            throw invalid("EMAILS", "a list of at most \(mostAddresses) mail addresses")
        }
        guard list.isEmpty || hasMail else { throw invalid("EMAILS", "empty: this controller sends no mails") }
        var found: [EmailAddress] = []
        for element in list {
            guard case .text(let text) = element, let address = EmailAddress(rawValue: text) else {
                throw invalid("EMAILS", "a list of mail addresses like anna@example.com")
            }
            if !found.contains(address) { found.append(address) }
        }
        return found
    }

    private static func webhook(_ value: JSONValue, _ policy: OutsidePolicy) throws(ControllerError) -> String {
        guard case .text(let text) = value, text.utf8.count <= longestURL,
            OutsideAddress(text, policy: policy) != nil
        else { throw invalid("WEBHOOK", "an http or https address of a host that everybody reaches, or null") }
        return text
    }

    private static func invalid(_ field: String, _ expected: String) -> ControllerError {
        ControllerError(.settingsInvalid, "\(field) must be \(expected)")
    }
}
