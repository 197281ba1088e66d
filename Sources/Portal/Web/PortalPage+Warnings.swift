import Foundation

/// How the company is warned of its balance: a part of the page of its money, and pages of one form that was refused.
extension PortalPage {
    private static let modes = [
        ("individual", "by what the company spends"), ("common", "at the threshold"), ("off", "not at all"),
    ]

    /// - Parameters:
    ///   - settings: The `result` of `GetBalanceSettings`.
    ///   - channels: The `result` of `GetWarningChannels`.
    static func warnings(settings: AnswerRow, channels: AnswerRow) -> String {
        let threshold = settings.text("THRESHOLD")
        let now =
            threshold.isEmpty
            ? "There is no threshold at the moment."
            : "Warned below \(threshold) \(settings.text("CURRENCY")) at the moment."
        let reasons = settings.texts("EXPLANATION").map { "<br>\(escape($0))" }
        let noMail = "<p>The controller has no mail server: it sends no e-mails.</p>"
        return """
            <h2>Warnings</h2>
            <p><strong>\(escape(now))</strong>\(reasons.joined())</p>
            \(settingsForm(WarningSettingsForm(settings), currency: settings.text("CURRENCY")))
            <h3>Where warnings go besides this portal</h3>
            \(channels.text("MAIL_AVAILABLE") == "N" ? noMail : "")
            \(channelsForm(WarningChannelsForm(channels)))
            """
    }

    static func warningSettings(_ form: WarningSettingsForm, wrong: String) -> String {
        refused(settingsForm(form, currency: ""), wrong)
    }

    static func warningChannels(_ form: WarningChannelsForm, wrong: String) -> String {
        refused(channelsForm(form), wrong)
    }

    static func webhookSecret(_ secret: String) -> String {
        document(
            title: "Webhook",
            """
            <p>The secret that signs the requests to the webhook, shown this once:</p>
            <p><code>\(escape(secret))</code></p>
            <p>Whoever receives the warnings checks the signatures with it. Another one can be made at any time.</p>
            <p>\(link("Balance", "/balance"))</p>
            """)
    }

    private static func refused(_ form: String, _ wrong: String) -> String {
        document(title: "Warnings", "<p>\(link("Balance", "/balance"))</p>\(alert(wrong))\(form)")
    }

    private static func settingsForm(_ form: WarningSettingsForm, currency: String) -> String {
        let unit = currency.isEmpty ? "" : " in \(currency)"
        let learns = form["learn_lead"] == "Y" ? " checked" : ""
        return """
            <form method="post" action="/balance/warnings">
            <p>\(choice("Warn", "mode", form["mode"], modes, any: nil))
            \(input("Threshold\(unit)", "common", form["common"]))</p>
            <p>\(input("Never below", "floor", form["floor"])) \(input("never above", "cap", form["cap"]))</p>
            <p>\(input("Hours from a warning to the payment", "lead_hours", form["lead_hours"]))
            <label><input type="checkbox" name="learn_lead" value="1"\(learns)> learned from our payments</label></p>
            <p>\(input("Safety, 500 to 999 of 1000", "safety", form["safety"]))
            \(input("Our clock: minutes ahead of UTC", "utc_minutes", form["utc_minutes"]))
            <button>Save</button></p>
            </form>
            """
    }

    private static func channelsForm(_ form: WarningChannelsForm) -> String {
        let emails = form.emails.map {
            "<p><label>E-mail addresses, at most 5<br><textarea name=\"emails\" rows=\"5\" cols=\"40\">"
                + "\n\(escape($0))</textarea></label></p>"
        }
        let secret = form.wantsSecret ? " checked" : ""
        return """
            <form method="post" action="/balance/channels">
            \(emails ?? "")
            <p>\(input("Webhook", "webhook", form.webhook, type: "url"))
            <label><input type="checkbox" name="new_secret" value="1"\(secret)> make a new secret</label></p>
            <p><button>Save</button></p>
            </form>
            """
    }
}
