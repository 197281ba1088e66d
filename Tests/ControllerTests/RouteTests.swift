import Synchronization
import Testing

@testable import Controller

@Suite struct RouteTests {
    @Test("The demo call's answer is the one of the log, to the character")
    func exactAnswer() async throws {
        try await World.run { world async throws in
            let answer = try await world.invite()
            #expect(answer.status == 200)
            #expect(
                answer.text == #"{"COMMAND":"wait","TYPE_CONNECT":"crm","USER_ID":"67","USER_HAVE_PHONE":"Y"}"#)
        }
    }

    @Test("The portal is told of the invite, with the caller's card")
    func notice() async throws {
        try await World.run { world async throws in
            _ = try await world.invite()
            await world.portal.events.wait { !world.portal.told("Invite").isEmpty }
            let body = try #require(world.portal.told("Invite").first)
            #expect(body["CALL_ID"]?.string == World.callID)
            #expect(body["USER_ID"] == "67")
            #expect(body["CALLER_ID"]?.string == World.caller)
            #expect(body["TYPE_CONNECT"] == "crm")
            #expect(body["CRM"]?["contacts"]?.elements.first?["responsible_id"] == 67)
            #expect(world.portal.state.withLock { $0.badSignatures } == 0)
        }
    }

    @Test("The CRM is asked with the canonical number and only then")
    func hiddenCaller() async throws {
        try await World.run { world async throws in
            let answer = try await world.invite(caller: "hidden")
            #expect(answer.json?["TYPE_CONNECT"] == "queue")
            let call = try await world.call()
            #expect(call?.encoded.contains("crm.not_asked") == true)
        }
    }

    @Test("An extension beats the CRM; a wrong one is as if none was dialled")
    func extensions() async throws {
        try await World.run { world async throws in
            #expect(
                try await world.invite(id: "one", code: "168").text.contains(#""TYPE_CONNECT":"direct","USER_ID":"68""#)
            )
            #expect(
                try await world.invite(id: "two", code: "999").text.contains(#""TYPE_CONNECT":"crm","USER_ID":"67""#))
            #expect(try await world.invite(id: "three", code: "1; x").text.contains(#""TYPE_CONNECT":"crm""#))
        }
    }

    @Test("The call goes on from one to the next and ends by the line's rule")
    func queue() async throws {
        try await World.run { world async throws in
            _ = try await world.invite()
            let next = try await world.next(after: "67", "crm")
            #expect(next.text == #"{"COMMAND":"wait","TYPE_CONNECT":"queue","USER_ID":"68","USER_HAVE_PHONE":"N"}"#)
            // The answer was lost on its way: the same question gets the same answer.
            #expect(try await world.next(after: "67", "crm") == next)
            let last = try await world.next(after: "68", "queue")
            #expect(last.text == #"{"COMMAND":"voicemail","USER_ID":"68"}"#)
            let json = try #require(try await world.call())
            #expect(json["decisions"]?.elements.count == 3)
        }
    }

    @Test("A repeated invite gets the same answer and rings nobody again")
    func repeatedInvite() async throws {
        try await World.run { world async throws in
            let first = try await world.invite(caller: "hidden")
            #expect(try await world.invite(caller: "hidden") == first)
            #expect(try await world.call()?["decisions"]?.elements.count == 1)
        }
    }

    @Test("Evenly: two calls go to two employees")
    func evenly() async throws {
        try await World.run { world async throws in
            let first = try await world.invite(id: "one", caller: "hidden").json?["USER_ID"]
            let second = try await world.invite(id: "two", caller: "hidden").json?["USER_ID"]
            #expect(first == "68")
            #expect(second == "67")
        }
    }

    @Test("A CRM that hangs delays no call: the default way, and the explanation says so")
    func slowCRM() async throws {
        var setting = World.Setting()
        setting.limits.crm = .milliseconds(50)
        setting.portal.state.withLock { $0.crm = .hangs }
        try await World.run(setting) { world async throws in
            let begun = ContinuousClock.now
            let answer = try await world.invite()
            // The CRM hangs for the whole test; the bound leaves room for a busy machine.
            #expect(ContinuousClock.now - begun < .seconds(30))
            // The portal never said which employees there are, so nobody can be rung.
            #expect(answer.json?["COMMAND"] == "voicemail")
            let call = try #require(try await world.call()).encoded
            #expect(call.contains("The CRM did not answer within 50 ms, so the call goes the line's default way."))
            #expect(call.contains("employees.missing"))
        }
    }

    @Test("When the portal stops answering, its last employees still get the queue's calls")
    func portalGone() async throws {
        try await World.run { world async throws in
            _ = try await world.invite(id: "one")
            world.portal.state.withLock { $0.isAway = true }
            let answer = try await world.invite(id: "two")
            #expect(answer.json?["TYPE_CONNECT"] == "queue")
            let call = try #require(try await world.call("two")).encoded
            #expect(call.contains("crm.failed"))
            #expect(call.contains("employees.stale"))
        }
    }

    @Test("Somebody asks beforehand who would get a call; nothing is remembered of it")
    func explain() async throws {
        try await World.run { world async throws in
            let answer = try await world.command(
                "ExplainRoute", ["LINE": "test", "CALLER": "8(911)223-34-44", "AT": "2026-03-01T09:00:00Z"])
            let json = try #require(answer.json?["result"])
            #expect(json["answer"]?["USER_ID"] == "67")
            #expect(json["at"] == 1_772_355_600_000)
            #expect(json["steps"]?.elements.count == 3)
            #expect(json["explanation"]?.elements.last?["text"] == "Employee 67 (Anna) is available and is rung.")
            #expect(try await world.admin("/admin/calls").json?["calls"] == [])
            #expect(world.portal.told("Invite").isEmpty)
            #expect(try await world.command("ExplainRoute", ["LINE": "nobody"]).code == "LINE_UNKNOWN")
            for wrong: JSONValue in [[:], ["LINE": ""], ["LINE": "test", "AT": "noon"], ["LINE": "test", "AT": -1]] {
                #expect(try await world.command("ExplainRoute", wrong).code == "WRONG_REQUEST")
            }
        }
    }

    @Test("Who answers and who hangs up is passed on to the portal and kept")
    func progress() async throws {
        try await World.run { world async throws in
            _ = try await world.invite()
            let start = try await world.scenario(
                "StartCall",
                [("CALL_ID", World.callID), ("CALL_DEVICE", "WEBRTC"), ("EXTERNAL", "N"), ("USER_ID", "67")])
            #expect(start.text == #"{"result":"OK"}"#)
            #expect(try await world.call()?["state"] == "connected")
            let end = try await world.scenario(
                "HangupCall",
                [
                    ("PHONE_NUMBER", "74012000001"), ("ACCOUNT_SEARCH_ID", "test"), ("CALL_ID", World.callID),
                    ("USER_ID", "67"),
                ])
            #expect(end.text == #"{"result":"OK"}"#)
            await world.portal.events.wait { !world.portal.told("HangupCall").isEmpty }
            let commands = world.portal.state.withLock { $0.told.map(\.command) }
            #expect(commands == ["LineSettings", "Invite", "StartCall", "HangupCall"])
            #expect(world.portal.told("StartCall").first?["USER_ID"] == "67")
            #expect(world.portal.told("Invite").first?["STEP"] == "1")
            #expect(world.portal.told("StartCall").first?["STEP"] == "2")
            #expect(try await world.call()?["state"] == "ended")
        }
    }

    @Test("The log tells of the call, and neither the numbers nor any secret")
    func redaction() async throws {
        try await World.run { world async throws in
            _ = try await world.command("GetUser", ["USER_ID": 67])
            try await world.buy()
            _ = try await world.invite()
            _ = try await world.history()
            world.portal.state.withLock { $0.isAway = true }
            _ = try await world.invite(id: "two")
            _ = try await world.invite(id: "three", line: "unheard-of")
            let log = world.log.text
            #expect(log.contains("call routed"))
            #expect(log.contains("*9*44"))
            let users = world.platform.state.withLock { $0.users.values }
            let secrets =
                [World.caller, "74012000001", World.licence, World.token, World.masterKey, "key-1001"] + users
            for secret in secrets { #expect(!log.contains(secret), "\(secret)") }
        }
    }
}

extension World {
    func next(after user: String, _ type: String, id: String = callID) async throws -> Answer {
        try await scenario(
            "GetNextInQueue",
            [
                ("PHONE_NUMBER", "74012000001"), ("ACCOUNT_SEARCH_ID", "test"), ("CALL_ID", id),
                ("CALLER_ID", Self.caller), ("LAST_USER_ID", user), ("LAST_TYPE_CONNECT", type),
            ])
    }
}
