import CallControl
import Testing

@testable import ScenarioRuntime

struct UnitTests {
    private static let incoming = Stage.callerID

    @Test func bothGenerationsOfPlayersMeanTheSame() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.createURLPlayer("http://h/a.mp3", true, true);
                VoxEngine.createURLPlayer("http://h/a.mp3", {loop: true, onPause: true, progressivePlayback: true});
                VoxEngine.createTTSPlayer("hello", Language.RU_RUSSIAN_FEMALE, {rate: "slow"});
                VoxEngine.createTTSPlayer("hello", {voice: Language.RU_RUSSIAN_FEMALE, ttsOptions: {rate: "75%"}});
                VoxEngine.createToneScriptPlayer("425@-19;5(1/4/1)", true);
                VoxEngine.createToneScript("425@-19;5(1/4/1)", {loop: true});
                """)
            let commands = try await show.commands.compactMap(\.unitCommand)
            let url = PlayerSound.url(SoundRequest(url: "http://h/a.mp3"))
            let speech = PlayerSound.speech(
                SpeechRequest(text: "hello", language: "ru-RU", voice: "RU_RUSSIAN_FEMALE", rate: 0.75))
            let tone = PlayerSound.tone(script: "425@-19;5(1/4/1)")
            #expect(
                commands == [
                    .createPlayer(url, loop: true, isPaused: true), .createPlayer(url, loop: true, isPaused: true),
                    .createPlayer(speech, loop: false, isPaused: false),
                    .createPlayer(speech, loop: false, isPaused: false),
                    .createPlayer(tone, loop: true, isPaused: false), .createPlayer(tone, loop: true, isPaused: false),
                ])
        }
    }

    @Test func aPlayerTellsItsLifeAndTakesCommandsUntilItsEnd() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    const player = VoxEngine.createURLPlayer(
                        {url: "http://h/a", method: "post", headers: [{name: "X-Key", value: "secret"}], body: {text: "hi"}},
                        {hideHeaders: true, hideBody: true});
                    for (const name of Object.keys(PlayerEvents)) {
                        player.addEventListener(PlayerEvents[name], (e) => Logger.write(
                            `> ${e.name} ${e.player === player} ${e.duration} ${e.offset} ${e.error}`));
                    }
                    player.sendMediaTo(call);
                    player.addMarker(-500);
                    player.pause();
                    player.resume();
                    player.addEventListener(PlayerEvents.PlaybackFinished, () => { player.stop(); player.pause(); });
                });
                """)
            let id = try #require(try await show.commands.first?.unitID)
            try await show.deliver(
                .unit(id, .playerReady), .unit(id, .playerStarted(durationMilliseconds: 3000)),
                .unit(id, .markerReached(milliseconds: -500, segment: nil)), .unit(id, .playerFinished(error: nil)))
            let request = SoundRequest(
                url: "http://h/a", method: "POST", headers: ["X-Key": "secret"], body: Array("hi".utf8))
            #expect(
                try await show.commands == [
                    .unit(id, .createPlayer(.url(request), loop: false, isPaused: false)),
                    .sendMedia(from: id, to: UnitID(Self.incoming)),
                    .unit(id, .addMarker(milliseconds: -500, segment: nil)), .unit(id, .pausePlayer),
                    .unit(id, .resumePlayer),
                ])
            try await show.on { show.session.terminate(.administrative) }
            #expect(
                try await show.notes() == [
                    "Player.Created true undefined undefined undefined",
                    "Player.PlaybackReady true undefined undefined undefined",
                    "Player.Started true 3000 undefined undefined",
                    "Player.PlaybackMarkerReached true undefined -500 undefined",
                    "Player.PlaybackFinished true undefined undefined undefined",
                ])
            let line = try await show.logTexts().first { $0.contains("CreatePlayer") }
            #expect(
                line
                    == "Executing JS command: CreatePlayer with params [{id = \(id) ;  } ;  {body = ****** ;  headers = ****** ;  loop = false ;  method = POST ;  url = http://h/a ;  } ;  ]"
            )
        }
    }

    @Test func theEleventhPlayerAndATextTooLongReportErrors() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                for (let i = 0; i < 11; i++) {
                    const text = i === 0 ? "s".repeat(1501) : "s";
                    VoxEngine.createTTSPlayer(text).addEventListener(PlayerEvents.Error, (e) => Logger.write(`> ${i} ${e.error}`));
                }
                VoxEngine.createTTSPlayer("one more").addEventListener(PlayerEvents.Error, (e) => {
                    Logger.write(`> ${e.error}`);
                    VoxEngine.terminate();
                });
                """, hasCaller: false)
            _ = try await show.end()
            // The first has ended with its error, so that ten others have room.
            #expect(
                try await show.notes() == [
                    "0 The text has 1501 characters, 1500 are allowed",
                    "Exceeded the limit of Player units at one time",
                ])
            #expect(try await show.commands.count == 10)
        }
    }

    @Test func aSequenceHasEventsOfItsOwn() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                const player = VoxEngine.createSequencePlayer({segments: [{text: "one"}, {url: "http://h/two.mp3"}]});
                player.addMarker(100, 1);
                player.addEventListener(SequencePlayerEvents.PlaybackMarkerReached, (e) => {
                    Logger.write(`> ${e.sequencePlayer === player} ${e.offset} ${e.segment} ${player instanceof Player}`);
                    VoxEngine.terminate();
                });
                """, hasCaller: false)
            let id = try #require(try await show.commands.first?.unitID)
            try await show.deliver(.unit(id, .markerReached(milliseconds: 100, segment: 1)))
            _ = try await show.end()
            #expect(try await show.notes() == ["true 100 1 true"])
            let sounds: [PlayerSound] = [
                .speech(SpeechRequest(text: "one", language: "en-US")), .url(SoundRequest(url: "http://h/two.mp3")),
            ]
            #expect(
                try await show.commands.compactMap(\.unitCommand) == [
                    .createPlayer(.sequence(sounds), loop: false, isPaused: false),
                    .addMarker(milliseconds: 100, segment: 1),
                ])
        }
    }

    @Test func aRecorderRecordsWhatIsSentToIt() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    const recorder = VoxEngine.createRecorder({name: "talk", stereo: true});
                    VoxEngine.createRecorder("talk", true);
                    call.sendMediaTo(recorder);
                    recorder.mute(true);
                    recorder.addEventListener(RecorderEvents.Started, (e) => { Logger.write("> " + e.url); recorder.stop(); });
                    recorder.addEventListener(RecorderEvents.Stopped, (e) => {
                        Logger.write(`> ${e.recorder === recorder} ${e.duration} ${e.cost}`);
                        VoxEngine.terminate();
                    });
                });
                """)
            let id = try #require(try await show.commands.first?.unitID)
            try await show.deliver(
                .unit(id, .recorderStarted(url: "http://r/1.mp3")),
                .unit(id, .recorderStopped(url: "http://r/1.mp3", durationSeconds: 7)))
            _ = try await show.end()
            #expect(try await show.notes() == ["http://r/1.mp3", "true 7 0"])
            #expect(
                try await show.commands.filter { $0.unitID == id || $0.unitID == nil } == [
                    .unit(id, .createRecorder(RecordingRequest(stereo: true, name: "talk"))),
                    .sendMedia(from: UnitID(Self.incoming), to: id), .unit(id, .muteRecorder(true)),
                    .unit(id, .stopRecorder),
                ])
        }
    }

    @Test func aConferenceKnowsItsEndpoints() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                require(Modules.Conference);
                const conference = VoxEngine.createConference({hd_audio: false});
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    VoxEngine.sendMediaBetween(call, conference);
                    conference.addEventListener(ConferenceEvents.EndpointAdded, ({endpoint, mode, direction}) => {
                        Logger.write(`> ${endpoint.getCall() === call} ${mode} ${direction} ${conference.getList().length} ` +
                            `${conference.get(call.id()) === endpoint}`);
                        conference.add({call});
                    });
                    conference.addEventListener(ConferenceEvents.ConferenceError, (e) => {
                        Logger.write(`> ${e.code}`);
                        VoxEngine.destroyConference(conference);
                    });
                    conference.addEventListener(ConferenceEvents.Stopped, VoxEngine.terminate);
                });
                """)
            let id = try #require(try await show.commands.first?.unitID)
            try await show.deliver(
                .unit(id, .conferenceStarted), .unit(id, .endpointAdded(UnitID(Self.incoming))),
                .unit(id, .conferenceStopped))
            #expect(try await show.end().reason == .normalTermination)
            #expect(try await show.notes() == ["true MIX BOTH 1 true", "102"])
            #expect(
                try await show.commands == [
                    .unit(id, .createConference), .sendMedia(from: UnitID(Self.incoming), to: id),
                    .sendMedia(from: id, to: UnitID(Self.incoming)), .unit(id, .destroyConference),
                ])
        }
    }

    @Test func aLegMayJoinTheRunningSession() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.Started, (e) => Logger.write("> " + e.conference_name));
                VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => { Logger.write("> " + e.callerid); e.call.answer(); });
                """, change: { $0.conferenceName = "daily" })
            var second = Stage.incoming
            second.id = CallID(rawValue: "16214d90008034a8.1437727808.225342")
            second.callerID = "other"
            let joining = second
            #expect(try await show.on { show.session.join(joining) })
            #expect(try await show.on { show.session.join(joining) } == false)
            try await show.settle()
            #expect(
                try await show.commands == [.answer(Self.incoming, headers: [:]), .answer(second.id, headers: [:])])
            try await show.on { show.session.terminate(.administrative) }
            #expect(try await show.notes() == ["daily", "test", "other"])
        }
    }
}

extension CallCommand {
    /// The unit that a command is about, nil for legs.
    var unitID: UnitID? {
        if case .unit(let id, _) = self { id } else { nil }
    }

    var unitCommand: UnitCommand? {
        if case .unit(_, let command) = self { command } else { nil }
    }
}
