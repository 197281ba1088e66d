import Media
import SIP
import Testing

@testable import Switchboard

/// Three phones that nobody here wrote in one conference: each hears exactly the two others.
@Suite(.serialized) struct InteropConferenceTests {
    /// Whoever calls talks with both phones; ends as soon as one of them has enough.
    private static let scenario = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
          const conference = VoxEngine.createConference();
          let parties = 0;
          const join = (party) => {
            party.addEventListener(CallEvents.Failed, ({ code }) => Logger.write(`went wrong: ${code}`));
            party.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
            party.addEventListener(CallEvents.Connected, () => {
              VoxEngine.sendMediaBetween(party, conference);
              parties += 1;
              if (parties === 3) Logger.write('all are in');
            });
          };
          call.addEventListener(CallEvents.RecordStarted, ({ url }) => Logger.write(`recording: ${url}`));
          call.addEventListener(CallEvents.Connected, () => call.record({ stereo: true }));
          join(call);
          for (const user of ['\(InteropOffice.firstUser)', '\(InteropOffice.secondUser)']) {
            join(VoxEngine.callUser(user, '100'));
          }
          call.answer();
        });
        """

    /// The level of the voices, in dBm0.
    private static let level = -13.0
    /// How long all three are in, in seconds.
    private static let talk = 3.0

    /// sipp keeps no sound: what it hears is what the platform sends it, as the recording of its leg has it.
    @Test(.timeLimit(.minutes(2)), arguments: InteropOffice.transports)
    func sippTalksWithTwoBaresips(transport: SIPTransportKind) async throws {
        try await InteropOffice.run(transport, scenario: { _ in Self.scenario }) { office in
            var script = SippScript(InteropOffice.customer)
            script.play(SippCaller.sound, forEver: true)
            script.expect("BYE")
            try await office.sipp("customer") { customer in
                try await office.call(DemoCompany.number, by: customer, as: script)
                try await talk(in: office)
                try await customer.succeed()
            }
            _ = try await office.installation.finishedLog(with: "all are in")
            let leg = try StereoRecording(path: try await office.recording(after: "recording: "))
            #expect(ToneTrack(leg.said).seconds(of: SippCaller.voice) > Self.talk - 0.5, "the third speaks")
            check(leg.heard, of: SippCaller.voice, third: SippCaller.voice)
            try check(office, third: SippCaller.voice)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: InteropOffice.transports)
    func threeBaresipsTalk(transport: SIPTransportKind) async throws {
        try await InteropOffice.run(transport, scenario: { _ in Self.scenario }) { office in
            let voice = InteropOffice.thirdVoice
            try await office.third(sound: try DemoPhones.tone(voice).samples) { phone in
                try await phone.control.perform("dial", "sip:700@\(office.domain)")
                try await talk(in: office)
                try await phone.control.event("CALL_CLOSED")
                check(try phone.heard(), of: voice, third: voice)
            }
            try check(office, third: voice)
        }
    }

    /// Both phones answer, all three talk, and the first phone has enough.
    private func talk(in office: InteropOffice) async throws {
        for phone in [office.first, office.second] { try await phone.take() }
        try await office.logged("all are in")
        for phone in [office.first, office.second] { try await phone.hear(seconds: Self.talk) }
        try await office.first.control.perform("hangup")
        for phone in [office.first, office.second] { try await phone.control.event("CALL_CLOSED") }
    }

    private func check(_ office: InteropOffice, third: Double) throws {
        check(try office.first.heard(), of: InteropOffice.firstVoice, third: third)
        check(try office.second.heard(), of: InteropOffice.secondVoice, third: third)
    }

    /// What the party with a voice heard: both others at once, as loud as they speak, and never itself.
    private func check(_ heard: PCMClip, of voice: Double, third: Double) {
        let track = ToneTrack(heard)
        let all = [InteropOffice.firstVoice, InteropOffice.secondVoice, third]
        let levels = all.map { track.levels($0) }
        let others = all.indices.filter { all[$0] != voice }
        let blocks = levels[0].indices.count { block in
            others.allSatisfy { abs(levels[$0][block] - Self.level) < 2 }
        }
        let seconds = Double(blocks * ToneTrack.blockMilliseconds) / 1000
        #expect(seconds > Self.talk - 0.5, "\(voice) Hz hears both others for \(seconds) s only")
        let own = track.seconds(of: voice, above: -40)
        #expect(own == 0, "\(voice) Hz hears itself for \(own) s")
    }
}
