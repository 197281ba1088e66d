import Foundation

/// What an administrator has typed to search the history, kept as it was typed so that a mistake can be put right.
struct HistorySearchForm: Sendable {
    /// The fields of the form.
    static let names = [
        "from", "to", "number", "employee", "line", "direction", "result", "cost_from", "cost_to",
    ]
    /// Those that the controller takes as they are, with what it calls them.
    private static let texts = [
        "number": "PHONE_NUMBER", "line": "LINE", "direction": "DIRECTION", "result": "RESULT",
        "cost_from": "COST_FROM", "cost_to": "COST_TO",
    ]
    /// Days that are shown before anything was typed.
    private static let usualDays = 31
    /// Stand for a day that was left empty.
    private static let (firstDay, lastDay) = ("1970-01-01", "9999-12-31")

    private(set) var typed: [String: String]
    /// Where the page begins; nil on the first.
    let cursor: String?

    init(_ query: [String: String]) {
        typed = query.filter { Self.names.contains($0.key) }
            .mapValues { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        cursor = query["cursor"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The last month where nothing was typed yet; a form that was emptied stays so.
    func filled(at moment: Int64, in zone: TimeZone) -> HistorySearchForm {
        guard typed.isEmpty else { return self }
        let today = Date(timeIntervalSince1970: TimeInterval(moment))
        let style = Date.ISO8601FormatStyle(timeZone: zone).year().month().day()
        var form = self
        form.typed["from"] = today.addingTimeInterval(-86_400 * TimeInterval(Self.usualDays - 1)).formatted(style)
        form.typed["to"] = today.formatted(style)
        return form
    }

    /// The fields as a page's address carries them on.
    var query: [(String, String)] {
        Self.names.compactMap { name in typed[name].map { (name, $0) } }
    }

    /// The filters of `FindCalls` and `ExportCalls`.
    ///
    /// - Parameter zone: Where the days are days; both are included.
    /// - Throws: ``InputError`` that names the field.
    func filters(in zone: TimeZone) throws(InputError) -> [String: JSONValue] {
        var body: [String: JSONValue] = [:]
        if let from = try instant("from", in: zone, addingDays: 0) { body["FROM"] = .integer(from) }
        if let to = try instant("to", in: zone, addingDays: 1) { body["TO"] = .integer(to) }
        for (name, field) in Self.texts {
            if let text = given(name) { body[field] = .text(text) }
        }
        if let text = given("employee") {
            guard let id = Int64(text), EmployeeID.allowed.contains(id) else {
                throw InputError(path: "employee", expected: "the identifier of an employee", found: "another text")
            }
            body["USER_ID"] = .integer(id)
        }
        return body
    }

    /// The question for the totals of the same days.
    func totals(by scope: HistoryScope) -> JSONValue {
        [
            "BY": .text(scope.rawValue), "FROM": .text(given("from") ?? Self.firstDay),
            "TO": .text(given("to") ?? Self.lastDay),
        ]
    }

    private func given(_ name: String) -> String? {
        typed[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Milliseconds since 1970 of a day's beginning so many days later.
    private func instant(_ name: String, in zone: TimeZone, addingDays days: Int) throws(InputError) -> Int64? {
        guard let text = given(name) else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let isDay = text.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) != nil
        let parts = text.split(separator: "-").compactMap { Int($0) }
        let day = isDay ? DateComponents(calendar: calendar, year: parts[0], month: parts[1], day: parts[2]) : nil
        guard let day, day.isValidDate, let start = calendar.date(from: day),
            let date = calendar.date(byAdding: .day, value: days, to: start)
        else { throw InputError(path: name, expected: "a day like 2026-11-27", found: "another text") }
        return max(0, Int64(date.timeIntervalSince1970 * 1000))
    }
}

/// What calls are added up by.
enum HistoryScope: String, Sendable, CaseIterable {
    case day, employee, line

    var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}
