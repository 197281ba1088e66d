import CallControl
import Testing

@testable import ScenarioRuntime

/// The engine's lines of a call that the cloud logged in 2015, in order and to the character.
struct SeedLogTests {
    private static let caller = Stage.callerID
    private static let agent = CallID(rawValue: "viXMtbt2TrSdBzRsqoyzSUQTaqDxKESGr_bNdm7UuBI")

    private static let scenario = """
        VoxEngine.addEventListener(AppEvents.HttpRequest, () => {});
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
            VoxEngine.customData(call.id());
            call.startEarlyMedia();
            call.playProgressTone("US");
            Logger.write("");
            Logger.write("--\\nStart INCOMING scenario (version: 9)\\n--");
            let agent;
            setTimeout(() => { call.answer(); call.startPlayback("http://dl.bitrix24.com/vi/RU01.mp3", false); call.handleTones(true, DTMFType.ALL); }, 1000);
            call.addEventListener(CallEvents.PlaybackFinished, () => {
                call.stopPlayback();
                call.handleTones(false);
                agent = VoxEngine.callUser("phone67", "79112233444");
                agent.addEventListener(CallEvents.Connected, () => {
                    agent.decline(302);
                    VoxEngine.sendMediaBetween(agent, call);
                    call.record({stereo: false});
                });
                agent.addEventListener(CallEvents.Disconnected, () => { VoxEngine.stopMediaBetween(call, agent); call.hangup(); });
            });
            call.addEventListener(CallEvents.RecordStopped, VoxEngine.terminate);
        });
        """

    private static let expected = """
        2015-07-24 08:50:08 Loading scenario bitrix24
        2015-07-24 08:50:08 Sent event to JS onPhoneEvent with params [{accessURL =  ;  accountId = 1 ;  applicationId = 2 ;  logURL =  ;  name = Application.Started ;  sessionId = 48475497 ;  userId = 1 ;  } ;  ]
        2015-07-24 08:50:08 Sent event to JS onPhoneEvent with params [{callerid = test ;  destination = 74012000000 ;  displayName = 79112233444 ;  fromURI = sip:test@ip.accountName.voximplant.com ;  headers = {VI-Client-Device = SIP ;  VI-Client-IP = 69.167.178.6 ;  VI-Client-Type = user ;  } ;  id = 16214d90008034a8.1437727808.225341 ;  name = Application.CallAlerting ;  toURI = sip:74012000000@ip.accountName.voximplant.com ;  } ;  ]
        2015-07-24 08:50:08 Executing JS command: SetCustomData with params [{data = 16214d90008034a8.1437727808.225341 ;  } ;  ]
        2015-07-24 08:50:08 Executing JS command: StartAudio with params [{headers = NULL ;  id = 16214d90008034a8.1437727808.225341 ;  } ;  ]
        2015-07-24 08:50:08 Executing JS command: PlayToneScript with params [{id = 16214d90008034a8.1437727808.225341 ;  loop = true ;  script = 440@-19,480@-19;*(2/4/1+2) ;  } ;  ]
        2015-07-24 08:50:08
        2015-07-24 08:50:08 --
        2015-07-24 08:50:08 Start INCOMING scenario (version: 9)
        2015-07-24 08:50:08 --
        2015-07-24 08:50:09 Executing JS command: AcceptCall with params [{headers = NULL ;  id = 16214d90008034a8.1437727808.225341 ;  } ;  ]
        2015-07-24 08:50:09 Executing JS command: Play with params [{id = 16214d90008034a8.1437727808.225341 ;  loop = false ;  url = http://dl.bitrix24.com/vi/RU01.mp3 ;  } ;  ]
        2015-07-24 08:50:09 Executing JS command: HandleTones with params [{handle = true ;  id = 16214d90008034a8.1437727808.225341 ;  } ;  ]
        2015-07-24 08:50:09 Sent event to JS onPhoneEvent with params [{headers = {} ;  id = 16214d90008034a8.1437727808.225341 ;  name = Call.Connected ;  } ;  ]
        2015-07-24 08:50:17 Sent event to JS onPhoneEvent with params [{id = 16214d90008034a8.1437727808.225341 ;  name = Call.PlaybackFinished ;  } ;  ]
        2015-07-24 08:50:17 Executing JS command: Stop with params [{id = 16214d90008034a8.1437727808.225341 ;  } ;  ]
        2015-07-24 08:50:17 Executing JS command: HandleTones with params [{handle = false ;  id = 16214d90008034a8.1437727808.225341 ;  } ;  ]
        2015-07-24 08:50:17 Executing JS command: CallUser with params [{id = viXMtbt2TrSdBzRsqoyzSUQTaqDxKESGr_bNdm7UuBI ;  } ;  {callerid = 79112233444 ;  displayName = NULL ;  headers = NULL ;  username = phone67 ;  video = NULL ;  } ;  ]
        2015-07-24 08:50:17 Sent event to JS onPhoneEvent with params [{headers = {} ;  id = viXMtbt2TrSdBzRsqoyzSUQTaqDxKESGr_bNdm7UuBI ;  name = Call.Connected ;  } ;  ]
        2015-07-24 08:50:17 Executing JS command: HangupCall with params [{code =  3.0200E+02 ;  headers = NULL ;  id = viXMtbt2TrSdBzRsqoyzSUQTaqDxKESGr_bNdm7UuBI ;  } ;  ]
        2015-07-24 08:50:17 Executing JS command: SendMediaBetween with params [{id1 = viXMtbt2TrSdBzRsqoyzSUQTaqDxKESGr_bNdm7UuBI ;  id2 = 16214d90008034a8.1437727808.225341 ;  } ;  ]
        2015-07-24 08:50:17 Executing JS command: Record with params [{id = 16214d90008034a8.1437727808.225341 ;  stereo = false ;  } ;  ]
        2015-07-24 08:50:17 Sent event to JS onPhoneEvent with params [{id = 16214d90008034a8.1437727808.225341 ;  name = Call.RecordStarted ;  url = http://recordUrl.com/record.mp3 ;  } ;  ]
        2015-07-24 08:50:17 Sent event to JS onPhoneEvent with params [{cost =  0.0000E+00 ;  direction = any outgoing voip ;  duration = 18 ;  headers = {} ;  id = viXMtbt2TrSdBzRsqoyzSUQTaqDxKESGr_bNdm7UuBI ;  name = Call.Disconnected ;  } ;  ]
        2015-07-24 08:50:17 Executing JS command: StopMediaBetween with params [{id1 = 16214d90008034a8.1437727808.225341 ;  id2 = viXMtbt2TrSdBzRsqoyzSUQTaqDxKESGr_bNdm7UuBI ;  } ;  ]
        2015-07-24 08:50:17 Executing JS command: HangupCall with params [{code =  6.0300E+02 ;  headers = NULL ;  id = 16214d90008034a8.1437727808.225341 ;  } ;  ]
        2015-07-24 08:50:17 Sent event to JS onPhoneEvent with params [{cost =  0.0000E+00 ;  direction = any Incoming VoIP ;  duration = 34 ;  headers = {} ;  id = 16214d90008034a8.1437727808.225341 ;  name = Call.Disconnected ;  } ;  ]
        2015-07-24 08:50:17 Sent event to JS onPhoneEvent with params [{cost = 0 ;  duration = 18 ;  id = 16214d90008034a8.1437727808.225341 ;  name = Call.RecordStopped ;  reason = Stopped by user ;  url = http://recordUrl.com/record.mp3 ;  } ;  ]
        2015-07-24 08:50:17 Executing JS command: close with params [void ;  ]
        2015-07-24 08:50:17 Session terminated
        """

    @Test func theLinesAreThoseOfTheCloud() async throws {
        var bytes = try #require(Base64.decode("viXMtbt2TrSdBzRsqoyzSUQTaqDxKESGr/bNdm7UuBI"))
        var words: [UInt64] = []
        while bytes.count >= 8 {
            words.append(bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
            bytes.removeFirst(8)
        }
        try await Stage.with(identifiers: PreparedGenerator(prepared: words)) { stage in
            let show = try await stage.play(Self.scenario, name: "bitrix24") {
                $0.accessURL = ""
                $0.logURL = ""
            }
            try await show.advance(seconds: 1)
            try await show.deliver(
                .connected(Self.caller, headers: [:]), .playbackStarted(Self.caller, durationMilliseconds: 8))
            try await show.advance(seconds: 8)
            let url = "http://recordUrl.com/record.mp3"
            try await show.deliver(
                .playbackFinished(Self.caller, error: nil), .connected(Self.agent, headers: [:]),
                .recordStarted(Self.caller, url: url), .disconnected(Self.agent, end(18, "any outgoing voip")),
                .disconnected(Self.caller, end(34, "any Incoming VoIP")),
                .recordStopped(Self.caller, url: url, durationSeconds: 18))
            _ = try await show.end()
            #expect(try await show.log() == Self.expected.split(separator: "\n").map(String.init))
        }
    }

    private func end(_ seconds: Int, _ direction: String) -> CallEnd {
        CallEnd(durationSeconds: seconds, code: 16, reason: "", direction: direction)
    }
}
