import Foundation
import Media
import SIP
import Testing

@testable import Switchboard

/// Transfers and holds with phones that nobody here wrote.
@Suite(.serialized) struct InteropTransferTests {
    /// sipp has one call with each of the two phones and puts them through (REFER with Replaces).
    @Test(.timeLimit(.minutes(2)), arguments: [SIPTransportKind.udp, .tcp])
    func sippPutsItsTwoCallsThroughAndTheOthersTalk(transport: SIPTransportKind) async throws {
        try await InteropOffice.run(transport, scenario: { _ in Self.puttingThrough }) { office in
            let colleague = try await office.colleague()
            try await office.sipp("held") { held in
                try await call(office, colleague, InteropOffice.firstUser, by: held, callID: "held@office")
                try await office.first.take()
                let replaces = "held%40office%3Bto-tag%3D\(try await held.remoteTag())%3Bfrom-tag%3D\(Self.heldTag)"
                try await office.sipp("consulting") { consulting in
                    try await call(
                        office, colleague, InteropOffice.secondUser, by: consulting, callID: "consulting@office",
                        replacing: replaces)
                    try await office.second.take()
                    try await consulting.succeed()
                }
                try await held.succeed()
                try await checkTalk(office, after: SippCaller.voice)
            }
        }
    }

    /// A third baresip does the same; over TLS the sound of every leg is encrypted.
    @Test(.timeLimit(.minutes(2)), arguments: InteropOffice.transports)
    func baresipPutsItsTwoCallsThroughAndTheOthersTalk(transport: SIPTransportKind) async throws {
        try await InteropOffice.run(transport, scenario: { _ in Self.puttingThrough }) { office in
            let voice = InteropOffice.thirdVoice
            try await office.third(sound: try DemoPhones.tone(voice).samples) { phone in
                try await phone.control.perform("dial", "sip:\(InteropOffice.firstUser)@\(office.domain)")
                try await office.first.take()
                let held = try await phone.newestDialog()
                try await office.first.hear(seconds: 1)
                try await phone.control.perform("dial", "sip:\(InteropOffice.secondUser)@\(office.domain)")
                try await office.second.take()
                try await office.second.hear(seconds: 1)
                // The command of this baresip knows nothing of a second call, but passes on what it is given.
                let target = "<sip:\(InteropOffice.firstUser)@\(office.domain)?Replaces=\(held.replaces)>"
                try await phone.control.perform("transfer", target)
                try await checkTalk(office, after: voice)
                for _ in 1...2 { try await phone.control.event("CALL_CLOSED", opposite: "TRANSFER_FAILED") }
            }
        }
    }

    private static let puttingThrough = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call, callerid, destination }) => {
          call.addEventListener(CallEvents.Replaced, ({ peer }) => Logger.write(`now with ${peer}`));
          VoxEngine.easyProcess(call, VoxEngine.callUser(destination, callerid));
        });
        """

    private static let heldTag = "held"

    private func call(
        _ office: InteropOffice, _ caller: SippScript.Caller, _ callee: String, by sipp: SippCaller, callID: String,
        replacing replaces: String? = nil
    ) async throws {
        var script = SippScript(caller, tag: replaces == nil ? Self.heldTag : "consulting")
        script.play(SippCaller.sound, forEver: true)
        if let replaces {
            script.pause(milliseconds: 1000)
            let target = "<sip:\(InteropOffice.firstUser)@\(office.domain)?Replaces=\(replaces)>"
            script.ask(
                "REFER", fields: ["Refer-To": target, "Referred-By": "<sip:\(caller.user)@\(caller.domain)>"],
                status: 202)
            script.expect("NOTIFY")
            script.expect("NOTIFY", holding: "SIP/2.0 200")
        }
        script.expect("BYE")
        try sipp.call(
            callee, at: office.installation.server, as: script, transport: office.transport, from: "127.0.0.1",
            callID: callID)
    }

    /// Both phones hear each other now; when one hangs up, the other's call ends too.
    private func checkTalk(_ office: InteropOffice, after before: Double) async throws {
        for user in [InteropOffice.firstUser, InteropOffice.secondUser] { try await office.logged("now with \(user)") }
        for phone in [office.first, office.second] { try await phone.hear(seconds: 2) }
        try await office.second.control.perform("hangup")
        for phone in [office.first, office.second] { try await phone.control.event("CALL_CLOSED") }
        let voices = [InteropOffice.secondVoice, InteropOffice.firstVoice]
        for (phone, voice) in zip([office.first, office.second], voices) {
            let heard = ToneTrack(try phone.heard())
            #expect(heard.seconds(of: voice) > 1.5, "\(voice) Hz is heard")
            #expect(heard.seconds(of: before) > 0.5, "the one who put them through was heard before")
            #expect(try #require(heard.start(of: voice)) >= heard.end(of: before) - 0.1, "and no longer")
        }
    }

    /// Either side holds: the other hears music from the scenario meanwhile.
    @Test(.timeLimit(.minutes(2)), arguments: InteropOffice.transports)
    func eitherSideHoldsAndTakesBack(transport: SIPTransportKind) async throws {
        try await InteropOffice.run(transport, scenario: Self.holding) { office in
            try await office.first.control.perform("dial", "sip:\(InteropOffice.secondUser)@\(office.domain)")
            try await office.second.take()
            for (phone, count) in [(office.first, 1), (office.second, 2)] {
                try await phone.speak(seconds: 2)
                try await phone.control.perform("hold")
                try await office.logged("name = Call.OnHold", times: count)
                try await phone.speak(seconds: 3)
                try await phone.control.perform("resume")
                try await office.logged("name = Call.OffHold", times: count)
            }
            try await office.second.speak(seconds: 2)
            try await office.second.control.perform("hangup")
            try await office.first.control.event("CALL_CLOSED")
            try await checkHolds(office)
        }
    }

    private static let music = 600.0

    private static func holding(_ settings: Settings) throws -> String {
        let folder = "\(settings.text("data.directory"))/sounds"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let writer = try WAVWriter(path: "\(folder)/music.wav")
        try DemoPhones.tone(music).samples.withUnsafeBufferPointer { try writer.append($0) }
        try writer.close()
        return """
            VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call, callerid, destination }) => {
              const leg = VoxEngine.callUser(destination, callerid);
              leg.addEventListener(CallEvents.Connected, () => call.answer());
              call.addEventListener(CallEvents.Connected, () => {
                VoxEngine.sendMediaBetween(call, leg);
                call.record();
                leg.record();
              });
              for (const [name, one, other] of [['caller', call, leg], ['callee', leg, call]]) {
                one.addEventListener(CallEvents.RecordStarted, ({ url }) => Logger.write(`the ${name}: ${url}`));
                one.addEventListener(CallEvents.OnHold, () => {
                  Logger.write(`the ${name} holds`);
                  VoxEngine.stopMediaBetween(call, leg);
                  other.startPlayback('file://\(folder)/music.wav', true);
                });
                one.addEventListener(CallEvents.OffHold, () => {
                  other.stopPlayback();
                  VoxEngine.sendMediaBetween(call, leg);
                });
                one.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
              }
            });
            """
    }

    /// Each side's recording holds what it heard: the other's voice, with music in the gap of the other's hold.
    private func checkHolds(_ office: InteropOffice) async throws {
        for text in ["the caller holds", "the callee holds"] { try await office.logged(text) }
        for (side, voice) in [("caller", InteropOffice.secondVoice), ("callee", InteropOffice.firstVoice)] {
            let path = try await office.recording(after: "the \(side): ")
            let track = ToneTrack(try AudioDecoder().decode(path: path))
            #expect(track.seconds(of: voice) > 3, "the \(side) hears the other before and after")
            #expect(track.seconds(of: Self.music) > 2, "the \(side) hears music while the other holds")
        }
        let heard = ToneTrack(try office.second.heard())
        let hold = try #require(heard.gaps(of: InteropOffice.firstVoice, atLeast: 2).first, "the first phone's hold")
        let music = try #require(heard.start(of: Self.music), "the music of it")
        #expect(abs(music - hold.lowerBound) < 0.5, "music from \(music) s on, silence from \(hold.lowerBound) s on")
    }
}
