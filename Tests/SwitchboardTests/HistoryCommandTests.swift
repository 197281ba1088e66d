import ArgumentParser
import Foundation
import Testing

@testable import Switchboard

/// `switchboard history search`, `export` and `totals` as a shell calls them, and what they send.
@Suite(.serialized) struct HistoryCommandTests {
    private static func fields(_ arguments: [String], _ zone: String = "Europe/Berlin") throws -> [String: Any] {
        try HistoryFilterOptions.parse(arguments).fields(in: try #require(TimeZone(identifier: zone)))
    }

    @Test("Days are days where the portal is, the last one included; instants are instants")
    func times() throws {
        let days = try Self.fields(["--from", "2026-03-29", "--to", "2026-03-29"])
        // The day on which clocks are put forward has 23 hours.
        #expect(days["FROM"] as? Int64 == 1_774_738_800_000)
        #expect(days["TO"] as? Int64 == Int64(1_774_821_600_000))
        let instants = try Self.fields(["--from", "2026-03-29T00:00:00Z", "--to", "2026-03-29T01:00:00+01:00"])
        #expect(instants["FROM"] as? Int64 == 1_774_742_400_000)
        #expect(instants["TO"] as? Int64 == 1_774_742_400_000)
        for wrong in ["yesterday", "2026-02-30", "2026-13-01", "2026-1-1", "", "2026-03-29-01"] {
            #expect(throws: (any Error).self, "\(wrong)") { try HistoryFilterOptions.parse(["--from", wrong]) }
        }
    }

    @Test("Only what is given is asked for")
    func filters() throws {
        #expect(try Self.fields([]).isEmpty)
        let given = try Self.fields([
            "--number", "+7 911", "--employee", "67", "--line", "test", "--direction", "incoming", "--result",
            "missed", "--cost-from", "1", "--cost-to", "2.50",
        ])
        #expect(
            try JSONText.line(given)
                == #"{"COST_FROM":"1","COST_TO":"2.50","DIRECTION":"incoming","LINE":"test","PHONE_NUMBER":"+7 911","#
                + #""RESULT":"missed","USER_ID":67}"#)
    }

    @Test("A call is one line")
    func line() {
        let call: [String: Any] = [
            "CALL_ID": "a.1", "CALL_START_DATE": 1_774_738_800_000, "DIRECTION": "incoming", "RESULT": "answered",
            "PHONE_NUMBER": "79112233444", "USER_ID": 67, "LINE": "test", "CALL_DURATION": 34, "COST_FINAL": "1.20",
            "COST_CURRENCY": "RUB",
        ]
        #expect(
            HistorySearchCommand.line(call)
                == "2026-03-28T23:00:00Z  incoming  answered  79112233444  test  employee 67  34 s  1.20 RUB  a.1")
        #expect(HistoryTotalsCommand.field("=1+1") == "'=1+1" && HistoryTotalsCommand.field("a,\"b") == "\"a,\"\"b\"")
    }

    @Test("Wrong wishes are usage, an absent controller and a stranger's portal are failures")
    func failures() throws {
        let folder = NSTemporaryDirectory() + "history-command-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let installation = ["--data-directory", folder, "--controller-url", "http://127.0.0.1:1"]
        for wrong in [
            ["search", "--limit", "0"], ["search", "--from", "soon"], ["export", "--format", "xml"],
            ["totals", "--from", "2026-11-01"], ["totals", "--from", "a", "--to", "b", "--json", "--csv"],
            ["search", "--portal", "another"],
        ] {
            let run = try CommandTests.run(["history"] + wrong + installation)
            #expect(run.status == 64, "\(wrong): \(run.errors)")
        }
        for away in [["search"], ["export", "--output", folder + "/calls.csv"]] {
            let run = try CommandTests.run(["history"] + away + installation)
            #expect(run.status == 1 && run.errors.contains("does not answer"), "\(away): \(run.errors)")
        }
        let rest = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(rest == ["secrets.json"], "an export that failed leaves nothing")
    }
}
