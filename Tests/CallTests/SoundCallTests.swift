import Foundation
import Media
import NIOCore
import SIP
import Testing

@testable import Switchboard

/// What both ends of a call hear, and the digits that travel beside the sound.
@Suite(.serialized) struct SoundCallTests {
    @Test func eachHearsTheOtherWithin100MillisecondsOfTheAnswer() async throws {
        try await TestInstallation.run { installation in
            let credentials = try await installation.prepared()
            let desk = try await installation.phone(
                credentials.phoneLogin, domain: credentials.domain, password: credentials.phonePassword)
            try await desk.register()
            try await desk.play(Self.second(of: 1000), loop: false)
            let caller = try await installation.caller()
            try await caller.play(try DemoPhones.tone(700), loop: true)
            let call = try await caller.call(DemoCompany.number)
            let ringing = try await desk.journal.first("the call", within: .seconds(60)) {
                if case .incoming = $0 { true } else { false }
            }
            guard case .incoming(let talk, _) = ringing else { return }
            let files = ["caller", "employee"].map { "\(installation.directory)/\($0).wav" }
            try await caller.hear(to: files[0], in: call)
            try await desk.hear(to: files[1], in: talk)
            let begin = ContinuousClock.now
            try await desk.answer(talk)
            let answering = ContinuousClock.now - begin
            try await desk.journal.first("the end of what the employee says") { $0 == .playbackFinished }
            try await caller.hangUp(call)
            for (phone, path) in [(caller, files[0]), (desk, files[1])] {
                try await phone.journal.first("the recording") { $0 == .recorded(path) }
            }
            for (path, frequency) in [(files[0], 1000.0), (files[1], 700.0)] {
                let track = ToneTrack(try AudioDecoder().decode(path: path))
                let start = try #require(track.start(of: frequency), "\(frequency) Hz is heard")
                #expect(start + answering / .seconds(1) <= 0.15, "\(frequency) Hz came after \(start) s")
            }
            for phone in [desk, caller] { await phone.stop() }
        }
    }

    @Test func wavFilesArePlayedFromTheFolderAndOverHTTPAndNothingElseIs() async throws {
        let scenario = try CustomScenario()
        let arrange: (Settings) throws -> Void = { settings in
            let folder = "\(settings.text("data.directory"))/sounds"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Self.tone(700, to: "\(folder)/low.wav")
            try Self.tone(1300, to: "\(folder)/high.wav")
            try scenario.write(
                Self.player(of: [
                    "file://\(folder)/low.wav", "\(settings.url("portal"))/sounds/high.wav",
                    "file://\(folder)/../secrets.json", "file://\(folder)/missing.wav",
                ]))
        }
        try await TestInstallation.run(scenario.settings, arrange: arrange) { installation in
            _ = try await installation.prepared()
            let caller = try await installation.caller()
            let heard = "\(installation.directory)/heard.wav"
            try await caller.hear(to: heard)
            let call = try await caller.call(DemoCompany.number)
            try await caller.journal.first("the end") { $0 == .ended(call, byPeer: true) }
            try await caller.journal.first("the recording") { $0 == .recorded(heard) }
            let track = ToneTrack(try AudioDecoder().decode(path: heard))
            for frequency in [700.0, 1300.0] {
                #expect(abs(track.seconds(of: frequency) - 1) < 0.2, "a second of \(frequency) Hz")
            }
            let low = try #require(track.start(of: 700))
            #expect(low < (try #require(track.start(of: 1300))))
            let log = try await installation.finishedLog(with: "the sounds are over")
            let results = log.split(separator: "\n").compactMap {
                $0.range(of: "played: ").map { log[$0.upperBound...] }
            }
            .map { $0.prefix { $0 != "\n" } }
            #expect(results.prefix(2) == ["whole", "whole"])
            #expect(results.count == 4 && results.suffix(2).allSatisfy { $0 != "whole" }, "\(results)")
            await caller.stop()
        }
    }

    /// Plays one sound after the other and hangs up.
    static func player(of sounds: [String]) -> String {
        """
        const sounds = \(sounds);
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
          const next = () => {
            const sound = sounds.shift();
            if (sound !== undefined) return call.startPlayback(sound);
            Logger.write('the sounds are over');
            call.hangup();
          };
          call.addEventListener(CallEvents.Connected, next);
          call.addEventListener(CallEvents.PlaybackFinished, (event) => {
            Logger.write(`played: ${event.error || 'whole'}`);
            next();
          });
          call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
          call.answer();
        });
        """
    }

    private static func second(of frequency: Double) throws -> PCMClip {
        PCMClip(samples: Array(try DemoPhones.tone(frequency).samples.prefix(PCMClip.sampleRate)))
    }

    /// A second of a tone in a wav file.
    static func tone(_ frequency: Double, to path: String) throws {
        let writer = try WAVWriter(path: path)
        try second(of: frequency).samples.withUnsafeBufferPointer { try writer.append($0) }
        try writer.close()
    }

    /// Digits beside the sound, in both directions, and through a bridge to a device that takes them in the sound.
    @Test func digitsTravelByInfoBothWays() async throws {
        let scenario = try CustomScenario(
            """
            VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
              let digits = '';
              call.addEventListener(CallEvents.ToneReceived, ({ tone, type }) => {
                digits += tone;
                Logger.write(`tone ${tone} of kind ${type}`);
                if (digits === '19') call.sendDigits('4p2#');
              });
              call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
              call.handleTones(true);
              call.answer();
            });
            """)
        try await TestInstallation.run(scenario.settings) { installation in
            _ = try await installation.prepared()
            let caller = try await installation.caller(PhoneBehaviour(digits: .info))
            let call = try await caller.call(DemoCompany.number)
            try await caller.journal.first("the answer") { $0 == .answered(call) }
            try await caller.sendDigits("19", in: call)
            for digit in "42#" { try await caller.journal.first("the digit \(digit)") { $0 == .digit(call, digit) } }
            try await caller.hangUp(call)
            let log = try await installation.finishedLog(with: "tone 9 of kind 3")
            #expect(log.contains("tone 1 of kind 3"))
            await caller.stop()
        }
    }

    @Test(arguments: [(PhoneBehaviour.Digits.info, PhoneBehaviour.Digits.events), (.events, .info), (.info, .info)])
    func aBridgeTurnsDigitsIntoTheFormOfTheOtherSide(
        from: PhoneBehaviour.Digits, to: PhoneBehaviour.Digits
    ) async throws {
        try await TestInstallation.run { installation in
            let credentials = try await installation.prepared()
            let desk = try await installation.phone(
                credentials.phoneLogin, domain: credentials.domain, password: credentials.phonePassword,
                behaviour: PhoneBehaviour(answer: .after(.milliseconds(100)), digits: to))
            try await desk.register()
            let caller = try await installation.caller(PhoneBehaviour(digits: from))
            let call = try await caller.call(DemoCompany.number)
            let answer = try await desk.journal.first("the talk", within: .seconds(60)) {
                if case .answered = $0 { true } else { false }
            }
            guard case .answered(let talk) = answer else { return }
            // The bridge is there when the other's voice is heard.
            let heard = "\(installation.directory)/bridge.wav"
            try await desk.hear(to: heard, in: talk)
            _ = try await Wait.until("the start of the talk at the portal") {
                installation.runningLog(with: "Send CallStart") == nil ? nil : true
            }
            try await caller.sendDigits("58", in: call)
            for digit in "58" { try await desk.journal.first("the digit \(digit)") { $0 == .digit(talk, digit) } }
            try await caller.hangUp(call)
            for phone in [desk, caller] { await phone.stop() }
        }
    }
}
