import CallControl
import Testing
import WorkerProtocol

@testable import ScenarioRuntime

struct LogLineTests {
    private static let id = CallID(rawValue: "16214d90008034a8.1437727808.225341")
    private static let agent = CallID(rawValue: "aI2BuvHLRLmeITs0LNDdq1O4AmrcWkZUmtayuwx7k_o")

    @Test(arguments: [
        (ScenarioValue.null, "NULL"), (.void, "void"), (.bool(true), "true"), (.int(302), "302"),
        (.double(302), " 3.0200E+02"), (.double(603), " 6.0300E+02"), (.double(0), " 0.0000E+00"),
        (.double(-1.5), "-1.5000E+00"), (.double(0.00123456), " 1.2346E-03"), (.string(""), ""),
        (.string("a\nb\r"), "a\\nb\\r"), (.map([:]), "{}"), (.list([]), "[]"),
        (.map(["b": .int(1), "a": .string("")]), "{a =  ;  b = 1 ;  }"),
        (.list([.map(["id": .string("x")]), .void]), "[{id = x ;  } ;  void ;  ]"),
    ]) func valuesPrintAsInTheCloudsLog(value: ScenarioValue, text: String) {
        #expect(LogValuePrinter.text(value) == text)
    }

    @Test(arguments: [
        (Int64(1_437_727_808_999), "2015-07-24 08:50:08"), (0, "1970-01-01 00:00:00"),
        (1_709_164_800_000, "2024-02-29 00:00:00"), (1_704_067_199_000, "2023-12-31 23:59:59"),
        (-1, "1969-12-31 23:59:59"),
    ]) func stampsAreUTC(milliseconds: Int64, text: String) {
        var stamp = LogStamp()
        #expect(String(decoding: stamp.utf8(atUnixMilliseconds: milliseconds), as: UTF8.self) == text)
    }

    /// The lines of the 2015 log, without their stamps.
    @Test(arguments: [
        (
            CallEvent.failed(agent, code: 487, reason: "Request Terminated", headers: [:]),
            "{code = 487 ;  headers = {} ;  id = aI2BuvHLRLmeITs0LNDdq1O4AmrcWkZUmtayuwx7k_o ;  name = Call.Failed ;  reason = Request Terminated ;  }"
        ),
        (
            .disconnected(
                agent, CallEnd(durationSeconds: 18, code: 16, reason: "x", cost: 0, direction: "any outgoing voip")),
            "{cost =  0.0000E+00 ;  direction = any outgoing voip ;  duration = 18 ;  headers = {} ;  id = aI2BuvHLRLmeITs0LNDdq1O4AmrcWkZUmtayuwx7k_o ;  name = Call.Disconnected ;  }"
        ),
        (
            .recordStopped(id, url: "http://recordUrl.com/record.mp3", durationSeconds: 18),
            "{cost = 0 ;  duration = 18 ;  id = 16214d90008034a8.1437727808.225341 ;  name = Call.RecordStopped ;  reason = Stopped by user ;  url = http://recordUrl.com/record.mp3 ;  }"
        ),
        (
            .messageReceived(agent, text: #"{"COMMAND":"hold"}"#, headers: [:]),
            #"{headers = {} ;  id = aI2BuvHLRLmeITs0LNDdq1O4AmrcWkZUmtayuwx7k_o ;  name = Call.MessageReceived ;  text = {"COMMAND":"hold"} ;  }"#
        ),
        (
            .playbackFinished(id, error: nil),
            "{id = 16214d90008034a8.1437727808.225341 ;  name = Call.PlaybackFinished ;  }"
        ),
        (
            .toneReceived(id, tone: "5", kind: .inBand),
            "{id = 16214d90008034a8.1437727808.225341 ;  name = Call.ToneReceived ;  tone = 5 ;  }"
        ),
        (
            .forwarding(id, headers: [:]),
            "{headers = {} ;  id = 16214d90008034a8.1437727808.225341 ;  name = Call.Forwarding ;  }"
        ),
        (
            .replaced(id, peer: "phone67", displayName: "Ivan", headers: [:]),
            "{displayName = Ivan ;  headers = {} ;  id = 16214d90008034a8.1437727808.225341 ;  name = Call.Replaced ;  peer = phone67 ;  }"
        ),
    ]) func eventsShowTheFieldsOfTheOldLog(event: CallEvent, text: String) {
        #expect(LogValuePrinter.text(.map(ScriptEvent(event).logged)) == text)
    }

    @Test func theScriptSeesMoreThanTheLog() {
        let end = CallEnd(durationSeconds: 1, code: 16, reason: "Normal")
        let message = ScriptEvent(.disconnected(Self.id, end)).message().mapValue
        #expect(message?["e"]?.mapValue?["internalCode"] == .int(16))
        #expect(message?["e"]?.mapValue?["reason"] == .string("Normal"))
    }

    @Test func playbackStartedIsNotLogged() {
        #expect(
            SessionMessage.event(ScriptEvent(.playbackStarted(Self.id, durationMilliseconds: 5))).loggedEvent == nil)
    }

    @Test func passwordsAreNotLogged() {
        let request = SIPCallRequest(to: "sip:a@b", password: "secret", authUser: "user")
        let logged = ScriptCommand.callSIP(Self.agent, request).logged
        let text = LogValuePrinter.text(.list(logged?.parameters ?? []))
        #expect(
            text
                == "[{id = aI2BuvHLRLmeITs0LNDdq1O4AmrcWkZUmtayuwx7k_o ;  } ;  {authUser = user ;  callerid = NULL ;  displayName = NULL ;  headers = NULL ;  outProxy = NULL ;  password = ****** ;  to = sip:a@b ;  video = NULL ;  } ;  ]"
        )
    }
}
