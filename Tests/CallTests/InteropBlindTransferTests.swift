import Foundation
import Media
import SIP
import Testing

@testable import Switchboard

/// Blind transfers, which need the scenario, with phones that nobody here wrote.
@Suite(.serialized) struct InteropBlindTransferTests {
    /// A phone sends the customer on to its colleague; the scenario carries it out.
    private static let blind = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call, callerid }) => {
          let partner = null;
          const ring = (user, connected, failed) => {
            const leg = VoxEngine.callUser(user, callerid);
            leg.addEventListener(CallEvents.Connected, () => {
              partner = leg;
              VoxEngine.sendMediaBetween(call, leg);
              leg.handleBlindTransfer(true);
              connected();
            });
            leg.addEventListener(CallEvents.Failed, failed);
            leg.addEventListener(CallEvents.Disconnected, () => { if (partner === leg) call.hangup(); });
            leg.addEventListener(CallEvents.BlindTransferRequested, ({ transferTo }) => {
              Logger.write(`wanted: ${transferTo}`);
              ring(transferTo, () => leg.notifyBlindTransferSuccess(),
                (e) => leg.notifyBlindTransferFailed(e.code, e.reason));
            });
          };
          call.addEventListener(CallEvents.RecordStarted, ({ url }) => Logger.write(`recording: ${url}`));
          call.addEventListener(CallEvents.Connected, () => call.record());
          call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
          ring('\(InteropOffice.firstUser)', () => call.answer(), VoxEngine.terminate);
        });
        """

    @Test(.timeLimit(.minutes(2)), arguments: InteropOffice.transports)
    func aPhoneSendsTheCustomerOnAndTalksNoMore(transport: SIPTransportKind) async throws {
        try await InteropOffice.run(transport, scenario: { _ in Self.blind }) { office in
            try await customerCalls(office) {
                try await office.first.control.perform("transfer", "sip:\(InteropOffice.secondUser)@\(office.domain)")
                try await office.second.take()
                try await office.first.control.event("CALL_CLOSED", opposite: "TRANSFER_FAILED")
                try await office.second.hear(seconds: 2)
                try await office.second.control.perform("hangup")
            }
            try await office.logged("wanted: \(InteropOffice.secondUser)")
            let second = ToneTrack(try office.second.heard())
            #expect(second.seconds(of: SippCaller.voice) > 1.5, "the colleague hears the customer")
            let recording = ToneTrack(try AudioDecoder().decode(path: try await office.recording(after: "recording: ")))
            let begin = try #require(recording.start(of: InteropOffice.secondVoice), "the colleague is recorded")
            let before = try #require(recording.start(of: InteropOffice.firstVoice), "as is the phone before")
            #expect(before < begin)
            #expect(recording.end(of: InteropOffice.firstVoice) <= begin + 0.1, "nobody speaks between")
        }
    }

    /// baresip 1.0.0 then drops its call by itself, with a BYE and without the event `CALL_CLOSED`; later versions keep it.
    @Test(.timeLimit(.minutes(2)), arguments: InteropOffice.transports)
    func aPhoneLearnsThatItCouldNotSendTheCustomerOn(transport: SIPTransportKind) async throws {
        try await InteropOffice.run(transport, scenario: { _ in Self.blind }) { office in
            try await customerCalls(office) {
                try await office.first.control.perform("transfer", "sip:nobody@\(office.domain)")
                let reason = try await office.first.control.event("TRANSFER_FAILED", opposite: "CALL_CLOSED")
                #expect(reason == "480 User offline")
            }
            try await office.logged("wanted: nobody")
        }
    }

    /// A caller wants to send his far end on to nobody: the two talk on (RFC 3515 leaves the call as it was).
    ///
    /// sipp asks for it, as a phone that stays in the call after the report.
    @Test(.timeLimit(.minutes(2)), arguments: InteropOffice.transports)
    func aTransferToNobodyLeavesTheCallAsItWas(transport: SIPTransportKind) async throws {
        try await InteropOffice.run(transport, scenario: { _ in Self.askedByTheCaller }) { office in
            let script = Self.goingOnAfterTheReport(InteropOffice.customer, office.domain)
            let later = try DemoPhones.tone(Self.laterVoice).samples
            try await office.sipp("customer") { customer in
                try await office.call(
                    DemoCompany.number, by: customer, as: script, sounds: [Self.laterSound: later])
                try await office.first.take()
                try await office.logged("nobody came: 480")
                try await office.first.hear(seconds: 3)
                try await office.first.control.perform("hangup")
                try await customer.succeed()
            }
            let heard = ToneTrack(try office.first.heard())
            #expect(heard.seconds(of: SippCaller.voice) > 0.5, "the caller is heard before he asks")
            #expect(heard.seconds(of: Self.laterVoice) > 2, "and after the report")
            let recording = ToneTrack(try AudioDecoder().decode(path: try await office.recording(after: "recording: ")))
            let begin = try #require(recording.start(of: Self.laterVoice), "the caller goes on")
            #expect(recording.end(of: InteropOffice.firstVoice) > begin + 2, "as does the phone")
        }
    }

    private static let laterVoice = 700.0
    private static let laterSound = "later.raw"

    /// The script of the one who asks: he speaks with another voice once the failure was reported to him.
    private static func goingOnAfterTheReport(_ caller: SippScript.Caller, _ domain: String) -> SippScript {
        var script = SippScript(caller)
        script.play(SippCaller.sound, forEver: true)
        script.pause(milliseconds: 1000)
        script.ask("REFER", fields: ["Refer-To": "<sip:nobody@\(domain)>"], status: 202)
        script.expect("NOTIFY", matching: "Subscription-State: active.*SIP/2.0 100")
        script.expect("NOTIFY", matching: "Event: refer.*Subscription-State: terminated;reason=noresource.*SIP/2.0 480")
        script.play(laterSound, forEver: true)
        script.expect("BYE")
        return script
    }

    private static let askedByTheCaller = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call, callerid }) => {
          call.handleBlindTransfer(true);
          call.addEventListener(CallEvents.BlindTransferRequested, ({ transferTo }) => {
            VoxEngine.callUser(transferTo, callerid).addEventListener(CallEvents.Failed, ({ code, reason }) => {
              Logger.write(`${transferTo} came: ${code}`);
              call.notifyBlindTransferFailed(code, reason);
            });
          });
          call.addEventListener(CallEvents.RecordStarted, ({ url }) => Logger.write(`recording: ${url}`));
          call.addEventListener(CallEvents.Connected, () => call.record());
          VoxEngine.easyProcess(call, VoxEngine.callUser('\(InteropOffice.firstUser)', callerid));
        });
        """

    /// The customer calls the first phone, which answers; ends with sipp's success.
    private func customerCalls(_ office: InteropOffice, _ talk: () async throws -> Void) async throws {
        var script = SippScript(InteropOffice.customer)
        script.play(SippCaller.sound, forEver: true)
        script.expect("BYE")
        try await office.sipp("customer") { customer in
            try await office.call(DemoCompany.number, by: customer, as: script)
            try await office.first.take()
            try await office.first.hear(seconds: 2)
            try await talk()
            try await customer.succeed()
        }
    }

    /// A scenario sends its caller on; he calls again by himself.
    private static func sendingOn(to target: String) -> String {
        """
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call, callerid, destination }) => {
          if (destination !== '700') return VoxEngine.easyProcess(call, VoxEngine.callUser(destination, callerid));
          call.addEventListener(CallEvents.Connected, () => call.transferTo({ to: '\(target)' }));
          call.addEventListener(CallEvents.TransferComplete, () => {
            Logger.write('sent on');
            call.hangup();
          });
          call.addEventListener(CallEvents.TransferFailed, ({ code }) => {
            Logger.write(`not sent on: ${code}`);
            call.hangup();
          });
          call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
          call.answer();
        });
        """
    }

    @Test(.timeLimit(.minutes(2)), arguments: InteropOffice.transports)
    func aScenarioSendsAPhoneOn(transport: SIPTransportKind) async throws {
        let scenario = Self.sendingOn(to: InteropOffice.secondUser)
        try await InteropOffice.run(transport, scenario: { _ in scenario }) { office in
            try await office.first.control.perform("dial", "sip:700@\(office.domain)")
            try await office.second.take()
            try await office.logged("sent on")
            try await office.second.hear(seconds: 2)
            try await office.second.control.perform("hangup")
            try await office.second.control.event("CALL_CLOSED")
            let heard = ToneTrack(try office.second.heard())
            #expect(heard.seconds(of: InteropOffice.firstVoice) > 1.5, "the second phone hears the first")
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: InteropOffice.transports)
    func aScenarioLearnsThatItsCallerCouldNotBeSentOn(transport: SIPTransportKind) async throws {
        try await InteropOffice.run(transport, scenario: { _ in Self.sendingOn(to: "nobody") }) { office in
            try await office.first.control.perform("dial", "sip:700@\(office.domain)")
            try await office.logged("not sent on: 4")
            try await office.first.control.event("CALL_CLOSED")
        }
    }
}
