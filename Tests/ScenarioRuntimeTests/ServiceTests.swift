import CallControl
import NIOCore
import Testing

@testable import ScenarioRuntime

/// Mail, WebSockets, menus and what the platform does not have.
struct ServiceTests {
    @Test func twoMailsTravelAndTheEleventhThrows() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                for (let i = 0; i < 11; i++) {
                    try {
                        Net.sendMail("smtp.example.com", "a@example.com", ["b@example.com"], "Subject " + i, "Text",
                            (r) => Logger.write(`> ${i} ${r.code} ${r.error}`),
                            {login: "me", password: "hush", port: 587, cc: "c@example.com"});
                    } catch (e) { Logger.write("> " + e.message); }
                }
                try { Net.sendMail("h", "a@b.c", "nobody", "", ""); } catch (e) { Logger.write("> " + e.message); }
                """, hasCaller: false)
            #expect(try await show.on { stage.mail.requests.count } == 2)
            let mail = try await show.on { stage.mail.requests[0] }
            #expect(mail.server == "smtp.example.com" && mail.port == 587 && mail.password == "hush")
            #expect(mail.message.receivers == ["b@example.com", "c@example.com"])
            try await show.on { stage.mail.pending.removeFirst().succeed(MailResult(code: 250)) }
            try await show.settle()
            #expect(try await show.on { stage.mail.requests.count } == 3)
            // What travels may finish after the end of the script, what waits is dropped.
            try await show.on { show.session.terminate(.administrative) }
            try await show.on { for mail in stage.mail.pending { mail.succeed(MailResult(code: 550, error: "no")) } }
            _ = try await show.end()
            #expect(
                try await show.notes() == [
                    "Exceeded the SMTP connection count limit!",
                    "Net.sendMail: to must hold addresses, nobody was given", "0 250 undefined", "1 550 no", "2 550 no",
                ])
            let lines = try await show.logTexts()
            #expect(
                lines.contains { $0.hasPrefix("Executing JS command: SendMail") && $0.contains("password = ******") })
            #expect(!lines.contains { $0.contains("hush") || $0.contains("Text") })
        }
    }

    @Test func aWebSocketCarriesTextsBothWays() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                const socket = VoxEngine.createWebSocket("wss://example.com/path",
                    {protocols: ["chat"], headers: [{name: "X-Key", value: "secret"}]});
                try { socket.send("too early"); } catch (e) { Logger.write("> " + e.message); }
                socket.onopen = () => { Logger.write(`> open ${socket.readyState}`); socket.send("hello"); };
                socket.addEventListener(WebSocketEvents.MESSAGE, (e) => {
                    Logger.write(`> ${e.text} ${e.websocket === socket}`);
                    socket.close();
                    socket.close();
                });
                socket.onclose = (e) => {
                    Logger.write(`> ${e.code} ${e.wasClean} ${socket.readyState === WebSocketReadyState.CLOSED}`);
                    socket.send("too late");
                    VoxEngine.terminate();
                };
                """, hasCaller: false)
            let socket = try await show.on { stage.sockets.sockets[0] }
            #expect(
                try await show.on { socket.request }
                    == ScenarioSocketRequest(
                        url: "wss://example.com/path", headers: ["X-Key": "secret"], protocols: ["chat"]))
            for event in [ScenarioSocketEvent.opened, .message("hi"), .closed(code: 1000, reason: "", wasClean: true)] {
                try await show.on { socket.onEvent(event) }
                try await show.settle()
            }
            _ = try await show.end()
            #expect(try await show.on { socket.texts } == ["hello"])
            #expect(try await show.on { socket.end?.code } == 1000)
            #expect(
                try await show.notes() == [
                    "WebSocket.send: the connection is not open yet; wait for WebSocketEvents.OPEN", "open 1",
                    "hi true",
                    "1000 true true",
                ])
            let lines = try await show.logTexts()
            #expect(!lines.contains { $0.contains("secret") })
            #expect(lines.contains { $0.hasPrefix("Executing JS command: SendMessageWebSocket with params [") })
        }
    }

    @Test func socketsEndWithTheSession() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                "VoxEngine.createWebSocket('ws://h/'); setTimeout(VoxEngine.terminate, 1000);", hasCaller: false)
            try await show.advance(seconds: 1)
            _ = try await show.end()
            #expect(try await show.on { stage.sockets.sockets[0].end?.code } == 1001)
        }
    }

    @Test func aMenuLeadsFromStateToState() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                require(Modules.IVR);
                const bye = new IVRState("bye", {type: "noinput", prompt: {say: "bye", lang: Language.US_ENGLISH_FEMALE}},
                    () => VoxEngine.terminate());
                const pin = new IVRState("pin", {type: "inputfixed", inputLength: 2, prompt: {play: "http://h/pin.mp3"}, nextState: bye},
                    (data) => Logger.write("> pin " + data));
                const code = new IVRState("code", {type: "inputunknown", terminateOn: "#", timeout: 2000}, (data) => {
                    Logger.write("> code " + data);
                    pin.enter(call);
                });
                const menu = new IVRState("menu", {type: "select", prompt: {say: "one"}, nextStates: {1: code}}, null,
                    () => { Logger.write("> timeout"); menu.enter(call); });
                let call;
                VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => { call = e.call; menu.enter(call); });
                """)
            let id = Stage.callerID
            func press(_ digits: String) async throws {
                for digit in digits { try await show.deliver(.toneReceived(id, tone: digit, kind: .telephoneEvent)) }
            }
            try await show.deliver(.playbackFinished(id, error: nil))
            try await show.advance(seconds: 5)
            try await press("71")
            try await press("42#")
            try await press("123")
            try await show.deliver(.playbackFinished(id, error: nil))
            _ = try await show.end()
            #expect(try await show.notes() == ["timeout", "code 42", "pin 12"])
            let played = try await show.commands.compactMap { command -> String? in
                switch command {
                case .say(_, let speech): speech.text
                case .play(_, let url, _): url
                default: nil
                }
            }
            #expect(played == ["one", "one", "http://h/pin.mp3", "bye"])
        }
    }

    @Test func websocketsFromOutsideAndTonesWithoutATypeAreNoted() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.NewWebSocketFailed, (e) => {
                    Logger.write(`> ${e.name} ${typeof e.reason}`);
                    VoxEngine.terminate();
                });
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    call.handleTones(true);
                    call.handleTones(true, DTMFType.SIP_INFO);
                    call.handleTones(false);
                    VoxEngine.allowWebSocketConnections();
                });
                """)
            _ = try await show.end()
            #expect(try await show.notes() == ["Application.OnNewWebSocketFailed string"])
            let warnings = try await show.logTexts().filter { $0.contains("supportedDtmfTypes") }
            #expect(
                warnings == [
                    "WARNING! The valid 'supportedDtmfTypes' parameter value is not provided, the default 'ALL' value "
                        + "will be used."
                ])
        }
    }

    @Test func whatIsMissingReportsItsErrorEvent() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                const note = (e) => Logger.write(`> ${e.name}`);
                VoxEngine.createASR({profile: ASRProfileList.Google.ru_RU}).addEventListener(ASREvents.ASRError, note);
                VoxEngine.createStreamingAgent({}).addEventListener(StreamingAgentEvents.Error, note);
                VoxEngine.enqueueACDRequest("sales", "1").addEventListener(ACDEvents.Error, note);
                VoxEngine.enqueueTask({queue: {name: "sales"}}).addEventListener(SmartQueueEvents.Error, note);
                const call = VoxEngine.callUser({username: "u"});
                call.addEventListener(CallEvents.ReInviteRejected, note);
                call.reInvite({}, "application/sdp", "");
                Logger.write("> " + VoxEngine.getSecretValue("key"));
                setTimeout(VoxEngine.terminate, 100);
                """, hasCaller: false)
            try await show.advance(seconds: 1)
            _ = try await show.end()
            #expect(
                try await show.notes() == [
                    "undefined", "ASR.Error", "StreamingAgent.Error", "ACD.Error", "SmartQueue.Error",
                    "Call.ReInviteRejected",
                ])
            let lines = try await show.logTexts()
            #expect(lines.contains("WARNING! VoxEngine.createASR is not available on this platform."))
            #expect(
                lines.contains { $0.hasPrefix(#"Sent event from JS onPhoneEvent with params {"name":"ASR.Error""#) })
        }
    }

    @Test func theBodyOfARequestIsLoggedOnDemand() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                const options = {method: "POST", postData: "a=1", connectionTimeout: 2, timeout: 5, params: {q: ["x y", 2]}};
                Net.httpRequest("http://h/quiet", () => {}, options);
                Net.httpRequestAsync("http://h/loud", {...options, enableSystemLog: true}).then(VoxEngine.terminate);
                """, hasCaller: false)
            let request = try await show.on { stage.http.requests[0] }
            #expect(request.url == "http://h/quiet?q=x%20y&q=2")
            #expect(request.connectSeconds == 2 && request.timeoutSeconds == 5)
            while try await show.answerNextRequest(.init(code: 200)) {}
            _ = try await show.end()
            let lines = try await show.logTexts()
            #expect(lines.contains("Request POST http://h/loud: a=1"))
            #expect(!lines.contains { $0.contains("quiet") })
        }
    }
}
