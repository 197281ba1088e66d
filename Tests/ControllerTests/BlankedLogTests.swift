import Testing

@testable import Controller

@Suite struct BlankedLogTests {
    private static let secret = "0a1b2c3d4e5f"
    private static let log = """
        2026-11-28 08:50:08 Sent event to JS onPhoneEvent with params [{accessURL = \
        http://10.0.0.1:8080/request/7/0a1b2c3d4e5f ;  accountId = 1 ;  logURL = ; \
         name = Application.Started ;  userId = -1 ;  } ;  ]
        2026-11-28 08:50:09 Executing JS command: Record with params [x ;  {"url" = HTTPS://storage/0a1b2c3d4e5f.mp3 ;  } ;  ]
        2026-11-28 08:50:09 Sent event [{name = Call.RecordStarted ;  url = http://host/record/0a1b2c3d4e5f.mp3 ;  } ;  ]
        2026-11-28 08:50:10 Sent event [{method = POST ;  name = Application.HttpRequest ;  path = /r/0a1b2c3d4e5f ;  } ;  ]
        COMMAND=IncomingInvite&ACCESS_URL=http%3A%2F%2Fhost%2Frequest%2F0a1b2c3d4e5f
        {"accessURL":"http:\\/\\/host\\/0a1b2c3d4e5f","logURL":"https://host/0a1b2c3d4e5f"} and more
        (wss://host/0a1b2c3d4e5f), GET host.example:80/log/0a1b2c3d4e5f.log, sip:user67@phone.example; 3/4 /log/
        The last line http://host/0a1b2c3d4e5f
        """
    private static let blanked = """
        2026-11-28 08:50:08 Sent event to JS onPhoneEvent with params [{accessURL = \
        ****** ;  accountId = 1 ;  logURL = ******; \
         name = Application.Started ;  userId = -1 ;  } ;  ]
        2026-11-28 08:50:09 Executing JS command: Record with params [x ;  {"url" = ****** ;  } ;  ]
        2026-11-28 08:50:09 Sent event [{name = Call.RecordStarted ;  url = ****** ;  } ;  ]
        2026-11-28 08:50:10 Sent event [{method = POST ;  name = Application.HttpRequest ;  path = ****** ;  } ;  ]
        COMMAND=IncomingInvite&ACCESS_URL=******
        {"accessURL":"******","logURL":"******"} and more
        (****** GET ****** sip:user67@phone.example; 3/4 /log/
        The last line ******
        """

    private static func blanked(_ log: [UInt8], parts: Int) -> String {
        var (blanked, text) = (BlankedLog(), [UInt8]())
        for begin in stride(from: 0, to: log.count, by: parts) {
            text += blanked.append(log[begin..<min(begin + parts, log.count)])
        }
        return String(decoding: text + blanked.end(), as: UTF8.self)
    }

    @Test("No address is in a log, however it is written and wherever the parts are cut that it arrives in")
    func parts() {
        for parts in Array(1...97) + [Self.log.utf8.count] {
            let text = Self.blanked(Array(Self.log.utf8), parts: parts)
            #expect(!text.contains(Self.secret) && !text.contains("://"))
            #expect(text == Self.blanked, "in parts of \(parts)")
        }
        #expect(Self.blanked([], parts: 1).isEmpty)
    }

    @Test("A log that ends anywhere ends without an address")
    func unfinished() {
        let log = Array(Self.log.utf8)
        for length in 0...log.count {
            let text = Self.blanked(Array(log[..<length]), parts: 1 << 10)
            #expect(!text.contains(Self.secret.prefix(4)), "of the first \(length) bytes")
        }
    }

    @Test("SIP messages stay, without the addresses that a scenario puts into them")
    func messages() {
        let line =
            #"2026-11-28 08:50:08 SIP sent to [::1]:5060 by UDP for a.1: INVITE sip:7@h:5060 SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9\nX-Control: <http://host/request/7/0a1b2c3d4e5f>\nX-Path: /request/7/0a1b2c3d4e5f\nX-Log: https%3A%2F%2Fhost%2Flog%2F0a1b2c3d4e5f.log\nContact: <sip:7@h>\nContent-Type: application/sdp\n\nv=0"#
        let text = Self.blanked(Array(line.utf8), parts: 7)
        #expect(!text.contains(Self.secret))
        #expect(
            text.hasPrefix(
                #"2026-11-28 08:50:08 SIP sent to [::1]:5060 by UDP for a.1: INVITE sip:7@h:5060 SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9\nX-Control: <******>"#
            ))
    }

    @Test("A line without an end takes no more memory than a long one, and hides nothing behind its length")
    func longLines() {
        let filling = String(repeating: "x", count: BlankedLog.longestLine - 5)
        let text = Self.blanked(Array("\(filling) http://host/\(Self.secret)\nThe next".utf8), parts: 1000)
        #expect(text == "\(filling) http (the rest of the line is left out)\nThe next")
    }
}
