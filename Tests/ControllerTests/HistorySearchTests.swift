import Billing
import Foundation
import Logging
import Storage
import TestPostgres
import Testing

@testable import Controller

@Suite struct HistorySearchTests {
    private static let demo = PortalID(rawValue: "demo")
    /// 2026-11-27 21:30:00 UTC, which is the 28th in Moscow.
    private static let evening: Int64 = 1_795_815_000_000

    @Test("Calls are found by time, number, employee, line, direction, result and cost, and by all of them together")
    func filters() async throws {
        try await HistoryArchive.run { archive in
            try await archive.record("a", at: Self.evening)
            try await archive.record("b", at: Self.evening + 1000, number: "+7 (495) 445-11-20", user: "68")
            try await archive.record("c", at: Self.evening + 2000, user: "", line: "second", failure: "304")
            try await archive.record("d", at: Self.evening + 3000, failure: "423")
            try await archive.record("x", at: Self.evening, portal: "other")
            try await archive.store.setCost(
                Money(millionths: 2_500_000, .rub), try #require(CallKey(rawValue: "a")), Self.demo,
                at: Moment(milliseconds: Self.evening))
            #expect(try await archive.found(HistoryFilter()) == ["d", "c", "b", "a"])
            let times = HistoryFilter(
                from: Moment(milliseconds: Self.evening + 1000), to: Moment(milliseconds: Self.evening + 3000))
            #expect(try await archive.found(times) == ["c", "b"])
            #expect(try await archive.found(HistoryFilter(numbers: ["74954451120"])) == ["b"])
            #expect(try await archive.found(HistoryFilter(employee: 67)) == ["d", "a"])
            #expect(try await archive.found(HistoryFilter(line: "second")) == ["c"])
            #expect(try await archive.found(HistoryFilter(outcome: .missed)) == ["c"])
            #expect(try await archive.found(HistoryFilter(outcome: .refused)) == ["d"])
            #expect(try await archive.found(HistoryFilter(direction: .outgoing)).isEmpty)
            #expect(try await archive.found(HistoryFilter(leastCost: 2_500_000, mostCost: 2_500_000)) == ["a"])
            #expect(try await archive.found(HistoryFilter(leastCost: 2_500_001)).isEmpty)
            let both = HistoryFilter(numbers: [World.caller], employee: 67, line: "test", outcome: .answered)
            #expect(try await archive.found(both) == ["a"])
        }
    }

    @Test("Pages follow one another without a gap or a repetition, also when calls end in between")
    func pages() async throws {
        try await HistoryArchive.run { archive in
            // Many begin in the same millisecond: the identifier decides.
            for number in 0..<25 { try await archive.record("call-\(number)", at: Self.evening + Int64(number / 10)) }
            let all = try await archive.found(HistoryFilter())
            #expect(all.count == 25)
            var (seen, cursor, pages) = ([String](), HistoryCursor?.none, 0)
            repeat {
                let page = try await archive.search.page(HistoryFilter(), Self.demo, after: cursor, limit: 10)
                seen += page.calls.map(\.key.rawValue)
                pages += 1
                cursor = try page.next.map { try #require(HistoryCursor(text: $0.text)) }
                try await archive.record("later-\(pages)", at: Self.evening + 5000)
            } while cursor != nil
            #expect(seen == all)
            #expect(pages == 3)
        }
    }

    @Test("A cursor that is none is refused", arguments: ["", "x", "!!", "MTIz", "YSBi"])
    func cursors(text: String) { #expect(HistoryCursor(text: text) == nil) }

    @Test("Totals count each call once in the portal's day, by employee and line, and learn the cost once")
    func totals() async throws {
        try await HistoryArchive.run { archive in
            let moscow = HistoryOptions(timeZone: try #require(TimeZone(identifier: "Europe/Moscow")), keptDays: nil)
            try await archive.database.write { try moscow.save(Self.demo, in: $0) }
            for _ in 0..<2 { try await archive.record("a", at: Self.evening) }
            try await archive.record("b", at: Self.evening - 3_600_000, user: "68", seconds: 12)
            try await archive.record("c", at: Self.evening, user: "", line: "second", seconds: 5, failure: "304")
            let key = try #require(CallKey(rawValue: "a"))
            for _ in 0..<2 {
                try await archive.store.setCost(
                    Money(millionths: 700_000, .rub), key, Self.demo, at: Moment(milliseconds: Self.evening))
            }
            let (first, last) = (try #require(Day(rawValue: "2026-11-01")), try #require(Day(rawValue: "2026-11-30")))
            func read(_ scope: CallTotals.Scope) async throws -> [CallTotals.Total] {
                let page = try await archive.totals.read(scope, Self.demo, from: first, to: last)
                return page.totals
            }
            typealias Total = CallTotals.Total
            #expect(
                try await read(.day) == [
                    Total(subject: "2026-11-27", calls: 1, answered: 1, missed: 0, talkSeconds: 12, cost: 0),
                    Total(subject: "2026-11-28", calls: 2, answered: 1, missed: 1, talkSeconds: 30, cost: 700_000),
                ])
            #expect(
                try await read(.employee) == [
                    Total(subject: "67", calls: 1, answered: 1, missed: 0, talkSeconds: 30, cost: 700_000),
                    Total(subject: "68", calls: 1, answered: 1, missed: 0, talkSeconds: 12, cost: 0),
                ])
            #expect(try await read(.line).map(\.subject) == ["second", "test"])
            #expect(try await read(.line).map(\.calls) == [1, 2])
            for (scope, subjects) in [
                (CallTotals.Scope.line, ["second", "test"]), (.day, ["2026-11-27", "2026-11-28"]),
            ] {
                var (found, place) = ([String](), String?.none)
                repeat {
                    let page = try await archive.totals.read(
                        scope, Self.demo, from: first, to: last, after: place, limit: 1)
                    found += page.totals.map(\.subject)
                    place = page.next
                } while place != nil
                #expect(found == subjects)
            }
            #expect(
                try await archive.totals.read(.day, PortalID(rawValue: "other"), from: first, to: last).totals.isEmpty)
        }
    }

    @Test("Reports of a controller that had no columns are made searchable once, with their totals")
    func backfill() async throws {
        try await HistoryArchive.run { archive in
            try await archive.record("a", at: Self.evening)
            try await archive.store.setCost(
                Money(millionths: 5, .rub), try #require(CallKey(rawValue: "a")), Self.demo,
                at: Moment(milliseconds: Self.evening))
            let day = try #require(Day(rawValue: "2026-11-27"))
            let before = try await archive.totals.read(.day, Self.demo, from: day, to: day)
            try await archive.database.write { transaction in
                try transaction.execute("DELETE FROM call_total")
                try transaction.execute(
                    """
                    UPDATE call_history SET started_at = 0, day = '', phone_number = '', employee_id = NULL, line = '',
                        direction = '', outcome = '', cost = NULL
                    """)
            }
            #expect(try await archive.found(HistoryFilter(employee: 67)).isEmpty)
            let backfill = HistoryBackfill(database: archive.database, logger: .init(label: "test"))
            for _ in 0..<2 { await backfill.run() }
            #expect(try await archive.found(HistoryFilter(employee: 67, leastCost: 5)) == ["a"])
            #expect(try await archive.totals.read(.day, Self.demo, from: day, to: day) == before)
        }
    }

    @Test(
        "Every search and every total goes by an index, in its order",
        .enabled(if: !TestDatabases.areOnPostgres, "the plans are SQLite's"))
    func plans() async throws {
        try await HistoryArchive.run { archive in
            let time = (from: Moment(milliseconds: 1), to: Moment(milliseconds: 2))
            let cursor = HistoryCursor(startedAt: time.to, key: try #require(CallKey(rawValue: "a")))
            let filters: [(HistoryFilter, String)] = [
                (HistoryFilter(), "call_history_by_time"),
                (HistoryFilter(from: time.from, to: time.to), "call_history_by_time"),
                (HistoryFilter(from: time.from, numbers: ["7"]), "call_history_by_number"),
                (HistoryFilter(from: time.from, employee: 7), "call_history_by_employee"),
                (HistoryFilter(to: time.to, line: "7"), "call_history_by_line"),
                (HistoryFilter(outcome: .missed, leastCost: 1), "call_history_by_time"),
            ]
            for (filter, index) in filters {
                for cursor in [nil, cursor] {
                    let query = HistorySearch.query(filter, Self.demo, after: cursor, limit: 50)
                    let plan = try await Self.plan(query.sql, query.arguments, archive.database)
                    #expect(plan.contains("USING INDEX \(index) "), "\(plan)")
                    #expect(!plan.contains("SCAN") && !plan.contains("B-TREE"), "\(plan)")
                }
            }
            let spellings = HistorySearch.query(
                HistoryFilter(from: time.from, numbers: ["7", "8"]), Self.demo, after: cursor, limit: 50)
            let plan = try await Self.plan(spellings.sql, spellings.arguments, archive.database)
            #expect(plan.components(separatedBy: "call_history_by_number").count == 3, "\(plan)")
            #expect(!plan.contains("SCAN call_history"), "\(plan)")
            let day = try #require(Day(rawValue: "2026-11-27"))
            for scope in CallTotals.Scope.allCases {
                let (sql, arguments) = CallTotals.query(scope, Self.demo, from: day, to: day, after: "0")
                let plan = try await Self.plan(sql, arguments, archive.database)
                #expect(plan.contains("SEARCH call_total USING INDEX"), "\(plan)")
                #expect(!plan.contains("SCAN"), "\(plan)")
            }
        }
    }

    private static func plan(_ sql: String, _ arguments: [SQLValue], _ database: Database) async throws -> String {
        try await database.read { transaction in
            try transaction.query("EXPLAIN QUERY PLAN " + sql, arguments).map { try $0.text("detail") }
                .joined(separator: "; ")
        }
    }

    // MARK: Export

    @Test("A hundred thousand calls are exported page by page, in the order of the search", arguments: ["csv", "json"])
    func export(format: String) async throws {
        try await HistoryArchive.run { archive in
            try await archive.database.write { transaction in
                try transaction.execute(
                    """
                    INSERT INTO call_history (portal_id, call_id, fields, source, recorded_at, started_at, day,
                        phone_number, employee_id, line, direction, outcome, talk_seconds)
                    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 100000)
                    SELECT 'demo', 'call-' || n, '', 'scenario', n, \(Self.evening) + n, '2026-11-27', '79112233444',
                        n % 7, 'test', 'incoming', 'answered', n % 100 FROM number
                    """)
            }
            let export = HistoryExport(
                search: archive.search, filter: HistoryFilter(), portal: Self.demo,
                format: try #require(HistoryExport.Format(rawValue: format)), timeZone: .gmt)
            var (pieces, longest, lines, digest) = (0, 0, 0, "")
            try await export.write { piece in
                pieces += 1
                longest = max(longest, piece.utf8.count)
                lines += piece.utf8.count { $0 == UInt8(ascii: "\n") }
                if pieces == 2 { digest = String(piece.prefix(60)) }
            }
            #expect(pieces == 100_000 / 500 + (format == "csv" ? 1 : 2))
            #expect(lines == (format == "csv" ? 100_001 : 100_002))
            // What is in memory at once is a page, however long the history.
            #expect(longest < 500 * 300)
            #expect(digest.contains("call-100000"))
        }
    }

    @Test(
        "Fields of the table are quoted, and none is a formula",
        arguments: [
            ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"yes\"", "\"say \"\"yes\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("=1+2", "'=1+2"), ("+7495", "'+7495"), ("-1", "'-1"), ("@sum", "'@sum"), ("\tx", "'\tx"),
            ("=HYPERLINK(\"a\",1)", "\"'=HYPERLINK(\"\"a\"\",1)\""), ("Привет", "Привет"),
        ])
    func fields(text: String, field: String) { #expect(HistoryExport.field(.text(text)) == field) }

    @Test(
        "Days and times are those of the zone",
        arguments: [
            (Int64(0), "UTC", "1970-01-01T00:00:00+00:00"),
            (1_795_815_000_000, "Europe/Moscow", "2026-11-28T00:30:00+03:00"),
            (1_772_323_199_000, "America/New_York", "2026-02-28T18:59:59-05:00"),
            (1_709_164_800_000, "UTC", "2024-02-29T00:00:00+00:00"), (-1000, "UTC", "1969-12-31T23:59:59+00:00"),
            (4_102_444_799_000, "Asia/Kolkata", "2100-01-01T05:29:59+05:30"),
        ])
    func times(milliseconds: Int64, zone: String, text: String) throws {
        let time = CivilTime(Moment(milliseconds: milliseconds), in: try #require(TimeZone(identifier: zone)))
        #expect(time.text == text)
        #expect(time.day.rawValue == String(text.prefix(10)))
    }
}
