import Testing

@testable import Portal

@Suite struct CallNewsTests {
    static let call = "16214d90008034a8.1437727808.225341"

    static func invite(
        _ user: Int64, caller: String = "79119998877", call: String = call
    ) -> JSONValue {
        [
            "CALL_ID": .text(call), "USER_ID": .text(String(user)), "CALLER_ID": .text(caller),
            "PHONE_NUMBER": "74012000000", "TYPE_CONNECT": "queue", "CRM": [:],
        ]
    }

    static func history(
        _ user: String, status: String = "true", caller: String = "79119998877", call: String = call
    ) -> JSONValue {
        [
            "COMMAND": "AddCallHistory", "PORTAL_USER_ID": .text(user), "PORTAL_NUMBER": "74012000000",
            "ACCOUNT_SEARCH_ID": "74012000000", "PHONE_NUMBER": .text(caller), "HAS_RECORDING": "Y",
            "CALL_ID": .text(call), "CALL_DURATION": "34", "CALL_STATUS": .text(status),
        ]
    }

    static func leads(_ portal: PortalFixture, _ token: String) async throws -> [JSONValue] {
        try await portal.api(.get, "/api/leads", token).json["leads"]?.elements ?? []
    }

    @Test func anInvitedEmployeeSeesTheCallWithItsCardAtOnce() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            try await portal.withEvents(token) { events in
                let answer = try await portal.signed("/telephony/Invite", Self.invite(67, caller: "79112233444"))
                #expect(answer.text == #"{"result":"OK"}"#)
                let event = try await events.next()
                #expect(event.name == "invite")
                #expect(
                    event.data == [
                        "callId": .text(Self.call), "callerId": "79112233444", "phoneNumber": "8 (800) 250-18-60",
                        "typeConnect": "queue",
                        "crm": ["kind": "contact", "id": 1, "name": "Client", "responsible_id": 67],
                    ])
            }
            #expect(try await Self.leads(portal, token).isEmpty, "a known caller makes no lead")
        }
    }

    @Test func aPageOpenedLateShowsTheCallThatRings() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            _ = try await portal.signed("/telephony/Invite", Self.invite(67))
            try await portal.withEvents(token) { events in
                let event = try await events.next()
                #expect(event.name == "invite")
            }
        }
    }

    @Test func theNextEmployeeTakesTheInvitationFromTheOneBefore() async throws {
        try await PortalFixture.run { portal in
            let (ivan, olga) = (try await portal.logIn(), try await portal.logIn("olga", "secret-68"))
            try await portal.withEvents(ivan) { first in
                try await portal.withEvents(olga) { second in
                    _ = try await portal.signed("/telephony/Invite", Self.invite(67))
                    #expect(try await first.next().name == "invite")
                    _ = try await portal.signed("/telephony/Invite", Self.invite(68))
                    #expect(try await first.next().name == "timeout")
                    #expect(try await second.next().name == "invite")
                    let start: JSONValue = ["CALL_ID": .text(Self.call), "USER_ID": "68", "CALL_DEVICE": "WEBRTC"]
                    _ = try await portal.signed("/telephony/StartCall", start)
                    let event = try await second.next()
                    #expect(event.name == "start")
                    #expect(event.data["callDevice"] == "WEBRTC")
                    #expect(try await first.next().name == "timeout")
                    _ = try await portal.signed(
                        "/telephony/HangupCall", ["CALL_ID": .text(Self.call), "USER_ID": "68"])
                    #expect(try await second.next().name == "hangup")
                    #expect(try await first.next().name == "hangup")
                }
            }
        }
    }

    @Test func anUnknownCallerBecomesOneLeadOfWhoIsRungThenOfWhoTalked() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            _ = try await portal.signed("/telephony/Invite", Self.invite(67))
            #expect(try await Self.leads(portal, token).map { $0["responsible_id"] } == [67])
            _ = try await portal.signed("/telephony/Invite", Self.invite(68))
            _ = try await portal.signed("/telephony/Invite", Self.invite(68))
            #expect(try await Self.leads(portal, token).map { $0["responsible_id"] } == [67])
            _ = try await portal.signed("/telephony/StartCall", ["CALL_ID": .text(Self.call), "USER_ID": 68])
            _ = try await portal.signed("/telephony/AddCallHistory", Self.history("68"))
            let leads = try await Self.leads(portal, token)
            #expect(leads.map { $0["responsible_id"] } == [68])
            #expect(leads.first?["phones"] == ["79119998877"])
            #expect(leads.first?["created_by_call"] == .text(Self.call))
        }
    }

    @Test func newsThatComesLateChangesNothingThatIsNewer() async throws {
        try await PortalFixture.run { portal in
            let (ivan, olga) = (try await portal.logIn(), try await portal.logIn("olga", "secret-68"))
            func tell(_ command: String, _ user: Int64, _ call: String, step: Int64?) async throws {
                guard case .object(var fields) = Self.invite(user, call: call) else { return }
                fields["STEP"] = step.map { .text(String($0)) }
                let answer = try await portal.signed("/telephony/\(command)", .object(fields))
                #expect(answer.text == #"{"result":"OK"}"#)
            }
            // The next employee's turn, and then the first one's.
            try await tell("Invite", 68, "turns", step: 2)
            try await tell("Invite", 67, "turns", step: 1)
            // The talk before its ringing; the ringing of the one before.
            try await tell("StartCall", 68, "talk", step: 3)
            try await tell("Invite", 68, "talk", step: 2)
            try await tell("Invite", 67, "talk", step: 1)
            // The end before everything.
            try await tell("HangupCall", 67, "over", step: nil)
            try await tell("Invite", 67, "over", step: 1)
            try await tell("StartCall", 67, "over", step: 2)
            try await tell("Invite", 67, "marker", step: 1)
            try await tell("Invite", 68, "marker", step: 2)
            try await portal.withEvents(olga) { events in
                let shown = try await [events.next(), events.next()].map { $0.data["callId"] }
                #expect(Set(shown) == ["marker", "turns"])
            }
            try await tell("Invite", 67, "marker", step: 3)
            try await portal.withEvents(ivan) { events in
                let shown = try await events.next()
                #expect(shown.data["callId"] == "marker")
            }
            #expect(try await Self.leads(portal, ivan).count == 1, "the talk has its card")
        }
    }

    @Test func aLaterRevisionTakesThePlaceOfAnEarlierOneNeverTheOtherWayRound() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            func tell(_ user: String, status: String, revision: JSONValue?) async throws {
                guard case .object(var fields) = Self.history(user, status: status) else { return }
                fields["REVISION"] = revision
                let answer = try await portal.signed("/telephony/AddCallHistory", .object(fields))
                #expect(answer.text == #"{"result":"OK"}"#)
            }
            try await tell("", status: "false", revision: "1")
            try await tell("68", status: "true", revision: "2")
            try await tell("67", status: "true", revision: "2")
            try await tell("", status: "false", revision: nil)
            let calls = try await portal.api(.get, "/api/calls", token).json["calls"]?.elements ?? []
            #expect(calls.count == 1)
            #expect(calls.first?["employee_id"] == 68)
            #expect(calls.first?["success"] == true)
            #expect(try await Self.leads(portal, token).map { $0["responsible_id"] } == [68])
        }
    }

    @Test func aMissedCallOfAnUnknownCallerMakesOneLeadOfTheQueuesFirst() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            for _ in 0..<2 {
                let answer = try await portal.signed("/telephony/AddCallHistory", Self.history("", status: "false"))
                #expect(answer.status == 200)
            }
            #expect(try await Self.leads(portal, token).map { $0["responsible_id"] } == [67])
            _ = try await portal.signed(
                "/telephony/AddCallHistory", Self.history("", status: "false", call: "another-call"))
            #expect(try await Self.leads(portal, token).count == 1, "the caller is known by now")
        }
    }

    @Test(
        arguments: [
            ["CRM_CREATE": "none"], ["CRM": "N"],
        ] as [JSONValue])
    func aLineThatMakesNoLeadsMakesNone(settings: JSONValue) async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            _ = try await portal.api(.patch, "/api/lines/1", token, settings)
            _ = try await portal.signed("/telephony/Invite", Self.invite(67))
            _ = try await portal.signed("/telephony/AddCallHistory", Self.history("67"))
            #expect(try await Self.leads(portal, token).isEmpty)
        }
    }

    @Test(arguments: ["hidden", "", "anonymous", "100"])
    func aCallerWithoutANumberMakesNoLead(caller: String) async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            _ = try await portal.signed("/telephony/Invite", Self.invite(67, caller: caller))
            _ = try await portal.signed("/telephony/AddCallHistory", Self.history("67", caller: caller))
            #expect(try await Self.leads(portal, token).isEmpty)
        }
    }

    @Test func aCallIsInTheHistoryOnceHoweverOftenItIsSent() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            try await withThrowingTaskGroup(of: UInt.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await portal.signed("/telephony/AddCallHistory", Self.history("67")).status }
                }
                for try await status in group { #expect(status == 200) }
            }
            let calls = try await portal.api(.get, "/api/calls", token).json["calls"]?.elements ?? []
            #expect(calls.count == 1)
            #expect(calls.first?["duration"] == 34)
            #expect(calls.first?["success"] == true)
            #expect(calls.first?["employee_id"] == 67)
            #expect(calls.first?["has_recording"] == true)
        }
    }

    @Test func aRecordingIsHeardByALinkThatTheControllerMakes() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            let path = "/api/calls/\(Self.call)/recording"
            #expect(try await portal.api(.get, path, token).status == 404)
            _ = try await portal.signed("/telephony/AddCallHistory", Self.history("67"))
            portal.controller.answer("GetRecordingLink", #"{"url":"http://c/recordings/x","expires_at":1}"#)
            #expect(try await portal.api(.get, path, nil).status == 401)
            #expect(try await portal.api(.get, path, token).json["url"] == "http://c/recordings/x")
            let asked = try #require(portal.controller.requests("GetRecordingLink").first)
            #expect(asked.body.contains(Self.call))
            let refusal = #"{"error":{"code":"CALL_NOT_FOUND","msg":"the call has no recording"}}"#
            portal.controller.answer("GetRecordingLink", refusal, status: 404)
            #expect(try await portal.api(.get, path, token).status == 404)
        }
    }

    @Test func newsOfAFinishedCallRingsForNobody() async throws {
        try await PortalFixture.run { portal in
            let token = try await portal.logIn()
            _ = try await portal.signed("/telephony/Invite", Self.invite(67))
            _ = try await portal.signed("/telephony/AddCallHistory", Self.history("67"))
            _ = try await portal.signed("/telephony/Invite", Self.invite(67))
            _ = try await portal.signed("/telephony/StartCall", ["CALL_ID": .text(Self.call), "USER_ID": 67])
            try await portal.withEvents(token) { events in
                _ = try await portal.signed("/telephony/Invite", Self.invite(67, call: "next"))
                #expect(try await events.next().data["callId"] == "next")
            }
        }
    }

    @Test(arguments: [
        ("Invite", #"{"USER_ID":"67"}"#, "CALL_ID: expected a text of 1 to 255 characters, found nothing"),
        ("Invite", #"{"CALL_ID":"a b","USER_ID":"67"}"#, "CALL_ID: expected printable characters without blanks"),
        ("Invite", #"{"CALL_ID":"x"}"#, "USER_ID: expected the id of an employee, found nothing"),
        ("Invite", #"{"CALL_ID":"x","USER_ID":"abc"}"#, "USER_ID: expected the id of an employee, found another text"),
        ("StartCall", "[]", "input: expected an object, found a list"),
        ("HangupCall", "{", "input: expected valid JSON"),
        ("AddCallHistory", #"{"CALL_ID":["x"]}"#, "CALL_ID: expected a text of 1 to 255 characters, found a list"),
    ])
    func aWrongCommandSaysWhatIsWrong(command: String, body: String, message: String) async throws {
        try await PortalFixture.run { portal in
            let path = "/telephony/\(command)"
            let answer = try await portal.send(.post, path, headers: portal.signature(path, body), body: body)
            #expect(answer.status == 400)
            #expect(answer.json["error"]?["msg"]?.string?.hasPrefix(message) == true, "\(answer.text)")
        }
    }
}
