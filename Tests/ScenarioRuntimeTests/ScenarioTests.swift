import CallControl
import Testing

@testable import ScenarioRuntime

struct ScenarioTests {
    private static let incoming = Stage.callerID

    @Test func aSessionRunsFromStartToTerminate() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.Started, (e) => Logger.write(`> started ${e.sessionId} ${e.userId}`));
                VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {
                    e.call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
                    e.call.answer();
                });
                VoxEngine.addEventListener(AppEvents.Terminating, () => Logger.write("> terminating"));
                VoxEngine.addEventListener(AppEvents.Terminated, () => Logger.write("> terminated"));
                """)
            #expect(try await show.commands == [.answer(Self.incoming, headers: [:])])
            try await show.deliver(
                .connected(Self.incoming, headers: [:]),
                .disconnected(Self.incoming, CallEnd(durationSeconds: 3, code: 16, reason: "")))
            #expect(try await show.end() == SessionEnd(reason: .normalTermination, isOrderly: true))
            #expect(try await show.notes() == ["started 48475497 1", "terminating", "terminated"])
            let close = "Executing JS command: close with params [void ;  ]"
            #expect(try await show.logTexts().suffix(2) == [close, "Session terminated"])
            #expect(try await show.on { show.control.hasEnded })
        }
    }

    @Test func codeAfterTerminateStillRuns() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {
                    VoxEngine.terminate();
                    Logger.write("> after");
                    e.call.hangup();
                });
                """)
            #expect(try await show.end().reason == .normalTermination)
            #expect(try await show.notes() == ["after"])
            #expect(try await show.commands == [.hangup(Self.incoming, code: 603, headers: [:])])
        }
    }

    @Test func bothGenerationsOfSignaturesMeanTheSame() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    VoxEngine.callUser("phone67", "100", "Name", {"X-A": "1", "VI-CallTimeout": "30"}, true);
                    VoxEngine.callUser({username: "phone67", callerid: "100", displayName: "Name",
                        extraHeaders: {"X-A": "1", "VI-CallTimeout": "30"}, video: true});
                    VoxEngine.callSIP("sip:a@b", "100", "Name", "pw", "auth", {"X-B": "2"}, false, "proxy");
                    VoxEngine.callSIP("sip:a@b", {callerid: "100", displayName: "Name", password: "pw", authUser: "auth",
                        headers: {"X-B": "2"}, outProxy: "proxy"});
                    call.startPlayback("http://h/a.mp3", true);
                    call.startPlayback("http://h/a.mp3", {loop: true, progressivePlayback: true});
                    call.say("hello", Language.RU_RUSSIAN_FEMALE, {rate: "slow", pitch: "150%", volume: "soft"});
                    call.say("hello", {voice: Language.RU_RUSSIAN_FEMALE, ttsOptions: {rate: 0.75, pitch: 1.5, volume: "-6dB"}});
                    call.decline(486, {"X-C": "3"});
                    call.reject(486, {"X-C": "3"});
                    call.ring(["X-D: 4"]);
                    call.ring({"X-D": "4"});
                });
                """)
            let commands = try await show.commands
            #expect(commands.count == 12)
            for pair in stride(from: 0, to: commands.count - 1, by: 2) {
                #expect(commands[pair].withoutID == commands[pair + 1].withoutID)
            }
            let user = OutgoingUserCall(
                username: "phone67", callerID: "100", displayName: "Name", headers: ["X-A": "1"], timeoutSeconds: 30)
            #expect(commands[0].withoutID == .callUser(.none, user))
            let sip = OutgoingSIPCall(
                uri: "sip:a@b", callerID: "100", displayName: "Name", authUser: "auth", password: "pw",
                headers: ["X-B": "2"], outboundProxy: "proxy")
            #expect(commands[2].withoutID == .callSIP(.none, sip))
            #expect(commands[4] == .play(Self.incoming, url: "http://h/a.mp3", loop: true))
            let speech = SpeechRequest(
                text: "hello", language: "ru-RU", voice: "RU_RUSSIAN_FEMALE", rate: 0.75, pitch: 1.5, volume: -6)
            #expect(commands[6] == .say(Self.incoming, speech))
            #expect(commands[8] == .hangup(Self.incoming, code: 486, headers: ["X-C": "3"]))
            #expect(commands[10] == .ring(Self.incoming, headers: ["X-D": "4"]))
        }
    }

    @Test func voicesAreFoundByLanguageNameAndTag() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    for (const voice of [
                        undefined, "ru", "pt-BR", "es-419", Language.UK_ENGLISH_MALE, VoiceList.Google.ru_RU_Standard_A,
                        {voice: VoiceList.Amazon.cmn_CN_Zhiyu}, {language: "de-DE"}, VoiceList.ElevenLabs.Alice,
                    ]) call.say("hello", voice);
                    call.say("hello", "en-US", {rate: "-10%", pitch: "x-high", volume: "nonsense"});
                    call.say("hello", "en-US", {speed: 2, rate: null, pitch: -1, volume: 400});
                });
                """)
            let spoken = try await show.commands.compactMap { command -> SpeechRequest? in
                if case .say(_, let speech) = command { speech } else { nil }
            }
            #expect(
                spoken.dropLast(2).map { "\($0.language) \($0.voice ?? "-")" } == [
                    "en-US -", "ru -", "pt-BR -", "es-419 -", "en-GB UK_ENGLISH_MALE", "ru-RU ru_RU_Standard_A",
                    "cmn-CN cmn_CN_Zhiyu", "de-DE -", "en-US Alice",
                ])
            #expect(spoken.suffix(2).map(\.rate) == [0.9, nil])
            #expect(spoken.suffix(2).map(\.pitch) == [1.5, nil])
            #expect(spoken.suffix(2).map(\.volume) == [nil, nil])
            #expect(
                try await show.on { show.lines }.contains {
                    $0.contains(
                        "Say with params [{id = \(Self.incoming) ;  lang = ru-RU ;  text = hello ;  voice = ru_RU_")
                })
        }
    }

    @Test func aCallKnowsItsStateAndFacts() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                const note = (c) => Logger.write(`> ${c.state()} ${c.incoming()} ${c.callerid()} ${c.displayName()} ` +
                    `${c.number()} ${c.clientType()} ${c.customData()}`);
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call, headers}) => {
                    call.customData("mine");
                    note(call);
                    call.startEarlyMedia();
                    note(call);
                    call.addEventListener(CallEvents.Connected, () => note(call));
                    call.addEventListener(CallEvents.Disconnected, () => { note(call); VoxEngine.terminate(); });
                    Logger.write("> " + headers["VI-Client-IP"] + " " + call.headers()["VI-Client-Device"] + " " + call.id());
                });
                """)
            try await show.deliver(
                .connected(Self.incoming, headers: [:]),
                .disconnected(Self.incoming, CallEnd(durationSeconds: 3, code: 16, reason: "")))
            let facts = "true test 79112233444 74012000000 user mine"
            #expect(
                try await show.notes() == [
                    "ALERTING \(facts)", "PROGRESSING \(facts)", "69.167.178.6 SIP \(Self.incoming)",
                    "CONNECTED \(facts)", "TERMINATED \(facts)",
                ])
        }
    }

    @Test func easyProcessJoinsTwoLegs() async throws {
        try await Stage.with { stage in
            let show = try await stage.play("VoxEngine.forwardCallToUser(() => Logger.write('> established'));")
            let agent = try #require(try await show.commands.first?.outgoingID)
            try await show.deliver(
                .ringing(agent, headers: [:]), .audioStarted(agent, headers: [:]),
                .connected(agent, headers: ["X-A": "1"], displayName: "Anna"), .connected(Self.incoming, headers: [:]),
                .messageReceived(agent, text: "hi", headers: [:]),
                .infoReceived(Self.incoming, mimeType: "a/b", body: "c", headers: [:]),
                .disconnected(agent, CallEnd(durationSeconds: 1, code: 16, reason: "")))
            #expect(try await show.end().reason == .normalTermination)
            #expect(
                try await show.commands.dropFirst() == [
                    .sendMedia(from: UnitID(Self.incoming), to: UnitID(agent)),
                    .sendMedia(from: UnitID(agent), to: UnitID(Self.incoming)),
                    .ring(Self.incoming, headers: [:]), .startEarlyMedia(Self.incoming, headers: [:]),
                    .answer(Self.incoming, headers: ["X-A": "1"], displayName: "Anna"),
                    .sendMessage(Self.incoming, text: "hi"),
                    .sendInfo(agent, mimeType: "a/b", body: "c", headers: [:]),
                ])
            #expect(try await show.notes() == ["established"])
        }
    }

    @Test func timersRunInVirtualTime() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                let count = 0;
                const cancelled = setTimeout(() => Logger.write("> never"), 500);
                const ticking = setInterval(() => {
                    Logger.write("> tick " + ++count);
                    if (count === 3) { clearInterval(ticking); setTimeout(() => VoxEngine.terminate(), 30000); }
                }, 1000);
                clearTimeout(cancelled);
                """)
            try await show.advance(seconds: 33)
            #expect(try await show.end().reason == .normalTermination)
            let lines = try await show.log().filter { $0.contains("> tick") }
            #expect(
                lines == [
                    "2015-07-24 08:50:09 > tick 1", "2015-07-24 08:50:10 > tick 2", "2015-07-24 08:50:11 > tick 3",
                ])
            #expect(try await show.log().last == "2015-07-24 08:50:41 Session terminated")
            #expect(try await show.notes().contains("never") == false)
        }
    }

    @Test func theControlURLAnswersWhatTheHandlerReturns() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.HttpRequest, (e) => {
                    const {COMMAND} = JSON.parse(e.content);
                    if (COMMAND === "text") return "hello " + e.method + " " + e.path;
                    if (COMMAND === "json") return {answer: 42};
                    if (COMMAND === "later") return new Promise((resolve) => setTimeout(() => resolve("late"), 1000));
                    if (COMMAND === "end") VoxEngine.terminate();
                });
                """)
            #expect(
                try await show.request(#"{"COMMAND":"text"}"#)
                    == .answered(body: "hello POST /request/a/b", contentType: "text/plain"))
            #expect(
                try await show.request(#"{"COMMAND":"json"}"#)
                    == .answered(body: #"{"answer":42}"#, contentType: "application/json"))
            #expect(try await show.request(#"{"COMMAND":"wait"}"#) == .answered(body: "", contentType: "text/plain"))
            async let late = show.request(#"{"COMMAND":"later"}"#)
            try await show.waitForRequest()
            try await show.advance(seconds: 1)
            #expect(try await late == .answered(body: "late", contentType: "text/plain"))
            _ = try await show.request(#"{"COMMAND":"end"}"#)
            _ = try await show.end()
            #expect(try await show.request("{}") == .sessionGone)
            let line =
                #"Sent event to JS onPhoneEvent with params [{content = {"COMMAND":"wait"} ;  method = POST ;  name = Application.HttpRequest ;  path = /request/a/b ;  } ;  ]"#
            #expect(try await show.logTexts().contains(line))
        }
    }

    @Test func storageAndHelpersWork() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                const note = (x) => Logger.write("> " + x);
                VoxEngine.addEventListener(AppEvents.Started, async () => {
                    await ApplicationStorage.put("line:1", "settings", 60);
                    const item = await ApplicationStorage.get("line:1");
                    note(`${item.key} ${item.value} ${item.expireAt}`);
                    note((await ApplicationStorage.keys()).keys.join());
                    await ApplicationStorage.remove("line:1");
                    note(await ApplicationStorage.get("line:1"));
                    try { await ApplicationStorage.put("k", "v", -1); } catch (e) { note(e.message); }
                    note(Crypto.md5("abc") + " " + Crypto.sha1("abc").slice(0, 8) + " " + Crypto.sha256(["a", "bc"]).slice(0, 8));
                    note(Crypto.hmac_sha256("key", "data").slice(0, 8) + " " + md5("").slice(0, 8));
                    note(base64_encode("Привет") + " " + bytes2str(base64_decode("0J/RgNC40LLQtdGC")));
                    note(bytes2hex([1, 255]) + " " + hex2bytes("01ff").join() + " " + str2bytes("é").join());
                    note(levenshtein_distance("kitten", "sitting"));
                    note(getLocalTime("Europe/Moscow", new Date(Date.UTC(2015, 6, 24, 8, 50, 8))).toISOString());
                    note(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuidgen()));
                    note(new Date(0).getHours() + " " + typeof Atomics + " " + typeof WebAssembly);
                    try { eval("1"); } catch (e) { note(e.message); }
                    require(Modules.ApplicationStorage);
                    VoxEngine.terminate();
                });
                """)
            _ = try await show.end()
            #expect(
                try await show.notes() == [
                    "line:1 settings 60", "line:1", "null",
                    "ApplicationStorage.put: the time to live must be 0 to 7776000 s, -1 was given",
                    "900150983cd24fb0d6963f7d28e17f72 a9993e36 ba7816bf", "5031fe3d d41d8cd9",
                    "0J/RgNC40LLQtdGC Привет", "01ff 1,255 195,169", "3", "2015-07-24T11:50:08.000Z", "true",
                    "0 undefined undefined", "eval and new Function are not available on this platform",
                ])
        }
    }
}

extension CallCommand {
    /// The id of the leg that a dialling command makes.
    var outgoingID: CallID? {
        switch self {
        case .callUser(let id, _), .callSIP(let id, _): id
        default: nil
        }
    }

    /// The command with the id of a new leg left out.
    var withoutID: CallCommand {
        switch self {
        case .callUser(_, let call): .callUser(.none, call)
        case .callSIP(_, let call): .callSIP(.none, call)
        default: self
        }
    }
}

extension CallID {
    static let none = CallID(rawValue: "")
}
