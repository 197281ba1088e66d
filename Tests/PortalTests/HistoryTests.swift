import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import Portal

/// All calls of the company: searched, added up, taken away and kept, for administrators and their programs.
@Suite struct HistoryTests {
    private static let options = #"{"TIME_ZONE":"Europe/Berlin","KEPT_DAYS":365}"#
    private static let calls = """
        {"next":"abc-1","result":[
        {"CALL_ID":"call/1","CALL_START_DATE":1782925200000,"DIRECTION":"incoming","RESULT":"answered",
        "PHONE_NUMBER":"79112233444","USER_ID":67,"LINE":"74012000000","CALL_DURATION":3725,"COST_FINAL":"1.25",
        "COST_CURRENCY":"RUB","HAS_RECORDING":true},
        {"CALL_ID":"call2","CALL_START_DATE":1782925200000,"DIRECTION":"incoming","RESULT":"missed",
        "PHONE_NUMBER":"<b>","USER_ID":null,"LINE":"gone","CALL_DURATION":0,"COST_FINAL":null,
        "COST_CURRENCY":null,"HAS_RECORDING":false}]}
        """
    private static let totals = """
        {"result":[{"SUBJECT":"67","CALLS":9,"ANSWERED":7,"MISSED":2,"TALK_SECONDS":61,"COST":"4.50",
        "COST_CURRENCY":"RUB"}]}
        """
    private static let refusal = #"{"error":{"code":"WRONG_REQUEST","msg":"COST_FROM must be <an amount>"}}"#

    private func prepare(_ portal: PortalFixture) async throws -> String {
        portal.controller.answer("GetHistoryOptions", Self.options)
        portal.controller.answer("FindCalls", Self.calls)
        portal.controller.answer("GetCallTotals", Self.totals)
        return try await portal.logIn()
    }

    private func bodies(_ command: String, _ portal: PortalFixture) -> [String] {
        portal.controller.requests(command).map(\.body)
    }

    @Test func theLastMonthIsShownFirst() async throws {
        try await PortalFixture.run { portal in
            let token = try await prepare(portal)
            #expect(try await portal.page("/", token).text.contains(#"<a href="/history">"#))
            let page = try await portal.page("/history", token)
            #expect(page.status == 200)
            // 2027-01-15 at the portal's clock; its days begin an hour before those of Greenwich.
            #expect(page.text.contains(#"name="from" value="2026-12-16""#))
            #expect(page.text.contains(#"name="to" value="2027-01-15""#))
            #expect(
                bodies("FindCalls", portal) == [#"{"FROM":1797375600000,"LIMIT":50,"TO":1800054000000}"#])
            #expect(
                bodies("GetCallTotals", portal)
                    == ["day", "employee", "line"].map {
                        #"{"BY":"\#($0)","FROM":"2026-12-16","TO":"2027-01-15"}"#
                    })
            #expect(page.text.contains("<td>2026-07-01 19:00:00</td><td>79112233444</td><td>8 (800) 250-18-60</td>"))
            #expect(page.text.contains("<td>Ivan</td><td>incoming</td><td>answered</td><td>1:02:05</td>"))
            #expect(page.text.contains(#"<a href="/calls/call%2F1/recording">listen</a>"#))
            #expect(page.text.contains("&lt;b&gt;") && !page.text.contains("<b>"))
            #expect(page.text.contains("<td>Ivan</td><td>9</td><td>7</td><td>2</td><td>0:01:01</td><td>4.50 RUB</td>"))
            #expect(page.text.contains(#"name="kept_days" value="365""#))
            #expect(page.text.contains("nothing brings them back"))
            #expect(page.header("Content-Security-Policy").first?.hasPrefix("default-src 'none'") == true)
        }
    }

    @Test func everyFilterReachesTheControllerAndStaysInTheForm() async throws {
        try await PortalFixture.run { portal in
            let token = try await prepare(portal)
            let query =
                "from=2026-07-01&to=2026-07-01&number=%2B7+911+223&employee=67&line=74012000000&direction=incoming"
                + "&result=answered&cost_from=0.5&cost_to="
            let page = try await portal.page("/history?" + query, token)
            #expect(
                bodies("FindCalls", portal) == [
                    #"{"COST_FROM":"0.5","DIRECTION":"incoming","FROM":1782856800000,"LIMIT":50,"LINE":"74012000000","#
                        + #""PHONE_NUMBER":"+7 911 223","RESULT":"answered","TO":1782943200000,"USER_ID":67}"#
                ])
            #expect(page.text.contains(#"name="number" value="+7 911 223""#))
            #expect(page.text.contains(#"<option value="67" selected>Ivan</option>"#))
            #expect(page.text.contains(#"<option value="answered" selected>"#))
            let filters =
                "from=2026-07-01&amp;to=2026-07-01&amp;number=%2B7%20911%20223&amp;employee=67&amp;line=74012000000"
                + "&amp;direction=incoming&amp;result=answered&amp;cost_from=0.5&amp;cost_to="
            #expect(page.text.contains("href=\"/history/calls.csv?\(filters)\""))
            #expect(page.text.contains("href=\"/history?\(filters)&amp;cursor=abc-1\""))
            _ = try await portal.page("/history?from=&to=&cursor=abc-1", token)
            #expect(bodies("FindCalls", portal).last == #"{"CURSOR":"abc-1","LIMIT":50}"#)
            #expect(bodies("GetCallTotals", portal).count == 3, "totals stand on the first page")
        }
    }

    @Test func whatIsWrongStandsBesideTheForm() async throws {
        try await PortalFixture.run { portal in
            let token = try await prepare(portal)
            for (query, words) in [
                ("from=1.7.2026", "from: expected a day like 2026-11-27"),
                ("to=2026-02-30", "to: expected a day like 2026-11-27"),
                ("from=2026-07-01&employee=Ivan", "employee: expected the identifier of an employee"),
            ] {
                for path in ["/history", "/history/calls.csv"] {
                    let page = try await portal.page("\(path)?cost_to=%22%3E&\(query)", token)
                    #expect(page.status == 400 && page.text.contains(words), "\(query)")
                    #expect(page.text.contains(#"name="cost_to" value="&quot;&gt;""#))
                }
            }
            #expect(bodies("FindCalls", portal).isEmpty && bodies("ExportCalls", portal).isEmpty)
            for command in ["FindCalls", "ExportCalls"] {
                portal.controller.answer(command, Self.refusal, status: 400)
            }
            for path in ["/history", "/history/calls.csv"] {
                let refused = try await portal.page(path + "?cost_from=much", token)
                #expect(refused.status == 502 && refused.text.contains("COST_FROM must be &lt;an amount&gt;"))
                #expect(refused.text.contains(#"name="cost_from" value="much""#))
                portal.controller.answer("GetHistoryOptions", "{}", status: 503)
                let away = try await portal.page(path + "?cost_from=much", token)
                #expect(away.status == 503 && away.text.contains("try again in a moment"))
                #expect(away.text.contains(#"name="cost_from" value="much""#))
                portal.controller.answer("GetHistoryOptions", Self.options)
            }
        }
    }

    @Test func theFileIsHandedOnWhileItIsWritten() async throws {
        try await PortalFixture.run { portal in
            let token = try await prepare(portal)
            for path in ["/history/calls.csv?result=missed", "/api/history/export?result=missed&format=csv"] {
                let (pieces, source) = AsyncStream.makeStream(of: String.self)
                portal.controller.answer("ExportCalls", pieces)
                var request = HTTPClientRequest(url: portal.base + path)
                request.headers.add(name: "Cookie", value: "session=\(token)")
                source.yield("call_id\r\n")
                let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(180))
                #expect(answer.status == .ok)
                #expect(answer.headers["Content-Type"] == ["text/csv; charset=utf-8; header=present"])
                #expect(answer.headers["Content-Disposition"] == [#"attachment; filename="calls.csv""#])
                var body = answer.body.makeAsyncIterator()
                // The controller goes on only when the first piece is here.
                #expect(try await body.next().map { String(buffer: $0) } == "call_id\r\n")
                source.yield("1\r\n")
                source.finish()
                var rest = ""
                while let piece = try await body.next() { rest += String(buffer: piece) }
                #expect(rest == "1\r\n")
            }
            #expect(
                Set(bodies("ExportCalls", portal)) == [#"{"FORMAT":"csv","RESULT":"missed"}"#])
        }
    }

    @Test func howCallsAreKeptIsSavedOrShownAgain() async throws {
        try await PortalFixture.run { portal in
            let token = try await prepare(portal)
            let saved = try await portal.submit(
                "/history/options", token, "time_zone=Europe%2FBerlin&kept_days=30")
            #expect(saved.status == 303 && saved.location == "/history")
            _ = try await portal.submit("/history/options", token, "time_zone=GMT&kept_days=")
            #expect(
                bodies("SetHistoryOptions", portal) == [
                    #"{"KEPT_DAYS":30,"TIME_ZONE":"Europe/Berlin"}"#, #"{"KEPT_DAYS":null,"TIME_ZONE":"GMT"}"#,
                ])
            let wrong = try await portal.submit("/history/options", token, "time_zone=GMT&kept_days=a+month")
            #expect(wrong.status == 400 && wrong.text.contains("kept_days: expected a number of days"))
            #expect(wrong.text.contains(#"value="a month""#))
            portal.controller.answer(
                "SetHistoryOptions", #"{"error":{"code":"WRONG_REQUEST","msg":"TIME_ZONE must be a <name>"}}"#,
                status: 400)
            let refused = try await portal.submit("/history/options", token, "time_zone=%3CMoon%3E&kept_days=30")
            #expect(refused.status == 502 && refused.text.contains("TIME_ZONE must be a &lt;name&gt;"))
            #expect(refused.text.contains(#"value="&lt;Moon&gt;""#) && refused.text.contains(#"value="30""#))
            portal.controller.answer("SetHistoryOptions", "{}", status: 503)
            let away = try await portal.submit("/history/options", token, "time_zone=GMT&kept_days=30")
            #expect(away.status == 503 && away.text.contains(#"value="30""#))
        }
    }

    @Test func programsAskTheSame() async throws {
        try await PortalFixture.run { portal in
            let token = try await prepare(portal)
            let found = try await portal.api(
                .get,
                "/api/history?from=1&to=2&phone_number=%2B7911&user_id=67&line=reg1&direction=callback&result=failed"
                    + "&cost_from=1&cost_to=2&limit=5&cursor=abc-1", token)
            #expect(found.status == 200 && found.json["next"] == "abc-1")
            #expect(
                bodies("FindCalls", portal) == [
                    #"{"COST_FROM":"1","COST_TO":"2","CURSOR":"abc-1","DIRECTION":"callback","FROM":1,"LIMIT":5,"#
                        + #""LINE":"reg1","PHONE_NUMBER":"+7911","RESULT":"failed","TO":2,"USER_ID":67}"#
                ])
            let totals = try await portal.api(
                .get, "/api/history/totals?by=line&from=2026-07-01&to=2026-07-02", token)
            #expect(totals.json["result"]?.elements.count == 1)
            #expect(bodies("GetCallTotals", portal) == [#"{"BY":"line","FROM":"2026-07-01","TO":"2026-07-02"}"#])
            #expect(try await portal.api(.get, "/api/history/options", token).json["KEPT_DAYS"] == 365)
            let changed = try await portal.api(
                .put, "/api/history/options", token, ["time_zone": "Asia/Tokyo", "kept_days": .null])
            #expect(changed.status == 200)
            #expect(bodies("SetHistoryOptions", portal) == [#"{"KEPT_DAYS":null,"TIME_ZONE":"Asia/Tokyo"}"#])
        }
    }

    @Test func wrongQuestionsOfProgramsAreRefused() async throws {
        try await PortalFixture.run { portal in
            let token = try await prepare(portal)
            for (path, words) in [
                ("/api/history?number=7", "another name"), ("/api/history?from=yesterday", "?from"),
                ("/api/history?user_id=0", "?user_id"), ("/api/history?limit=501", "?limit"),
                ("/api/history?format=csv", "another name"), ("/api/history/export?cursor=a", "another name"),
                ("/api/history/export?format=xml", "csv or json"),
                ("/api/history/totals?by=day&line=1", "another name"),
                ("/api/history/totals?from=2026-07-01&to=2026-07-02", "one of day, employee, line"),
                ("/api/history/totals?by=day&from=2026-07-01", "?to"),
                ("/api/history/totals?by=day&from=1.7.2026&to=2026-07-01", "a day like"),
                ("/api/history?line=" + String(repeating: "1", count: 1025), "at most 1024"),
            ] {
                let answer = try await portal.api(.get, path, token)
                #expect(answer.status == 400 && answer.text.contains(words), "\(path)")
            }
            for body in [[:], ["time_zone": 1], ["time_zone": "GMT", "kept_days": 0], ["zone": "GMT"]] as [JSONValue] {
                #expect(try await portal.api(.put, "/api/history/options", token, body).status == 400)
            }
            portal.controller.answer("FindCalls", Self.refusal, status: 400)
            let refused = try await portal.api(.get, "/api/history?cost_from=much", token)
            #expect(refused.status == 502 && refused.text.contains("COST_FROM must be"))
            portal.controller.answer("ExportCalls", "{}", status: 503)
            #expect(try await portal.api(.get, "/api/history/export", token).status == 503)
        }
    }

    @Test func theHistoryIsForAdministratorsOnly() async throws {
        try await PortalFixture.run { portal in
            let employee = try await portal.logIn("olga", "secret-68")
            #expect(try await !portal.page("/", employee).text.contains("/history"))
            for path in ["/history", "/history/calls.csv"] {
                #expect(try await portal.page(path, employee).status == 403)
                #expect(try await portal.page(path, "nobody").text.contains("name=\"password\""))
            }
            for path in ["", "/totals", "/export", "/options"] {
                #expect(try await portal.api(.get, "/api/history" + path, employee).status == 403)
                #expect(try await portal.api(.get, "/api/history" + path, nil).status == 401)
            }
            #expect(try await portal.submit("/history/options", employee, "time_zone=GMT").status == 403)
            #expect(try await portal.submit("/history/options", "nobody", "time_zone=GMT").status == 303)
            let body: JSONValue = ["time_zone": "GMT"]
            #expect(try await portal.api(.put, "/api/history/options", employee, body).status == 403)
            for command in ["FindCalls", "GetCallTotals", "ExportCalls", "GetHistoryOptions", "SetHistoryOptions"] {
                #expect(portal.controller.requests(command).isEmpty)
            }
        }
    }
}
