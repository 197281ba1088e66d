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
    func lines(line: String, shown: String) { #expect(painter.text(line) == shown) }

    @Test("A line is as long as it may be")
    func folding() {
        let line = "2026-11-21 11:31:43 " + String(repeating: "ж", count: 200)
        let short = SessionLogPainter(isColoured: false, width: 60).text(line)
        #expect(short.count == 60 && short.hasSuffix("…"))
        #expect(painter.text(line).count == 9 + 2 + 200)
    }

    @Test("What fails is red; without colours there is no control character")
    func colours() {
        let line =
            "2026-11-21 11:31:43 Sent event to JS onPhoneEvent with params [{code = 486 ;  name = Call.Failed ;  } ;  ]"
        #expect(SessionLogPainter(isColoured: true, width: nil).text(line).contains("\u{1B}[31m"))
        #expect(!painter.text(line).contains("\u{1B}"))
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
