import Hummingbird

/// The forms of the page `/balance` that say when and where the company is warned; one that is refused comes back alone,
/// with what was typed.
struct WarningPageRoutes {
    private static let title = "Warnings"

    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.post("balance/warnings") { request, _ in
            try await PageVisit.administrator(request, parts, title: Self.title) {
                let form = WarningSettingsForm(try await PageVisit.form(request))
                do {
                    try await parts.controller.ask("SetBalanceSettings", form.wish)
                } catch {
                    guard let failure = FormFailure(error) else { throw error }
                    return PageVisit.answer(
                        PortalPage.warningSettings(form, wrong: failure.message), status: failure.status)
                }
                return Response.redirect(to: "/balance", type: .normal)
            }
        }
        router.post("balance/channels") { request, _ in
            try await PageVisit.administrator(request, parts, title: Self.title) {
                let form = WarningChannelsForm(try await PageVisit.form(request))
                do {
                    let answer = AnswerRow(try await parts.controller.ask("SetWarningChannels", form.wish))
                    let secret = answer.row("result").text("WEBHOOK_SECRET")
                    guard secret.isEmpty else { return PageVisit.answer(PortalPage.webhookSecret(secret)) }
                } catch {
                    guard let failure = FormFailure(error) else { throw error }
                    return PageVisit.answer(
                        PortalPage.warningChannels(form, wrong: failure.message), status: failure.status)
                }
                return Response.redirect(to: "/balance", type: .normal)
            }
        }
    }
}
