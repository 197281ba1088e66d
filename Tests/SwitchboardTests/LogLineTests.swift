import Foundation
import Logging
import Testing

@testable import Switchboard

@Suite struct LogLineTests {
    private static let date = Date(timeIntervalSince1970: 1_795_850_000.25)

    private static func line(_ format: LineLogHandler.Format, _ message: Logger.Message) -> String {
        let handler = LineLogHandler(label: "controller", format: format, logLevel: .info)
        let event = LogEvent(
            level: .notice, message: message, metadata: nil, source: "Controller", file: "", function: "", line: 1)
        return handler.line(event, ["portal.id": "main", "error": "a\nb"], at: date)
    }

    @Test("A text of others cannot begin a line of its own")
    func text() {
        #expect(
            Self.line(.text, "moved\u{1B}[31m\r\n2026 error controller: all is lost")
                == #"2026-11-28T07:13:20.250Z notice controller: moved\u{1B}[31m\r\n2026 error controller: all is lost "#
                + #"error=a\nb portal.id=main"#)
    }

    @Test("JSON has time, level, label, message and metadata in one line")
    func json() throws {
        let line = Self.line(.json, "moved\nforward")
        #expect(!line.contains("\n"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(Set(object.keys) == ["time", "level", "label", "message", "metadata"])
        #expect(object["time"] as? String == "2026-11-28T07:13:20.250Z")
        #expect(object["level"] as? String == "notice")
        #expect(object["message"] as? String == "moved\nforward")
        #expect(object["metadata"] as? [String: String] == ["portal.id": "main", "error": "a\nb"])
    }

    @Test("A system's answer is read, and anything else is no answer")
    func status() {
        func status(_ text: String) -> SystemStatus {
            SystemStatus(name: "portal", url: "http://a", parts: SystemStatus.parts(Data(text.utf8)))
        }
        let ready = status(#"{"status":"ready","parts":{"database":true}}"#)
        #expect(ready.isReady && ready.line == "ready portal: http://a")
        let busy = status(#"{"status":"not_ready","parts":{"database":true,"running":false}}"#)
        #expect(!busy.isReady && busy.line == "BUSY  portal: http://a, without running")
        for other in ["", "ok", "[]", #"{"parts":"all"}"#] {
            #expect(status(other).line == "DOWN  portal: no answer at http://a")
        }
    }
}
