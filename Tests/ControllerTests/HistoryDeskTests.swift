import Foundation
import RequestSigning
import Testing

@testable import Controller

/// A portal's questions about its history, over HTTP.
@Suite struct HistoryDeskTests {
    private func reported(_ world: World, _ count: Int = 3) async throws {
        for number in 0..<count { _ = try await world.history(id: "call-\(number)") }
    }

    @Test("A portal finds its calls by pages, and nobody else's")
    func find() async throws {
        try await World.run { world async throws in
            try await reported(world)
            let first = try #require(
                try await world.command("FindCalls", ["PHONE_NUMBER": "8 911 223-34-44", "LIMIT": 2]).json)
            #expect(first["result"]?.elements.count == 2)
            let cursor = try #require(first["next"]?.string)
            let second = try #require(
                try await world.command(
                    "FindCalls", ["PHONE_NUMBER": "79112233444", "LIMIT": 2, "CURSOR": .text(cursor)]
                ).json)
            #expect(second["result"]?.elements.count == 1)
            #expect(second["next"] == .null)
            let calls = (first["result"]?.elements ?? []) + (second["result"]?.elements ?? [])
            #expect(Set(calls.compactMap { $0["CALL_ID"]?.string }) == ["call-0", "call-1", "call-2"])
            let call = try #require(calls.first)
            #expect(call["USER_ID"] == 67)
            #expect(call["RESULT"] == "answered")
            #expect(call["CALL_DURATION"] == 34)
            #expect(call["HAS_RECORDING"] == true)
            #expect(try await world.command("FindCalls", portal: "other").json?["result"] == [])
        }
    }

    @Test("Totals come in the portal's time zone, which it sets itself")
    func totals() async throws {
        try await World.run { world async throws in
            #expect(
                try await world.command("GetHistoryOptions").json?["KEPT_DAYS"] == .null)
            let set = try await world.command(
                "SetHistoryOptions", ["TIME_ZONE": "Pacific/Kiritimati", "KEPT_DAYS": 30])
            #expect(set.json == ["KEPT_DAYS": 30, "TIME_ZONE": "Pacific/Kiritimati"])
            try await reported(world)
            let zone = try #require(TimeZone(identifier: "Pacific/Kiritimati"))
            let now = Moment(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            let today = CivilTime(now, in: zone).day.rawValue
            let answer = try await world.command(
                "GetCallTotals", ["BY": "day", "FROM": "2020-01-01", "TO": "2100-01-01"])
            let total = try #require(answer.json?["result"]?.elements.first, "\(answer.text)")
            #expect(total["SUBJECT"] == .text(today))
            #expect(total["CALLS"] == 3)
            #expect(total["TALK_SECONDS"] == 102)
            #expect(total["COST_CURRENCY"] == "RUB")
            #expect(
                try await world.command("GetHistoryOptions", portal: "other").json?["TIME_ZONE"]
                    != "Pacific/Kiritimati")
        }
    }

    @Test("The export is a table with a header, or a list of objects")
    func export() async throws {
        try await World.run { world async throws in
            try await reported(world)
            let table = try await world.command("ExportCalls", ["USER_ID": 67])
            #expect(table.status == 200)
            let lines = table.text.components(separatedBy: "\r\n")
            #expect(lines.count == 5 && lines.last == "")
            #expect(lines.first?.hasPrefix("call_id,started_at,direction,result,phone_number") == true)
            #expect(lines[1].hasPrefix("call-2,"))
            #expect(lines[1].contains(",incoming,answered,79112233444,67,test,34,"))
            let list = try await world.command("ExportCalls", ["FORMAT": "json"])
            #expect(list.json?.elements.count == 3)
            #expect(list.json?.elements.first?["phone_number"] == "79112233444")
            #expect(try await world.command("ExportCalls", ["FORMAT": "json"], portal: "other").json == [])
        }
    }

    @Test(
        "What makes no sense is refused with what was expected",
        arguments: [
            ("FindCalls", #"{"NUMBER":"7"}"#, "every filter must be one of"),
            ("FindCalls", #"{"LIMIT":0}"#, "LIMIT must be"), ("FindCalls", #"{"CURSOR":"x"}"#, "CURSOR must be"),
            ("FindCalls", #"{"FROM":"yesterday"}"#, "FROM must be milliseconds"),
            ("FindCalls", #"{"RESULT":"good"}"#, "RESULT must be one of answered"),
            ("FindCalls", #"{"COST_FROM":"much"}"#, "COST_FROM must be an amount"),
            ("GetCallTotals", #"{"BY":"year","FROM":"2026-01-01","TO":"2026-01-01"}"#, "BY must be"),
            ("GetCallTotals", #"{"BY":"day","FROM":"1.1.2026","TO":"2026-01-01"}"#, "FROM and TO must be days"),
            ("GetCallTotals", #"{"BY":"day","FROM":"2026-01-01","TO":"2026-01-01","AFTER":[]}"#, "AFTER must be"),
            ("SetHistoryOptions", #"{"TIME_ZONE":"Moon/Sea"}"#, "TIME_ZONE must be"),
            ("SetHistoryOptions", #"{"TIME_ZONE":"Europe/Berlin","KEPT_DAYS":0}"#, "KEPT_DAYS must be"),
            ("ExportCalls", #"{"FORMAT":"xml"}"#, "FORMAT must be csv or json"), ("ExportCalls", "[]", "JSON object"),
        ])
    func wrong(command: String, body: String, reason: String) async throws {
        try await World.run { world async throws in
            let answer = try await world.send("/portal/\(command)", body, .init(direction: .portalToController))
            #expect(answer.status == 400)
            #expect(answer.code == "WRONG_REQUEST")
            #expect(answer.text.contains(reason), "\(answer.text)")
        }
    }
}
