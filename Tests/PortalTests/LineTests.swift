import Foundation
import PhoneNumbers
import Testing

@testable import Portal

@Suite struct LineTests {
    @Test func theControllerGetsEverySettingWithItsDefault() async throws {
        try await PortalFixture.run { portal in
            let answer = try await portal.signed(
                "/telephony/LineSettings", ["SEARCH_ID": "74012000000", "PHONE_NUMBER": "74012000000"])
            let expected: JSONValue = [
                "ID": "1", "PORTAL_MODE": "RENT", "SEARCH_ID": "74012000000", "PHONE_NAME": "74012000000", "CRM": "Y",
                "CRM_RULE": "queue", "CRM_CREATE": "lead", "CRM_FORWARD": "Y", "QUEUE_TIME": 3, "QUEUE_TYPE": "evenly",
                "DIRECT_CODE": "Y", "DIRECT_CODE_RULE": "voicemail", "RECORDING": "Y", "RECORDING_TIME": 0,
                "RECORDING_STEREO": "N", "NO_ANSWER_RULE": "voicemail", "FORWARD_NUMBER": "",
                "FORWARD_LINE": "default", "TIMEMAN": "N", "VOICEMAIL": "Y", "MELODY_LANG": "RU",
                "MELODY_WELCOME": "http://portal.example/sounds/RU01.mp3", "MELODY_WELCOME_ENABLE": "Y",
                "MELODY_WAIT": "http://portal.example/sounds/MELODY.mp3",
                "MELODY_HOLD": "http://portal.example/sounds/MELODY.mp3", "DATE_DELETE": .null, "TO_DELETE": "N",
                "MELODY_VOICEMAIL": "http://portal.example/sounds/RU03.mp3", "PHONE_TITLE": "8 (800) 250-18-60",
                "PORTAL_URL": "http://portal.example/", "WORKTIME_ENABLE": "N", "WORKTIME_FROM": "9",
                "WORKTIME_TO": "18.30", "WORKTIME_TIMEZONE": "", "WORKTIME_HOLIDAYS": "", "WORKTIME_DAYOFF": "",
                "WORKTIME_DAYOFF_RULE": "voicemail", "WORKTIME_DAYOFF_NUMBER": "", "WORKTIME_DAYOFF_MELODY": "",
                "BLACKLIST": [],
                "QUEUE_USERS": [
                    ["USER_ID": "67", "USER_HAVE_PHONE": "Y"], ["USER_ID": "68", "USER_HAVE_PHONE": "N"],
                ],
            ]
            #expect(answer.json == expected)
            for name in ["74990000000", "", "a b", "'; DROP TABLE line; --"] {
                let unknown = try await portal.signed("/telephony/LineSettings", ["SEARCH_ID": .text(name)])
                #expect(unknown.text == #"{"ERROR":"LINE_NOT_FOUND"}"#)
            }
        }
    }

    @Test func aChangedSettingIsToldToTheController() async throws {
        try await PortalFixture.run { portal in
            // The seed's own line: attached, then told.
            _ = await portal.controller.wait(for: "SettingsChanged")
            #expect(portal.controller.requests("BuyNumber").isEmpty)
            #expect(portal.controller.requests("AddNumber").map(\.body) == [#"{"PHONE_NUMBER":"74012000000"}"#])
            let token = try await portal.logIn()
            let answer = try await portal.api(
                .patch, "/api/lines/1", token, ["QUEUE_TIME": 5, "FORWARD_NUMBER": "8 (495) 445-11-20"])
            #expect(answer.json["FORWARD_NUMBER"] == "74954451120")
            let told = await portal.controller.wait(for: "SettingsChanged", count: 2)
            #expect(told.map(\.body) == Array(repeating: #"{"SEARCH_ID":"74012000000"}"#, count: 2))
            _ = try await portal.api(.patch, "/api/employees/68", token, ["have_phone": true])
            _ = await portal.controller.wait(for: "SettingsChanged", count: 3)
            _ = try await portal.api(.put, "/api/blacklist", token, ["numbers": ["8 911 223 34 44"]])
            _ = await portal.controller.wait(for: "SettingsChanged", count: 4)
            let settings = try await portal.signed("/telephony/LineSettings", ["SEARCH_ID": "74012000000"])
            #expect(settings.json["QUEUE_TIME"] == 5)
            #expect(settings.json["BLACKLIST"] == ["79112233444"])
            #expect(settings.json["QUEUE_USERS"]?.elements.last?["USER_HAVE_PHONE"] == "Y")
        }
    }

    @Test func aMessageThatTheControllerDidNotTakeIsSentAgain() async throws {
        try await PortalFixture.run { portal in
            _ = await portal.controller.wait(for: "SettingsChanged")
            portal.controller.answer("SettingsChanged", "", status: 503)
            let token = try await portal.logIn()
            _ = try await portal.api(.patch, "/api/lines/1", token, ["QUEUE_TIME": 5])
            _ = await portal.controller.wait(for: "SettingsChanged", count: 3)
            portal.controller.answer("SettingsChanged", #"{"result":"OK"}"#)
            let sent = await portal.controller.wait(for: "SettingsChanged", count: 4)
            #expect(sent.count >= 4)
        }
    }

    @Test func aMessageThatIsRefusedDoesNotHoldUpTheOthers() async throws {
        try await PortalFixture.run { portal in
            portal.controller.answer("AddNumber", #"{"error":{"code":"NUMBER_TAKEN","msg":"taken"}}"#)
            let token = try await portal.logIn()
            let made = try await portal.api(.post, "/api/lines", token, ["SEARCH_ID": "74990000000"])
            #expect(made.status == 201)
            let told = await portal.controller.wait(for: "SettingsChanged", count: 2)
            #expect(told.last?.body == #"{"SEARCH_ID":"74990000000"}"#)
        }
    }

    @Test func aLineOfAnOfficeExchangeIsNotAttachedAsANumber() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            let made = try await portal.api(.post, "/api/lines", token, ["SEARCH_ID": "sip1", "PORTAL_MODE": "SIP"])
            #expect(made.status == 201)
            _ = await portal.controller.wait(for: "SettingsChanged", count: 2)
            #expect(portal.controller.requests("AddNumber").count == 1)
            #expect(try await portal.api(.post, "/api/lines", token, ["SEARCH_ID": "sip1"]).status == 409)
            let deleted = try await portal.api(.delete, "/api/lines/2", token)
            #expect(deleted.status == 200)
            let unknown = try await portal.signed("/telephony/LineSettings", ["SEARCH_ID": "sip1"])
            #expect(unknown.json["ERROR"] == "LINE_NOT_FOUND")
        }
    }

    @Test(arguments: [
        ("QUEUE_TIME", "0", false), ("QUEUE_TIME", "13", false), ("QUEUE_TIME", #""5""#, true),
        ("QUEUE_TIME", "null", false), ("QUEUE_TYPE", #""all""#, true), ("QUEUE_TYPE", #""random""#, false),
        ("RECORDING", #""Y""#, true), ("RECORDING", "true", false), ("FORWARD_NUMBER", #""""#, true),
        ("FORWARD_NUMBER", #""12""#, false), ("MELODY_WAIT", #""http://x/a.mp3""#, true),
        ("MELODY_WAIT", #""file:///etc/passwd""#, false), ("MELODY_WAIT", #""http:///a.mp3""#, false),
        ("MELODY_WAIT", #""http://x/a b""#, false), ("MELODY_WAIT", "null", true),
        ("WORKTIME_FROM", #""9""#, true), ("WORKTIME_FROM", #""09.30""#, true), ("WORKTIME_TO", #""24""#, true),
        ("WORKTIME_TO", #""24.01""#, false), ("WORKTIME_TO", #""18.3""#, false), ("WORKTIME_TO", #""25""#, false),
        ("WORKTIME_TO", #""a""#, false), ("WORKTIME_TIMEZONE", #""Europe/Moscow""#, true),
        ("WORKTIME_TIMEZONE", #""Mars/Base""#, false), ("WORKTIME_DAYOFF", #""SA,SU""#, true),
        ("WORKTIME_DAYOFF", #""SA, SU""#, false), ("WORKTIME_HOLIDAYS", #""01.01,09.05""#, true),
        ("WORKTIME_HOLIDAYS", #""1.1""#, false), ("WORKTIME_HOLIDAYS", #""32.01""#, false),
        ("QUEUE_USERS", "[68,67]", true), ("QUEUE_USERS", "[67,67]", false), ("QUEUE_USERS", #"["67"]"#, false),
        ("SEARCH_ID", #""a b""#, false), ("UNKNOWN", #""1""#, false), ("DATE_DELETE", "null", true),
    ])
    func aSettingTakesWhatItsRuleAllows(name: String, value: String, isAccepted: Bool) async throws {
        let body = try JSONValue(parsing: Data("{\"\(name)\":\(value)}".utf8))
        var accepted = true
        do throws(InputError) {
            let reader = try InputReader(body)
            if reader.has("SEARCH_ID") { _ = try LineInput.searchID(reader) }
            _ = try LineInput(reader, region: .russia)
        } catch {
            accepted = false
            #expect(error.path.hasPrefix(name))
        }
        #expect(accepted == isAccepted)
    }
}
