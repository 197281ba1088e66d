import Foundation
import Testing

@testable import Portal

/// When and where the company is warned of its balance, as administrators and their programs say it.
@Suite struct WarningTests {
    private static let settings = """
        {"result":{"MODE":"individual","COMMON":"300.00","FLOOR":"30.00","CAP":"3000000.00","LEAD_HOURS":72,
        "LEARN_LEAD":"Y","SAFETY":950,"UTC_MINUTES":180,"CURRENCY":"RUB","BALANCE":"12.50","BALANCE_AT":1800000000,
        "THRESHOLD":"412.00","EXPLANATION":["<72> hours from now","a margin"]}}
        """
    private static let channels = """
        {"result":{"EMAILS":["anna@example.com","<b>@example.com"],"WEBHOOK":"https://example.com/?a=1&b=\\"2\\"",
        "MAIL_AVAILABLE":"Y"}}
        """
    private static let form =
        "mode=common&common=10&floor=1&cap=99&lead_hours=24&safety=900&utc_minutes=-300"

    private func prepare(_ portal: PortalFixture) async throws -> String {
        portal.controller.answer("GetBalanceSettings", Self.settings)
        portal.controller.answer("GetWarningChannels", Self.channels)
        return try await portal.logIn()
    }

    private func bodies(_ command: String, _ portal: PortalFixture) -> [String] {
        portal.controller.requests(command).map(\.body)
    }

    @Test func theBalanceSaysWhenAndWhereItWarns() async throws {
        try await PortalFixture.run { portal in
            let token = try await prepare(portal)
            let page = try await portal.page("/balance", token)
            #expect(page.status == 200)
            #expect(page.text.contains("Warned below 412.00 RUB at the moment.</strong><br>&lt;72&gt; hours from now"))
            #expect(page.text.contains(#"<option value="individual" selected>"#))
            for field in [
                #"name="common" value="300.00""#, #"name="floor" value="30.00""#, #"name="cap" value="3000000.00""#,
                #"name="lead_hours" value="72""#, #"name="learn_lead" value="1" checked"#,
                #"name="safety" value="950""#, #"name="utc_minutes" value="180""#,
                #"name="webhook" value="https://example.com/?a=1&amp;b=&quot;2&quot;""#,
                "anna@example.com\n&lt;b&gt;@example.com</textarea>",
            ] {
                #expect(page.text.contains(field), "\(field)")
            }
            #expect(!page.text.contains("no mail server"))
            let older = try await portal.page("/balance?cursor=5-1", token)
            #expect(!older.text.contains("Warnings"), "the first page has them")
            portal.controller.answer(
                "GetWarningChannels", #"{"result":{"EMAILS":[],"WEBHOOK":null,"MAIL_AVAILABLE":"N"}}"#)
            let mute = try await portal.page("/balance", token)
            #expect(mute.text.contains("no mail server") && !mute.text.contains("<textarea"))
        }
    }

    @Test func settingsAreSavedOrShownAgain() async throws {
        try await PortalFixture.run { portal in
            let token = try await prepare(portal)
            for ticked in ["", "&learn_lead=1"] {
                let saved = try await portal.submit("/balance/warnings", token, Self.form + ticked)
                #expect(saved.status == 303 && saved.location == "/balance")
            }
            #expect(
                bodies("SetBalanceSettings", portal)
                    == ["N", "Y"].map {
                        #"{"CAP":"99","COMMON":"10","FLOOR":"1","LEAD_HOURS":24,"LEARN_LEAD":"\#($0)","#
                            + #""MODE":"common","SAFETY":900,"UTC_MINUTES":-300}"#
                    })
            for (status, answer, shown, words) in [
                (
                    422, #"{"error":{"code":"SETTINGS_INVALID","msg":"COMMON takes <more>"}}"#, 502,
                    "COMMON takes &lt;more&gt;"
                ),
                (503, "{}", 503, "try again in a moment"),
            ] as [(Int, String, UInt, String)] {
                portal.controller.answer("SetBalanceSettings", answer, status: status)
                let wrong = try await portal.submit(
                    "/balance/warnings", token, "mode=%22%3E&common=much&lead_hours=soon&learn_lead=1")
                #expect(wrong.status == shown && wrong.text.contains(words))
                #expect(wrong.text.contains(#"name="common" value="much""#))
                #expect(wrong.text.contains(#"name="lead_hours" value="soon""#) && wrong.text.contains("checked"))
                #expect(wrong.text.contains(#"<option value="&quot;&gt;" selected>"#))
            }
            #expect(bodies("SetBalanceSettings", portal).last?.contains(#""LEAD_HOURS":"soon""#) == true)
        }
    }

    @Test func theSecretOfTheWebhookIsShownOnce() async throws {
        try await PortalFixture.run { portal in
            let token = try await prepare(portal)
            portal.controller.answer("SetWarningChannels", #"{"result":{"WEBHOOK_SECRET":"0a<b>"}}"#)
            let new = try await portal.submit(
                "/balance/channels", token,
                "emails=anna%40example.com%0D%0A+bert%40example.com%2C&webhook=https%3A%2F%2Fexample.com%2F&new_secret=1"
            )
            #expect(new.status == 200 && new.text.contains("<code>0a&lt;b&gt;</code>"))
            portal.controller.answer("SetWarningChannels", #"{"result":{"WEBHOOK_SECRET":null}}"#)
            let none = try await portal.submit("/balance/channels", token, "webhook=+")
            #expect(none.status == 303 && none.location == "/balance")
            _ = try await portal.submit("/balance/channels", token, "emails=&webhook=")
            #expect(
                bodies("SetWarningChannels", portal) == [
                    #"{"EMAILS":["anna@example.com","bert@example.com"],"NEW_SECRET":"Y","WEBHOOK":"https://example.com/"}"#,
                    #"{"WEBHOOK":null}"#, #"{"EMAILS":[],"WEBHOOK":null}"#,
                ])
            portal.controller.answer(
                "SetWarningChannels", #"{"error":{"code":"SETTINGS_INVALID","msg":"EMAILS must be a <list>"}}"#,
                status: 422)
            let wrong = try await portal.submit(
                "/balance/channels", token, "emails=%3Canna%3E&webhook=ftp%3A&new_secret=1")
            #expect(wrong.status == 502 && wrong.text.contains("EMAILS must be a &lt;list&gt;"))
            #expect(wrong.text.contains("&lt;anna&gt;</textarea>") && wrong.text.contains(#"value="ftp:""#))
            #expect(wrong.text.contains("checked"))
        }
    }

    @Test func programsSayTheSame() async throws {
        try await PortalFixture.run { portal in
            let token = try await prepare(portal)
            let settings = try await portal.api(.get, "/api/balance/settings", token)
            #expect(settings.json["result"]?["THRESHOLD"] == "412.00")
            let channels = try await portal.api(.get, "/api/balance/channels", token)
            #expect(channels.json["result"]?["MAIL_AVAILABLE"] == "Y")
            let changed: JSONValue = [
                "mode": "common", "common": "10", "floor": "1", "cap": "99", "lead_hours": 24, "learn_lead": false,
                "safety": 900, "utc_minutes": -300,
            ]
            #expect(try await portal.api(.patch, "/api/balance/settings", token, changed).status == 200)
            _ = try await portal.api(.patch, "/api/balance/settings", token, ["learn_lead": true])
            #expect(
                bodies("SetBalanceSettings", portal) == [
                    #"{"CAP":"99","COMMON":"10","FLOOR":"1","LEAD_HOURS":24,"LEARN_LEAD":"N","MODE":"common","#
                        + #""SAFETY":900,"UTC_MINUTES":-300}"#, #"{"LEARN_LEAD":"Y"}"#,
                ])
            for body in [
                ["emails": ["anna@example.com"], "webhook": "https://example.com/", "new_secret": true],
                ["webhook": .null], ["emails": []],
            ] as [JSONValue] {
                #expect(try await portal.api(.patch, "/api/balance/channels", token, body).status == 200)
            }
            #expect(
                bodies("SetWarningChannels", portal) == [
                    #"{"EMAILS":["anna@example.com"],"NEW_SECRET":"Y","WEBHOOK":"https://example.com/"}"#,
                    #"{"WEBHOOK":null}"#, #"{"EMAILS":[]}"#,
                ])
        }
    }

    @Test(
        arguments: [
            ("settings", ["coffee": "black"], "coffee"), ("settings", ["common": 5], "common"),
            ("settings", ["lead_hours": 721], "lead_hours"), ("settings", ["safety": 499], "safety"),
            ("settings", ["utc_minutes": "east"], "utc_minutes"), ("settings", ["learn_lead": "maybe"], "learn_lead"),
            ("channels", ["EMAILS": []], "EMAILS"), ("channels", ["emails": "anna@example.com"], "emails"),
            ("channels", ["emails": [5]], "emails"), ("channels", ["webhook": 5], "webhook"),
            ("channels", ["new_secret": "please"], "new_secret"),
            ("channels", [], "object"),
        ] as [(String, JSONValue, String)])
    func wrongWishesOfProgramsAreRefused(path: String, body: JSONValue, word: String) async throws {
        try await PortalFixture.run { portal in
            let token = try await prepare(portal)
            let answer = try await portal.api(.patch, "/api/balance/" + path, token, body)
            #expect(answer.status == 400 && answer.text.contains(word))
            #expect(bodies("SetBalanceSettings", portal).isEmpty && bodies("SetWarningChannels", portal).isEmpty)
        }
    }

    @Test func warningsAreForAdministratorsOnly() async throws {
        try await PortalFixture.run { portal in
            let employee = try await portal.logIn("olga", "secret-68")
            for path in ["/api/balance/settings", "/api/balance/channels"] {
                for verb in [PortalFixture.Verb.get, .patch] {
                    let body: JSONValue? = verb == .patch ? [:] : nil
                    #expect(try await portal.api(verb, path, employee, body).status == 403)
                    #expect(try await portal.api(verb, path, nil, body).status == 401)
                }
            }
            for path in ["/balance/warnings", "/balance/channels"] {
                #expect(try await portal.submit(path, employee, "mode=off").status == 403)
                #expect(try await portal.submit(path, "nobody", "mode=off").status == 303)
            }
            for command in ["GetBalanceSettings", "SetBalanceSettings", "GetWarningChannels", "SetWarningChannels"] {
                #expect(portal.controller.requests(command).isEmpty)
            }
        }
    }
}
