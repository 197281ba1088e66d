import CallControl
import Testing

@testable import ScenarioRuntime

/// Transfers, detections, direct calls and the wiring of two legs.
struct CallFeatureTests {
    private static let incoming = Stage.callerID

    @Test func transfersAreAskedForAndReported() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    const agent = VoxEngine.callUser("agent");
                    call.transferTo({to: "sip:a@b", headers: {"X-A": "1"}});
                    call.transferTo({call: agent});
                    call.handleBlindTransfer(true);
                    call.addEventListener(CallEvents.TransferFailed, (e) => Logger.write(`> ${e.code} ${e.reason} ${e.role}`));
                    call.addEventListener(CallEvents.TransferComplete, (e) => Logger.write(`> done ${e.role}`));
                    call.addEventListener(CallEvents.BlindTransferRequested, (e) => {
                        Logger.write("> " + e.transferTo);
                        call.notifyBlindTransferFailed(486, "Busy");
                        call.notifyBlindTransferSuccess();
                    });
                    try { call.transferTo({}); } catch (e) { Logger.write("> " + e.message); }
                    for (let i = 0; i < 9; i++) call.transferTo("sip:a@b");
                });
                """)
            let agent = try #require(try await show.commands.first?.outgoingID)
            try await show.deliver(
                .transferFailed(Self.incoming, code: 603, reason: "Declined", headers: [:]),
                .transferCompleted(Self.incoming, headers: [:]),
                .transferRequested(Self.incoming, target: "sip:c@d", headers: [:]))
            let asked = try await show.commands.dropFirst()
            #expect(
                asked.prefix(3) == [
                    .transfer(Self.incoming, TransferRequest(target: "sip:a@b", headers: ["X-A": "1"])),
                    .transfer(Self.incoming, TransferRequest(target: "", replacing: agent)),
                    .handleTransfers(Self.incoming, true),
                ])
            #expect(asked.count == 3 + 8 + 2)
            #expect(
                asked.suffix(2) == [
                    .finishTransfer(Self.incoming, .failed(code: 486, reason: "Busy")),
                    .finishTransfer(Self.incoming, .succeeded),
                ])
            try await show.on { show.session.terminate(.administrative) }
            #expect(
                try await show.notes() == [
                    "transferTo: the address is missing", "403 Exceeded the limit of 10 transfers of a call undefined",
                    "603 Declined transferor", "done transferor", "sip:c@d",
                ])
        }
    }

    @Test func whatAScriptNotesOfALegReachesTheHistoryAndItsEvents() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call, customData}) => {
                    Logger.write(`> [${customData}]`);
                    call.customData("order 7");
                    call.addEventListener(CallEvents.AudioQualityDetected, (e) => Logger.write(`> ${e.quality}`));
                    call.addEventListener(CallEvents.Connected, (e) => Logger.write(`> ${e.customData}`));
                    call.addEventListener(CallEvents.Disconnected, () => { call.customData("done"); VoxEngine.terminate(); });
                });
                """)
            let id = Self.incoming
            try await show.deliver(
                .audioQuality(id, isWideband: true), .audioQuality(id, isWideband: false), .connected(id, headers: [:]),
                .disconnected(id, CallEnd(durationSeconds: 1, code: 16, reason: "")))
            _ = try await show.end()
            #expect(try await show.notes() == ["[]", "HD", "Standard", "order 7"])
            #expect(try await show.on { show.services.callCustomData } == ["\(id) order 7", "\(id) done"])
            #expect(
                try await show.logTexts().contains(
                    "Executing JS command: SetCallCustomData with params [{data = order 7 ;  id = \(id) ;  } ;  ]"))
        }
    }

    @Test func detectionsReportWhatTheyHear() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    for (const name of ["MicStatusChange", "ToneDetected", "BeepDetectionComplete", "BeepDetectionError",
                        "VoicemailToneDetected", "VoicemailToneNotDetected", "VoicemailPromptDetected", "VoicemailPromptNotDetected"]) {
                        call.addEventListener(CallEvents[name], (e) => {
                            Logger.write(`> ${name} ${e.active} ${e.ProgressTone} ${e.frequencies} ${e.reason} ${e.frequency} ${call.vad()}`);
                            if (name === "BeepDetectionError") call.detectVoicemailTone(5);
                            if (name === "VoicemailPromptNotDetected") call.detectVoicemailPrompt(10, 3);
                        });
                    }
                    call.handleMicStatus(true);
                    call.detectProgressTone();
                    call.enableBeepDetection({frequencies: [425, 1000], timeout: 3000});
                    call.detectVoicemailPrompt();
                });
                """)
            let id = Self.incoming
            try await show.deliver(
                .answerDetected(id, .person), .answerDetected(id, .machine), .answerDetected(id, .machine),
                .micStatusChanged(id, isSpeaking: true), .progressToneDetected(id),
                .beepDetected(id, frequencies: [425]),
                .beepMissed(id, reason: "timeout"), .beepDetected(id, frequencies: [1000]),
                .beepMissed(id, reason: "timeout"))
            #expect(
                try await show.commands == [
                    .detect(id, .speech, enabled: true), .detect(id, .progressTone, enabled: true),
                    .detect(id, .beep(frequencies: [425, 1000], timeoutMilliseconds: 3000), enabled: true),
                    .detect(
                        id, .answer(timeoutMilliseconds: 5000, promptMilliseconds: 2000, endsWithPause: false),
                        enabled: true),
                    .detect(
                        id, .answer(timeoutMilliseconds: 10_000, promptMilliseconds: 3000, endsWithPause: false),
                        enabled: true),
                    .detect(id, .beep(frequencies: [], timeoutMilliseconds: 5000), enabled: true),
                ])
            try await show.on { show.session.terminate(.administrative) }
            let no = "undefined"
            #expect(
                try await show.notes() == [
                    "VoicemailPromptNotDetected \(no) \(no) \(no) \(no) \(no) false",
                    "VoicemailPromptDetected \(no) \(no) \(no) \(no) \(no) false",
                    "MicStatusChange true \(no) \(no) \(no) \(no) true",
                    "ToneDetected \(no) true \(no) \(no) \(no) true",
                    "BeepDetectionComplete \(no) \(no) 425 \(no) \(no) true",
                    "BeepDetectionError \(no) \(no) \(no) timeout \(no) true",
                    "VoicemailToneDetected \(no) \(no) \(no) \(no) 1000 true",
                    "VoicemailToneNotDetected \(no) \(no) \(no) \(no) \(no) true",
                ])
        }
    }

    @Test func aDirectCallTakesNoSoundOfThePlatform() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                "VoxEngine.forwardCallToUserDirect((a, b) => { a.say('x'); b.record(); a.hangup(); });")
            let agent = try #require(try await show.commands.first?.outgoingID)
            try await show.deliver(
                .connected(agent, headers: [:]), .connected(Self.incoming, headers: [:]),
                .disconnected(Self.incoming, CallEnd(durationSeconds: 1, code: 16, reason: "")))
            _ = try await show.end()
            #expect(
                try await show.commands.suffix(4) == [
                    .sendMedia(from: UnitID(Self.incoming), to: UnitID(agent)),
                    .sendMedia(from: UnitID(agent), to: UnitID(Self.incoming)), .answer(Self.incoming, headers: [:]),
                    .hangup(Self.incoming, code: 603, headers: [:]),
                ])
            let lines = try await show.logTexts()
            #expect(lines.contains { $0.hasPrefix("Executing JS command: CallUserDirect with params [{id = ") })
            #expect(lines.contains("WARNING! say: the call is direct, nothing is done."))
        }
    }

    @Test func whatCannotBeDialledFailsWithItsEvent() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                const calls = [VoxEngine.callPSTN("100", "1", {followDiversion: true}),
                    VoxEngine.callWhatsappUser({number: "100", callerid: "1"})];
                calls.forEach((call, i) => call.addEventListener(CallEvents.Failed, (e) => Logger.write(`> ${i} ${e.code}`)));
                setTimeout(VoxEngine.terminate, 1000);
                """, hasCaller: false)
            try await show.advance(seconds: 1)
            _ = try await show.end()
            #expect(try await show.notes() == ["0 503", "1 501"])
            #expect(try await show.commands.isEmpty)
        }
    }

    @Test func registrationsAndConferencesAreNamedToTheEngine() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.callSIP("sip:a@b", {regId: 7, callerid: "1"});
                VoxEngine.callConference({conferenceId: "daily", callerid: "2", displayName: "Anna", extraHeaders: {"X-Seat": "3"}});
                VoxEngine.callConference("weekly", "4");
                setTimeout(VoxEngine.terminate, 1000);
                """, hasCaller: false)
            try await show.advance(seconds: 1)
            _ = try await show.end()
            let commands = try await show.commands
            guard commands.count == 3, case .callSIP(_, let call) = commands[0],
                case .callConference(_, let daily) = commands[1], case .callConference(_, let weekly) = commands[2]
            else {
                Issue.record("\(commands)")
                return
            }
            #expect(call.registration == OutboundRegistrationID(rawValue: 7) && call.callerID == "1")
            #expect(
                daily
                    == OutgoingConferenceCall(
                        conference: "daily", callerID: "2", displayName: "Anna", headers: ["X-Seat": "3"]))
            #expect(weekly == OutgoingConferenceCall(conference: "weekly", callerID: "4"))
        }
    }

    @Test func aRecordingIsNamedSecuredAndKeptAsTheScriptSays() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                  call.record({name: "Interview", secure: true, expire: RecordExpireTime.TWOYEARS});
                  call.record({expire: "for ever", lossless: true});
                  VoxEngine.terminate();
                });
                """)
            _ = try await show.end()
            let requests = try await show.commands.compactMap { command in
                if case .record(_, let request) = command { request } else { nil }
            }
            #expect(
                requests == [
                    RecordingRequest(name: "Interview", isSecure: true, life: .twoYears),
                    RecordingRequest(isLossless: true),
                ])
            #expect(try await show.logTexts().contains { $0.contains("expire is no RecordExpireTime") })
        }
    }

    @Test func headersAreCutAtTheLimits() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    const headers = {};
                    for (let i = 10; i < 40; i++) headers["X-" + i] = "v".repeat(300);
                    call.answer(headers);
                });
                """)
            guard case .answer(_, let headers, _)? = try await show.commands.first else {
                Issue.record("no answer")
                return
            }
            // 208 bytes each: name, colon, blank, value and line end.
            #expect(headers.count == 19)
            #expect(headers.values.allSatisfy { $0 == String(repeating: "v", count: 200) })
            try await show.on { show.session.terminate(.administrative) }
            let lines = try await show.logTexts()
            #expect(lines.contains("WARNING! The headers are longer than 4095 bytes, X-29 is left out."))
        }
    }

    @Test func statesAreReportedToThoseWhoListen() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
                    call.addEventListener(CallEvents.StateChanged, (e) => Logger.write(`> ${e.oldState} ${e.newState}`));
                    call.addEventListener(CallEvents.RtpStopped, () => Logger.write("> silence"));
                    call.addEventListener(CallEvents.Forwarding, () => Logger.write("> elsewhere"));
                    call.startEarlyMedia();
                });
                """)
            try await show.deliver(
                .connected(Self.incoming, headers: [:]), .rtpStopped(Self.incoming),
                .forwarding(Self.incoming, headers: [:]))
            try await show.on { show.session.terminate(.administrative) }
            #expect(
                try await show.notes() == [
                    "ALERTING PROGRESSING", "PROGRESSING CONNECTED", "silence", "elsewhere",
                ])
        }
    }
}
