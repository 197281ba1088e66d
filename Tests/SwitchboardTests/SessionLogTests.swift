import Testing

@testable import Switchboard

@Suite struct SessionLogTests {
    private let painter = SessionLogPainter(isColoured: false, width: nil)

    @Test(
        "Events, commands and texts become one short line each",
        arguments: [
            (
                "2026-11-21 11:31:43 Sent event to JS onPhoneEvent with params "
                    + "[{headers = {} ;  id = 7377f0a0.1 ;  name = Call.AudioStarted ;  } ;  ]",
                "11:31:43 ← Call.AudioStarted  id=7377f0a0.1"
            ),
            (
                "2026-11-21 11:31:50 Executing JS command: HangupCall with params "
                    + "[{code =  3.0200E+02 ;  headers = NULL ;  id = H4XV ;  } ;  ]",
                "11:31:50 → HangupCall  code= 3.0200E+02  id=H4XV"
            ),
            ("2026-11-21 11:32:00 Executing JS command: close with params [void ;  ]", "11:32:00 → close"),
            ("2026-11-21 11:32:00 Session terminated", "11:32:00 Session terminated"),
            ("2026-11-21 11:31:43 Call in correct worktime", "11:31:43   Call in correct worktime"),
            ("2026-11-21 11:31:43 ", "11:31:43 "),
            ("not a line of a log", "not a line of a log"), ("", ""),
        ])
    func lines(line: String, shown: String) { #expect(painter.lines(line) == [shown]) }

    @Test("A line is as long as it may be")
    func folding() {
        let line = "2026-11-21 11:31:43 " + String(repeating: "ж", count: 200)
        let short = SessionLogPainter(isColoured: false, width: 60).lines(line)[0]
        #expect(short.count == 60 && short.hasSuffix("…"))
        #expect(painter.lines(line)[0].count == 9 + 2 + 200)
    }

    @Test("What fails is red; without colours there is no control character")
    func colours() {
        let line =
            "2026-11-21 11:31:43 Sent event to JS onPhoneEvent with params [{code = 486 ;  name = Call.Failed ;  } ;  ]"
        #expect(SessionLogPainter(isColoured: true, width: nil).lines(line)[0].contains("\u{1B}[31m"))
        #expect(!painter.lines(line)[0].contains("\u{1B}"))
    }

    @Test("Of a SIP message the first line is shown, all of it, or nothing")
    func messages() {
        let line =
            #"2026-11-21 11:31:43 SIP received from [::1]:5070 by UDP for 7377f0a0.1: INVITE sip:7@x SIP/2.0\nVia: a\n\nv=0"#
        let headline = "11:31:43 ⇐ INVITE sip:7@x SIP/2.0  [::1]:5070 UDP"
        #expect(painter.lines(line) == [headline])
        let whole = SessionLogPainter(isColoured: false, width: nil, messages: .whole)
        let margin = String(repeating: " ", count: 9)
        #expect(whole.lines(line) == [headline, "\(margin)  Via: a", "\(margin)  ", "\(margin)  v=0"])
        #expect(SessionLogPainter(isColoured: false, width: nil, messages: .none).lines(line) == [])
        let sent = "2026-11-21 11:31:43 SIP sent to 192.0.2.7:5060 by TLS for a.1: SIP/2.0 486 Busy Here"
        #expect(painter.lines(sent) == ["11:31:43 ⇒ SIP/2.0 486 Busy Here  192.0.2.7:5060 TLS"])
        #expect(SessionLogPainter(isColoured: true, width: nil).lines(sent)[0].contains("\u{1B}[35m"))
        let other = "2026-11-21 11:31:43 SIP messages are left out from here on: there are 256 KiB of them"
        #expect(
            painter.lines(other) == ["11:31:43   SIP messages are left out from here on: there are 256 KiB of them"])
    }

    @Test("Colours are for terminals, and for nobody who wants none")
    func noColour() {
        #expect(SessionLogPainter.colours(isTerminal: true, [:]))
        #expect(SessionLogPainter.colours(isTerminal: true, ["NO_COLOR": ""]))
        #expect(!SessionLogPainter.colours(isTerminal: true, ["NO_COLOR": "1"]))
        #expect(!SessionLogPainter.colours(isTerminal: false, [:]))
    }

    @Test("A log that grows is shown once, whole lines only, until its last")
    func tail() {
        var tail = SessionLogTail()
        #expect(tail.lines(of: "a\nb").map(\.self) == ["a"])
        #expect(tail.lines(of: "a\nb") == [])
        #expect(tail.lines(of: "a\nbc\n\nd\n") == ["bc", "", "d"])
        #expect(!tail.hasEnded)
        #expect(tail.lines(of: "a\nbc\n\nd\n2026-11-21 11:32:00 Session terminated\n").count == 1)
        #expect(tail.hasEnded)
    }
}
