import Foundation
import Media
import NIOCore
import SDP
import SIP
import Testing

@testable import Switchboard

/// A customer and two phones of an employee in one conference that a scenario makes and records.
@Suite(.serialized) struct ConferenceCallTests {
    /// Calls both phones, mixes all three, records the mix, ends when the customer hangs up.
    private static let scenario = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
          const conference = VoxEngine.createConference();
          const recorder = VoxEngine.createRecorder();
          let parties = 0;
          for (const [source, names] of [[conference, ConferenceEvents], [recorder, RecorderEvents]]) {
            source.addEventListener(source === conference ? names.ConferenceError : names.RecorderError,
              ({ error }) => Logger.write(`went wrong: ${error}`));
          }
          const join = (party) => {
            party.addEventListener(CallEvents.Failed, ({ code }) => Logger.write(`went wrong: ${code}`));
            party.addEventListener(CallEvents.Connected, () => {
              VoxEngine.sendMediaBetween(party, conference);
              parties += 1;
              if (parties === 3) Logger.write('all are in');
            });
          };
          conference.addEventListener(ConferenceEvents.Started, () => conference.sendMediaTo(recorder));
          recorder.addEventListener(RecorderEvents.Started, ({ url }) => Logger.write(`records to ${url}`));
          recorder.addEventListener(RecorderEvents.Stopped, ({ duration }) => {
            Logger.write(`recorded ${duration} s`);
            VoxEngine.terminate();
          });
          join(call);
          call.addEventListener(CallEvents.Disconnected, () => recorder.stop());
          for (const user of ['user67', 'phone67']) join(VoxEngine.callUser(user, '100'));
          call.answer();
        });
        """

    /// A party: what it says, and where it is kept what it hears.
    private struct Party {
        let phone: SoftPhone
        let frequency: Double
        let file: String
    }

    @Test(arguments: [
        [PhoneBehaviour().codecs, PhoneBehaviour().codecs, PhoneBehaviour().codecs],
        [[.pcma], [.g722], [.g722, .pcmu]],
    ])
    func eachHearsTheTwoOthersAndTheMixIsRecorded(codecs: [[AudioCodec]]) async throws {
        let settings = try CustomScenario(Self.scenario).settings.merging(
            ["voice.rtp.codecs": .list(["G722", "PCMU", "PCMA"])]) { $1 }
        try await TestInstallation.run(settings) { installation in
            let parties = try await parties(of: installation, codecs)
            let call = try await parties[0].phone.call(DemoCompany.number)
            for party in parties {
                try await party.phone.journal.first("the answer", within: .seconds(60)) {
                    if case .answered = $0 { true } else { false }
                }
            }
            try await Wait.until("three seconds of talk") {
                parties.allSatisfy { ToneTrack.secondsWritten(to: $0.file) > 4 } ? () : nil
            }
            try await parties[0].phone.hangUp(call)
            for party in parties { await party.phone.stop() }
            for party in parties { try check(party, among: parties) }
            let log = try await installation.finishedLog(with: "recorded ")
            #expect(log.contains("all are in") && !log.contains("went wrong"))
            let mix = try recording(of: installation, log)
            for party in parties { #expect(mix.seconds(of: party.frequency) > 2, "\(party.frequency) Hz in the mix") }
        }
    }

    private func parties(
        of installation: TestInstallation, _ codecs: [[AudioCodec]]
    ) async throws -> [Party] {
        let credentials = try await installation.prepared()
        let behaviours = codecs.map { PhoneBehaviour(answer: .after(.milliseconds(100)), codecs: $0) }
        let phones = [
            try await installation.caller(behaviours[0]),
            try await installation.phone(
                credentials.userLogin, domain: credentials.domain, password: credentials.userPassword,
                behaviour: behaviours[1]),
            try await installation.phone(
                credentials.phoneLogin, domain: credentials.domain, password: credentials.phonePassword,
                behaviour: behaviours[2]),
        ]
        for phone in phones.dropFirst() { try await phone.register() }
        var parties: [Party] = []
        for (phone, frequency) in zip(phones, [700.0, 1000, 1300]) {
            let file = "\(installation.directory)/heard-\(Int(frequency)).wav"
            try await phone.play(try DemoPhones.tone(frequency), loop: true)
            try await phone.hear(to: file)
            parties.append(Party(phone: phone, frequency: frequency, file: file))
        }
        return parties
    }

    private func check(_ party: Party, among parties: [Party]) throws {
        let track = ToneTrack(try AudioDecoder().decode(path: party.file))
        for other in parties {
            let seconds = track.seconds(of: other.frequency)
            if other.frequency == party.frequency {
                #expect(seconds == 0, "\(party.frequency) Hz hears itself for \(seconds) s")
            } else {
                #expect(seconds > 2, "\(party.frequency) Hz hears \(other.frequency) Hz for \(seconds) s only")
            }
        }
    }

    private func recording(of installation: TestInstallation, _ log: String) throws -> ToneTrack {
        let match = try #require(log.firstMatch(of: /records to \S+\/([0-9a-f]{32}\.mp3)/), "the recorder's address")
        let name = match.1
        return ToneTrack(
            try AudioDecoder().decode(path: "\(installation.directory)/voice/records/\(name.prefix(2))/\(name)"))
    }
}
