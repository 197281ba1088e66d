import Foundation
import TestOpenAPI
import Testing

@testable import Portal

/// A running portal against its document, by requests that a program of others makes from the document alone.
@Suite(.serialized) struct SchemathesisTests {
    @Test("Right and wrong requests get the answers that the document promises", .timeLimit(.minutes(5)))
    func document() async throws {
        try await PortalFixture.run { portal async throws in
            try await furnish(portal)
            let report = try await Schemathesis(
                beside: #filePath, server: portal.base, tags: ["employees", "portal-signed", "health"],
                secrets: [
                    "LICENCE_KEY": PortalFixture.licenceKey, "SESSION_TOKEN": try await portal.logIn(),
                    "SECONDS_NOW": String(portal.clock.now),
                ]
            ).run()
            #expect(report.status == 0, "\(report.text)")
            // What it sent was let in, and found what there is: the answers are not all refusals.
            for command in ["BuyNumber", "CallCommand", "GetRecordingLink", "GrantSupport", "SetUserPassword"] {
                #expect(!portal.controller.requests(command).isEmpty, "\(command)")
            }
        }
    }

    /// What requests can find: calls, a sound, somebody of the support, and a controller that answers.
    private func furnish(_ portal: PortalFixture) async throws {
        try Data("sound".utf8).write(to: URL(filePath: portal.directory + "/sounds/hello.mp3"))
        for command in ["GetUser", "SetUserPassword", "DisableUser", "EnableUser"] {
            portal.controller.answer(
                command,
                """
                {"user_login":"user67","user_password":"a","user_enabled":true,"phone_login":"phone67",
                "phone_password":"b","phone_enabled":true,"domain":"d","sip_server":"s"}
                """)
        }
        let number = """
            {"PHONE_NUMBER":"74012000001","STATE":"ACTIVE","REQUEST_ID":null,"COUNTRY":"RU","CATEGORY":"GEOGRAPHIC",
            "REGION":"Kaliningrad","PRICE":"10.00","CURRENCY":"RUB","NEXT_RENEWAL":null,"AUTO_RENEW":"Y","VERSION":1}
            """
        for command in ["BuyNumber", "SetNumberRenewal", "RenewNumber", "ReleaseNumber"] {
            portal.controller.answer(command, #"{"result":\#(number)}"#)
        }
        for command in ["GetNumbers", "GetStatement", "GetPayments"] {
            portal.controller.answer(command, #"{"result":[],"next":null}"#)
        }
        portal.controller.answer(
            "GetBalance", #"{"result":{"BALANCE":"1.00","CURRENCY":"RUB","BLOCKED":"N","AT":1800000000,"FRESH":"Y"}}"#)
        portal.controller.answer(
            "CreatePaymentOrder",
            """
            {"result":{"REFERENCE":"PQ4RT7ZKM2W9X","REQUEST_ID":"request-1","AMOUNT":"500.00","CURRENCY":"RUB",
            "STATE":"OPEN","CREATED_AT":1800000000,"EXPIRES_AT":1801209600}}
            """)
        portal.controller.answer(
            "GetRecordingLink", #"{"url":"http://controller.example/recordings/1","expires_at":1800003600000}"#)
        portal.controller.answer("NewSupportCode", #"{"PORTAL":"demo","CODE":"1234","EXPIRES_AT":1800001800}"#)
        for (command, state) in [("GrantSupport", "granted"), ("EndSupport", "ended")] {
            portal.controller.answer(
                command, #"{"GRANT_ID":"abc1","STATE":"\#(state)","SCOPES":["history"],"UNTIL":1800003600}"#)
        }
        furnishHistoryAndWarnings(portal.controller)
        let news: [(String, JSONValue)] = [
            ("Invite", ["CALL_ID": "ringing-1", "USER_ID": 67, "CALLER_ID": "79112233444"]),
            ("AddCallHistory", ["CALL_ID": "recorded-1", "HAS_RECORDING": "Y", "PORTAL_USER_ID": 67]),
            (
                "SupportRequested",
                [
                    "GRANT_ID": "abc1", "PERSON": "sam", "REASON": "help", "SCOPES": ["history"], "SECONDS": 3600,
                    "AT": 1_800_000_000, "ANSWER_UNTIL": 1_800_086_400,
                ]
            ),
        ]
        for (command, body) in news {
            #expect(try await portal.signed("/telephony/\(command)", body).status == 200, "\(command)")
        }
    }

    private func furnishHistoryAndWarnings(_ controller: FakeController) {
        controller.answer("FindCalls", #"{"result":[],"next":null}"#)
        controller.answer("GetCallTotals", #"{"result":[]}"#)
        controller.answer("ExportCalls", "[]")
        for command in ["GetHistoryOptions", "SetHistoryOptions"] {
            controller.answer(command, #"{"TIME_ZONE":"GMT","KEPT_DAYS":null}"#)
        }
        for command in ["GetBalanceSettings", "SetBalanceSettings"] {
            controller.answer(
                command,
                """
                {"result":{"MODE":"individual","COMMON":"300.00","FLOOR":"30.00","CAP":"3000000.00","LEAD_HOURS":72,
                "LEARN_LEAD":"Y","SAFETY":950,"UTC_MINUTES":180,"CURRENCY":"RUB","BALANCE":null,"BALANCE_AT":null,
                "THRESHOLD":"300.00","EXPLANATION":["new"]}}
                """)
        }
        for command in ["GetWarningChannels", "SetWarningChannels"] {
            controller.answer(
                command, #"{"result":{"EMAILS":[],"WEBHOOK":null,"MAIL_AVAILABLE":"N","WEBHOOK_SECRET":null}}"#)
        }
    }
}
