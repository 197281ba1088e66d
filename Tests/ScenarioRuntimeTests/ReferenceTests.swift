import CallControl
import NIOCore
import Testing

@testable import ScenarioRuntime

/// Details of the API that scripts of the cloud count on.
struct ReferenceTests {
    @Test func aPhoneNumberIsTakenApart() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                const show = (info) => Logger.write("> " + [info.number, info.region, info.location, info.numberType,
                    info.isPossibleNumber, info.isValidNumber, info.isValidNumberForRegion, info.error].join("|"));
                show(PhoneNumber.getInfo("8 (495) 445-11-20", "RU"));
                show(PhoneNumber.getInfo("+4930901820", "ru"));
                show(PhoneNumber.getInfo("4954451120"));
                show(PhoneNumber.getInfo("hello", "RU"));
                try { PhoneNumber.getInfo(); } catch (e) { Logger.write("> " + e.message); }
                VoxEngine.terminate();
                """, hasCaller: false)
            _ = try await show.end()
            #expect(
                try await show.notes() == [
                    "+74954451120|RU|Moscow|FIXED_LINE|true|true|true|",
                    "+4930901820|DE|Berlin|FIXED_LINE|true|true|false|",
                    "4954451120|||UNKNOWN|false|false|false|INVALID_COUNTRY_CODE",
                    "hello|||UNKNOWN|false|false|false|NOT_A_NUMBER", "PhoneNumber.getInfo: the number is missing",
                ])
        }
    }

    @Test func aFileIsReadyBeforeItPlaysAndATextIsNot() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    for (const name of ["PlaybackReady", "PlaybackStarted", "PlaybackFinished"]) {
                        call.addEventListener(CallEvents[name], (e) => {
                            Logger.write(`> ${e.name} ${e.call === call} ${e.id === call.id()}`);
                            if (e.name === CallEvents.PlaybackFinished) call.say("x");
                        });
                    }
                    call.startPlayback("http://h/a.mp3", true);
                });
                """)
            let id = Stage.callerID
            try await show.deliver(
                .playbackStarted(id, durationMilliseconds: 1000), .playbackStarted(id, durationMilliseconds: 1000),
                .playbackFinished(id, error: nil), .playbackStarted(id, durationMilliseconds: 500))
            try await show.on { show.session.terminate(.administrative) }
            _ = try await show.end()
            let heard = ["Ready", "Started", "Started", "Finished", "Started"]
            #expect(try await show.notes() == heard.map { "Call.Playback\($0) true true" })
        }
    }

    @Test func theFirstWordsTellPersonsFromMachines() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                for (const username of ["machine", "person", "nobody", "gone"]) {
                    const amd = AMD.create({model: AMD.Model.RU, timeout: username === "nobody" ? 2000 : undefined});
                    const call = VoxEngine.callUser({username, callerid: "1", amd});
                    amd.addEventListener(AMD.Events.DetectionComplete, (e) => Logger.write(
                        `> ${username} ${e.amd === amd} ${e.call === call} ${e.callId === call.id()} ${e.resultClass}`));
                    call.addEventListener("Call.AnswerDetected", () => Logger.write("> an event that is none"));
                }
                try { VoxEngine.callPSTN("1", "2", {amd: {}}); } catch (e) { Logger.write("> " + e.message); }
                try { AMD.create({timeout: 50}); } catch (e) { Logger.write("> " + e.name); }
                """, hasCaller: false)
            let calls = try await show.commands.compactMap(\.outgoingID)
            try #require(calls.count == 4)
            try await show.deliver(.answerDetected(calls[0], .machine))
            for call in calls.prefix(4) { try await show.deliver(.connected(call, headers: [:])) }
            try await show.deliver(
                .answerDetected(calls[0], .machine), .answerDetected(calls[1], .person),
                .answerDetected(calls[2], .nobody),
                .disconnected(calls[3], CallEnd(durationSeconds: 1, code: 16, reason: "")),
                .disconnected(calls[0], CallEnd(durationSeconds: 1, code: 16, reason: "")))
            try await show.on { show.session.terminate(.administrative) }
            _ = try await show.end()
            #expect(
                try await show.notes() == [
                    "callPSTN: amd must come from AMD.create, an object was given", "RangeError",
                    "machine true true true VOICEMAIL", "person true true true HUMAN", "nobody true true true TIMEOUT",
                    "gone true true true CALL_ENDED",
                ])
            let asked = try await show.commands.filter { if case .detect = $0 { true } else { false } }
            #expect(
                asked.contains(
                    .detect(
                        calls[2], .answer(timeoutMilliseconds: 2000, promptMilliseconds: 3000, endsWithPause: true),
                        enabled: true)))
        }
    }

    @Test func aRecorderOfVideoRecordsTheSoundOfItsConference() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                const conference = VoxEngine.createConference({hd_audio: true});
                const recorder = VoxEngine.createRecorder({video: true, hd_audio: true, name: "meeting"});
                recorder.setConference(conference);
                recorder.setPriority(["a", "b"]);
                try { recorder.setConference(recorder); } catch (e) { Logger.write("> " + e.message); }
                Logger.write(`> ${recorder instanceof ConferenceRecorder} ${recorder instanceof Recorder} ${recorder.getPriority()}`);
                recorder.update();
                """)
            try await show.on { show.session.terminate(.administrative) }
            _ = try await show.end()
            #expect(
                try await show.notes() == [
                    "setConference: a Conference is needed, an object was given", "true true a,b",
                ])
            let commands = try await show.commands
            guard case .unit(let conference, .createConference)? = commands.first,
                case .unit(let recorder, .createRecorder(RecordingRequest(isHighQuality: true, name: "meeting")))? =
                    commands.dropFirst().first
            else {
                Issue.record("no conference and recorder: \(commands)")
                return
            }
            #expect(commands.last == .sendMedia(from: conference, to: recorder))
        }
    }

    @Test func customDataIsThereFromTheFirstLine() async throws {
        try await Stage.with { stage in
            for number in 1...4 {
                let show = try await stage.play(
                    """
                    const {number} = JSON.parse(VoxEngine.customData());
                    Logger.write("> " + number);
                    VoxEngine.addEventListener(AppEvents.Started, (e) => {
                        Logger.write("> " + JSON.parse(e.customData).number);
                        setTimeout(VoxEngine.terminate, 1000);
                    });
                    """, hasCaller: false
                ) { $0.customData = #"{"number": \#(number)}"# }
                // From the third on the template has the program.
                #expect(try await show.on { show.session.worker?.isRehearsed } == (number > 2))
                try await show.advance(seconds: 1)
                _ = try await show.end()
                #expect(try await show.notes() == ["\(number)", "\(number)"])
                while try await stage.eventLoop.submit({ stage.runtime.pool.isRehearsing }).get() { await Task.yield() }
            }
        }
    }

    @Test func aSessionKnowsItsApplicationAndItsRule() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.Started, (e) => {
                    Logger.write("> " + [e.domainName, e.dialplanId, e.dialplanName, e.conference_name].join());
                    VoxEngine.terminate();
                });
                """, hasCaller: false
            ) {
                $0.domainName = "app.account.test"
                $0.rule = SessionRule(id: 7, name: "incoming")
                $0.conferenceName = "daily"
            }
            _ = try await show.end()
            #expect(try await show.notes() == ["app.account.test,7,incoming,daily"])
        }
    }

    @Test func aForwardedCallSaysWhoSentItOn() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {
                    VoxEngine.callPSTN("79161234567", e.callerid, {followDiversion: true});
                    VoxEngine.callPSTN("79161234568", "1");
                });
                """
            ) { _ in }
            let calls = try await show.commands.compactMap { command -> OutgoingSIPCall? in
                if case .callSIP(_, let call) = command { call } else { nil }
            }
            #expect(calls.map(\.uri) == ["sip:79161234567@trunk", "sip:79161234568@trunk"])
            #expect(calls.map(\.forwardedFrom) == [Stage.incoming.destination, nil])
        }
    }
}
