import Foundation

/// The page of all calls.
extension PortalPage {
    private static let directions = ["incoming", "outgoing", "forwarded", "callback"]
    private static let results = ["answered", "missed", "refused", "failed"]

    static func history(_ sheet: HistorySheet) -> String {
        document(
            title: "History",
            """
            <p>\(link("Company", "/")) · \(link("Balance", "/balance")) · \(link("Numbers", "/numbers"))</p>
            \(alert(sheet.wrong))
            \(searchForm(sheet))
            \(sheet.found.map { callsText($0, sheet) } ?? "")
            \(sheet.totals.map { totalsText($0.0, $0.1, sheet) }.joined())
            \(sheet.options.map { "<h2>How calls are kept</h2>" + optionsForm($0) } ?? "")
            """)
    }

    /// The form of the options alone, with what is wrong with them.
    static func historyOptions(_ options: HistoryOptionsForm, wrong: String) -> String {
        document(
            title: "How calls are kept", "<p>\(link("History", "/history"))</p>\(alert(wrong))\(optionsForm(options))")
    }

    private static func searchForm(_ sheet: HistorySheet) -> String {
        func typed(_ name: String) -> String { sheet.form.typed[name] ?? "" }
        let employees = sheet.staff.map { (String($0.id.rawValue), $0.name) }
        let lines = sheet.lines.map { ($0.searchID.rawValue, $0.title) }
        return """
            <form method="get" action="/history">
            <p>\(input("From", "from", typed("from"), type: "date")) \(input("to", "to", typed("to"), type: "date"))
            \(input("Number", "number", typed("number"), type: "tel"))</p>
            <p>\(choice("Employee", "employee", typed("employee"), employees))
            \(choice("Line", "line", typed("line"), lines))
            \(choice("Direction", "direction", typed("direction"), directions.map { ($0, $0) }))
            \(choice("Result", "result", typed("result"), results.map { ($0, $0) }))</p>
            <p>\(input("Cost from", "cost_from", typed("cost_from"))) \(input("to", "cost_to", typed("cost_to")))
            <button>Search</button></p>
            </form>
            """
    }

    private static func callsText(_ found: AnswerRow, _ sheet: HistorySheet) -> String {
        let zone = sheet.options?.place ?? .gmt
        let query = sheet.form.query
        let next = found.text("next")
        let older = next.isEmpty ? "" : link("Older", "/history", query + [("cursor", next)]) + " · "
        return """
            <h2>Calls</h2>
            \(table(
                [
                    "Time (\(sheet.options?.zone ?? ""))", "Number", "Line", "Employee", "Direction", "Result", "Talk",
                    "Cost", "Recording",
                ],
                found.rows("result").map { foundRow($0, sheet, zone) }, empty: "No calls."))
            <p>\(older)\(link("All of them as CSV", "/history/calls.csv", query))</p>
            """
    }

    private static func foundRow(_ call: AnswerRow, _ sheet: HistorySheet, _ zone: TimeZone) -> String {
        let style = Date.ISO8601FormatStyle(dateTimeSeparator: .space, timeZone: zone)
            .year().month().day().time(includingFractionalSeconds: false)
        let time = Int64(call.text("CALL_START_DATE")).map {
            Date(timeIntervalSince1970: TimeInterval($0) / 1000).formatted(style)
        }
        let name = call.text("CALL_ID").addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let recording = "<a href=\"/calls/\(name)/recording\">listen</a>"
        return row(
            [
                time ?? "", call.text("PHONE_NUMBER"), title(of: call.text("LINE"), sheet),
                self.name(of: call.text("USER_ID"), sheet), call.text("DIRECTION"), call.text("RESULT"),
                duration(call.text("CALL_DURATION")),
                "\(call.text("COST_FINAL")) \(call.text("COST_CURRENCY"))",
            ], html: call.isTrue("HAS_RECORDING") ? recording : "")
    }

    private static func totalsText(_ scope: HistoryScope, _ totals: AnswerRow, _ sheet: HistorySheet) -> String {
        let rows = totals.rows("result").map { total in
            let subject = total.text("SUBJECT")
            let title =
                switch scope {
                case .day: subject
                case .employee: name(of: subject, sheet)
                case .line: self.title(of: subject, sheet)
                }
            return row([
                title, total.text("CALLS"), total.text("ANSWERED"), total.text("MISSED"),
                duration(total.text("TALK_SECONDS")), "\(total.text("COST")) \(total.text("COST_CURRENCY"))",
            ])
        }
        let rest =
            totals.text("next").isEmpty ? "" : "<p>There are more than these \(rows.count); ask for fewer days.</p>"
        return "<h2>All calls of these days by \(scope.rawValue)</h2>"
            + table([scope.title, "Calls", "Answered", "Missed", "Talk", "Cost"], rows, empty: "No calls.") + rest
    }

    private static func optionsForm(_ options: HistoryOptionsForm) -> String {
        let zones = TimeZone.knownTimeZoneIdentifiers.map { "<option value=\"\(escape($0))\">" }
        return """
            <form method="post" action="/history/options">
            <p><label>Time zone <input name="time_zone" value="\(escape(options.zone))" list="zones" required></label>
            <datalist id="zones">\(zones.joined())</datalist> Days begin and end by its clocks; a change counts for calls
            that come after it.</p>
            <p><label>Keep calls for <input name="kept_days" value="\(escape(options.keptDays))" inputmode="numeric"
            size="5"> days</label> <button>Save</button></p>
            <p>Calls that are older are deleted from this history for good, together with their recordings: the first within
            an hour, and nothing brings them back; totals stay. Leave it empty to keep calls for ever.</p>
            </form>
            """
    }

    private static func name(of employee: String, _ sheet: HistorySheet) -> String {
        sheet.staff.first { String($0.id.rawValue) == employee }?.name ?? employee
    }

    private static func title(of line: String, _ sheet: HistorySheet) -> String {
        sheet.lines.first { $0.searchID.rawValue == line }?.title ?? line
    }

    /// Seconds as `1:02:03`.
    private static func duration(_ seconds: String) -> String {
        guard let count = Int64(seconds), count >= 0 else { return seconds }
        func two(_ part: Int64) -> String { (part < 10 ? "0" : "") + String(part) }
        return "\(count / 3600):\(two(count / 60 % 60)):\(two(count % 60))"
    }
}
