/// Where the company wants its warnings besides the portal, as an administrator has typed it.
struct WarningChannelsForm: Sendable {
    /// Between blanks, commas or semicolons; nil where mails cannot be had.
    let emails: String?
    let webhook: String
    let wantsSecret: Bool

    init(_ form: [String: String]) {
        emails = form["emails"]
        webhook = form["webhook"] ?? ""
        wantsSecret = form["new_secret"] != nil
    }

    /// - Parameter answer: The `result` of `GetWarningChannels`.
    init(_ answer: AnswerRow) {
        let addresses = answer.texts("EMAILS")
        // Addresses from the time of a mail server can still be taken away.
        emails = answer.text("MAIL_AVAILABLE") == "Y" || !addresses.isEmpty ? addresses.joined(separator: "\n") : nil
        webhook = answer.text("WEBHOOK")
        wantsSecret = false
    }

    /// What `SetWarningChannels` is told.
    var wish: JSONValue {
        let address = webhook.filter { !$0.isWhitespace }
        var wish: [String: JSONValue] = ["WEBHOOK": address.isEmpty ? .null : .text(address)]
        if wantsSecret { wish["NEW_SECRET"] = "Y" }
        if let emails {
            let addresses = emails.split { $0.isWhitespace || $0 == "," || $0 == ";" }
            wish["EMAILS"] = .list(addresses.map { .text(String($0)) })
        }
        return .object(wish)
    }
}
