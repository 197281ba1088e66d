import CallControl
import Testing

@testable import ScenarioRuntime

struct RobustnessTests {
    /// What a call with wrong values is told, without the session's end.
    @Test(arguments: [
        (
            "VoxEngine.sendMediaBetween(1, 2)",
            "sendMediaBetween: a Call, Player, Recorder, Conference or another unit with sound is needed, a number was given"
        ),
        ("VoxEngine.callUser()", "callUser: the user name is missing"),
        ("VoxEngine.callUserDirect({}, 'u')", "callUserDirect: a Call is needed, an object was given"),
        ("VoxEngine.easyProcess(null, null)", "easyProcess: call1: a Call is needed, null was given"),
        (
            "VoxEngine.forwardCallToPSTN('x')",
            "forwardCallToPSTN: numberTransform must be a function, a string was given"
        ),
        ("VoxEngine.createURLPlayer()", "createURLPlayer: the URL is missing"),
        (
            "VoxEngine.createURLPlayer({url: 'http://h', method: 'BREW'})",
            "createURLPlayer: the method must be one of URLPlayerRequestMethod, BREW was given"
        ),
        (
            "VoxEngine.createSequencePlayer({segments: []})",
            "createSequencePlayer: segments must be a list of 1 to 100 sounds"
        ),
        ("VoxEngine.createRecorder({hd_audio: true, lossless: true})", "createRecorder: either hd_audio or lossless"),
        ("VoxEngine.destroyConference(VoxEngine.createRecorder())", "destroyConference: a Conference is needed"),
        ("VoxEngine.createWebSocket('http://h')", "createWebSocket: the URL must begin with ws:// or wss://"),
        (
            "VoxEngine.callSIP('sip:a@b', {regId: 'x'})",
            "callSIP: regId must be a whole number, 1 to 2147483647, x was given"
        ),
        ("new Call()", "Call cannot be constructed; use VoxEngine.callUser, callSIP or callPSTN"),
        (
            "new Player()",
            "Player cannot be constructed; use VoxEngine.createURLPlayer, createTTSPlayer or createToneScriptPlayer"
        ),
        (
            "new IVRState('m', {type: 'x'})",
            "IVRState m: the type must be select, inputfixed, inputunknown or noinput, x was given"
        ),
        (
            "require(Modules.Recoder)",
            "require: the module must be a member of Modules, undefined was given; is its name spelt right?"
        ),
        ("Net.httpRequest('http://h', 'x')", "Net.httpRequest: the callback must be a function, a string was given"),
        ("setTimeout('x')", "setTimeout: the first argument must be a function, a string was given"),
        (
            "VoxEngine.callUser('u').enableBeepDetection({timeout: -1})",
            "enableBeepDetection: the timeout in ms must be a whole number, 1 to 3600000, -1 was given"
        ),
        (
            "VoxEngine.callUser('u').notifyBlindTransferFailed(200)",
            "notifyBlindTransferFailed: the code must be a whole number, 300 to 699, 200 was given"
        ),
    ]) func wrongValuesAreToldWhatWasExpected(call: String, message: String) async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                "try { \(call); } catch (e) { Logger.write('> ' + e.message); } VoxEngine.terminate();",
                hasCaller: false)
            #expect(try await show.end().reason == .normalTermination)
            #expect(try await show.notes() == [message])
        }
    }

    @Test func anEventThatDoesNotExistIsNotedAndNotFatal() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                "VoxEngine.addEventListener('Application.Strated', () => {}); VoxEngine.terminate();", hasCaller: false)
            #expect(try await show.end().reason == .normalTermination)
            let line =
                "WARNING! addEventListener: there is no event Application.Strated, the handler will not be called."
            #expect(try await show.logTexts().contains(line))
        }
    }

    @Test func aHandlerThatThrowsEndsTheSessionOnceAndSaysWhere() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    const player = VoxEngine.createToneScriptPlayer("425@-19;5(1/4/1)");
                    player.addEventListener(PlayerEvents.Started, () => { null.x; });
                    player.addEventListener(PlayerEvents.Started, () => Logger.write("> never"));
                });
                """)
            let id = try #require(try await show.commands.first?.unitID)
            try await show.deliver(.unit(id, .playerStarted(durationMilliseconds: 1)))
            let end = try await show.end()
            #expect(end.reason == .scriptError && !end.isOrderly)
            let failures = try await show.logTexts().filter { $0.hasPrefix("JS session error: ") }
            #expect(failures.count == 1)
            #expect(failures.first?.contains("TypeError") == true && failures.first?.contains("(test:3:") == true)
            #expect(try await show.notes().isEmpty)
        }
    }

    @Test func tenThousandLinesAreWritten() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                "for (let i = 0; i < 10000; i++) Logger.write('> ' + i); VoxEngine.terminate();", hasCaller: false)
            _ = try await show.end()
            #expect(try await show.notes() == (0..<10_000).map(String.init))
        }
    }

    @Test func methodsOfWhatHasEndedDoNothing() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    const recorder = VoxEngine.createRecorder();
                    recorder.addEventListener(RecorderEvents.Stopped, () => {
                        recorder.stop();
                        recorder.mute(true);
                        call.sendMediaTo(recorder);
                    });
                    call.addEventListener(CallEvents.Disconnected, () => {
                        call.hangup();
                        call.say("gone");
                        call.startPlayback("http://h/a.mp3");
                        VoxEngine.sendMediaBetween(call, call);
                        VoxEngine.terminate();
                    });
                });
                """)
            let id = try #require(try await show.commands.first?.unitID)
            try await show.deliver(.unit(id, .recorderStopped(url: "u", durationSeconds: 1)))
            try await show.deliver(.unit(id, .recorderStopped(url: "u", durationSeconds: 1)))
            try await show.deliver(.disconnected(Stage.callerID, CallEnd(durationSeconds: 1, code: 16, reason: "")))
            #expect(try await show.end().reason == .normalTermination)
            #expect(try await show.commands.count == 1)
        }
    }

    @Test func aRehearsalIsTheSameEachTime() async throws {
        let text = """
            Logger.write("> top " + Date.now());
            VoxEngine.addEventListener(AppEvents.Started, () => {
                const ids = [uuidgen(), Math.random(), VoxEngine.callUser("u").id()];
                for (let i = 0; i < 8; i++) ids.push(VoxEngine.callUser("u").id());
                setTimeout(() => {
                    Logger.write("> " + new Date().toISOString() + " " + (new Date() instanceof Date) + " " + new Date(0).getTime());
                    Logger.write("> " + ids.join());
                    VoxEngine.terminate();
                }, 90000);
            });
            """
        func run() async throws -> [String] {
            try await Stage.with { stage in
                let show = try await stage.play(text, hasCaller: false, change: { $0.rehearsal = Rehearsal(seed: 7) })
                try await show.advance(seconds: 60)
                try await show.deliver(.connected(Stage.callerID, headers: [:]))
                try await show.advance(seconds: 60)
                return try await show.notes()
            }
        }
        let first = try await run()
        #expect(first.first == "top \(Stage.start)")
        #expect(first.dropFirst().first == "2015-07-24T08:51:38.000Z true 0")
        #expect(try await run() == first)
    }

    @Test func theRehearsalIsNotThereInACall() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.Started, () => {
                    Logger.write("> " + globalThis[Symbol.for("switchboard.rehearsal")]);
                    VoxEngine.terminate();
                });
                """, hasCaller: false)
            _ = try await show.end()
            #expect(try await show.notes() == ["undefined"])
        }
    }
}
