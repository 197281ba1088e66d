import CallControl
import Testing

@testable import ScenarioRuntime

struct QuotaTests {
    @Test func threeRequestsRunAndTheThirtySixthThrows() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                let answered = 0;
                for (let i = 0; i < 36; i++) {
                    try { Net.httpRequest("http://h/" + i, () => { if (++answered === 35) VoxEngine.terminate(); }); }
                    catch (e) { Logger.write("> " + i + " " + e.message); }
                }
                """, hasCaller: false)
            #expect(try await show.on { stage.http.requests.map(\.url) } == ["http://h/0", "http://h/1", "http://h/2"])
            while try await show.answerNextRequest(.init(code: 200)) {}
            #expect(try await show.end().reason == .normalTermination)
            #expect(try await show.notes() == ["35 Exceeded the HTTP connection count limit!"])
            #expect(try await show.on { stage.http.requests.count } == 35)
        }
    }

    @Test func aLogThatIsFullSaysSoAndStillHasItsLastLine() async throws {
        try await Stage.with(configure: { $0.session.logBytes = 4000 }) { stage in
            let show = try await stage.play(
                """
                for (let i = 0; i < 100; i++) Logger.write("> " + "x".repeat(100));
                VoxEngine.terminate();
                """, hasCaller: false)
            _ = try await show.end()
            let lines = try await show.log()
            #expect(lines.count < 60)
            #expect(
                lines.suffix(2).first?.hasSuffix("The log is full: it has 4000 bytes, what follows is left out") == true
            )
            #expect(lines.last?.hasSuffix("Session terminated") == true)
        }
    }

    @Test(arguments: [(0, 0), (1024, 2), (4096, 5)])
    func sipMessagesHaveTheirOwnShareOfTheLog(limit: Int, shown: Int) async throws {
        try await Stage.with(configure: { $0.session.signallingBytes = limit }) { stage in
            let show = try await stage.play("")
            let text = "INVITE sip:1@h SIP/2.0\nX: " + String(repeating: "x", count: 800)
            try await show.on {
                for isReceived in [true, false, true, true, true, true, true, true] {
                    show.session.note(
                        SignallingMessage(
                            leg: Stage.callerID, isReceived: isReceived, peer: "192.0.2.7:5060", transport: "TCP",
                            text: text)
                    )
                }
                show.session.terminate(.normalTermination)
            }
            _ = try await show.end()
            try await show.on {
                show.session.note(
                    SignallingMessage(
                        leg: Stage.callerID, isReceived: true, peer: "h:1", transport: "UDP", text: "late"))
            }
            let lines = try await show.logTexts()
            let sip = lines.filter { $0.hasPrefix("SIP") }
            let ways = sip.map { String($0.prefix(12)) }
            let expected = ["SIP received", "SIP sent to "] + Array(repeating: "SIP received", count: 6)
            #expect(ways == expected.prefix(shown) + (limit == 0 ? [] : ["SIP messages"]))
            if let first = sip.first {
                #expect(
                    first.hasPrefix(
                        "SIP received from 192.0.2.7:5060 by TCP for \(Stage.callerID.rawValue): INVITE sip:1@h SIP/2.0\\nX: x"
                    ))
                #expect(sip.last?.hasSuffix("from here on: there are \(limit / 1024) KiB of them") == true)
            }
            #expect(lines.last == "Session terminated")
        }
    }

    @Test func aHundredTimersAreAllowed() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                for (let i = 0; i < 100; i++) setTimeout(() => {}, 1000);
                try { setTimeout(() => {}, 1000); } catch (e) { Logger.write("> " + e.message); }
                setTimeout.length;
                VoxEngine.terminate();
                """, hasCaller: false)
            _ = try await show.end()
            #expect(try await show.notes() == ["Exceeded the timer count limit: 100 timers are active!"])
        }
    }

    @Test func theEleventhUnansweredLegFails() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                for (let i = 0; i < 11; i++) {
                    VoxEngine.callUser("u" + i, "1").addEventListener(CallEvents.Failed, (e) => {
                        Logger.write(`> ${i} ${e.code} ${e.reason}`);
                        VoxEngine.terminate();
                    });
                }
                """, hasCaller: false)
            _ = try await show.end()
            #expect(try await show.notes() == ["10 403 Call limit reached"])
            #expect(try await show.commands.count == 10)
        }
    }

    @Test func theFiftyFirstAttemptFails() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                let failures = 0;
                function next() {
                    VoxEngine.callUser("u", "1").addEventListener(CallEvents.Failed, (e) => {
                        failures++;
                        if (e.code === 403) { Logger.write("> " + failures); VoxEngine.terminate(); } else next();
                    });
                }
                next();
                """, hasCaller: false)
            for _ in 0..<50 {
                let id = try #require(try await show.commands.last?.outgoingID)
                try await show.deliver(.failed(id, code: 486, reason: "Busy Here", headers: [:]))
            }
            _ = try await show.end()
            #expect(try await show.notes() == ["51"])
            #expect(Set(try await show.commands.compactMap(\.outgoingID)).count == 50)
        }
    }

    @Test func aSessionWithoutCallsEndsAfterAMinute() async throws {
        try await Stage.with { stage in
            let show = try await stage.play("setInterval(() => {}, 1000);")
            try await show.deliver(.disconnected(Stage.callerID, CallEnd(durationSeconds: 0, code: 0, reason: "")))
            try await show.advance(seconds: 59)
            #expect(try await show.on { show.session.isEnded } == false)
            try await show.advance(seconds: 1)
            #expect(try await show.end() == SessionEnd(reason: .timeout, isOrderly: true))
            #expect(try await show.logTexts().contains("The session has had no calls for 60 s"))
        }
    }

    @Test func anUnansweredCallerIsHungUp() async throws {
        try await Stage.with { stage in
            let show = try await stage.play("setInterval(() => {}, 10000);")
            try await show.advance(seconds: 61)
            #expect(try await show.commands == [.hangup(Stage.callerID, code: 480, headers: [:])])
        }
    }

    @Test func longTextsAreRefusedCutOrNoted() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    call.sendMessage("x".repeat(8192));
                    try { call.sendMessage("ж".repeat(4097)); } catch (e) { Logger.write("> " + e.message); }
                    call.addEventListener(CallEvents.PlaybackFinished, (e) => {
                        Logger.write("> " + e.error);
                        VoxEngine.terminate();
                    });
                    VoxEngine.customData("c".repeat(201));
                    Logger.write("> " + VoxEngine.customData().length);
                    Logger.write("L".repeat(20000));
                    call.say("s".repeat(1501), Language.US_ENGLISH_FEMALE);
                });
                """)
            _ = try await show.end()
            #expect(
                try await show.notes() == [
                    "sendMessage: the text is 8194 bytes long, 8192 are allowed", "201",
                    "The text has 1501 characters, 1500 are allowed",
                ])
            let lines = try await show.logTexts()
            #expect(lines.contains("WARNING! The custom data is 201 bytes long, more than 200 bytes."))
            #expect(lines.contains(String(repeating: "L", count: 15_000)))
            #expect(try await show.on { show.services.customData } == [String(repeating: "c", count: 201)])
            #expect(
                try await show.commands == [.sendMessage(Stage.callerID, text: String(repeating: "x", count: 8192))])
        }
    }

    @Test func tooMuchScenarioTextIsRefused() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(String(repeating: "/", count: 256 * 1024 + 1))
            #expect(try await show.end().isOrderly == false)
            let line = "JS session error: the scenarios have 262145 characters, 262144 are allowed"
            #expect(try await show.logTexts() == ["Loading scenario test", line, "Session terminated"])
        }
    }

    @Test func oneRequestIsAllowedWhileTerminating() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.Terminating, () => {
                    for (let i = 0; i < 2; i++) Net.httpRequest("http://h/" + i, (r) => Logger.write("> " + r.code));
                });
                VoxEngine.addEventListener(AppEvents.Terminated, () => Logger.write("> terminated"));
                VoxEngine.terminate();
                """, hasCaller: false)
            #expect(try await show.on { stage.http.requests.map(\.url) } == ["http://h/0"])
            #expect(try await show.answerNextRequest(.init(code: 204)))
            _ = try await show.end()
            #expect(try await show.notes() == ["204", "terminated"])
        }
    }
}
