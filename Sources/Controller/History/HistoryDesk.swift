import Billing
import Foundation
import PhoneNumbers
import Storage

/// What a portal asks of its history, and how it wants it kept.
struct HistoryDesk: Sendable {
    let search: HistorySearch
    let totals: CallTotals

    var commands: [PortalCommand] {
        [
            PortalCommand("FindCalls") { try await find($0, $1) },
            PortalCommand("GetCallTotals") { try await total($0, $1) },
            PortalCommand("GetHistoryOptions") { Self.json(try await options($1)) },
            PortalCommand("SetHistoryOptions") { json, portal in
                let options = try Self.options(json)
                try await search.database.write { try options.save(portal.id, in: $0) }
                return Self.json(options)
            },
            PortalCommand("ExportCalls", answering: { Answers.export(try await export($0, $1)) }),
        ]
    }

    /// All that the filter wants, as a text that is made while it is sent.
    private func export(_ json: JSONValue, _ portal: Portal) async throws -> HistoryExport {
        guard let format = HistoryExport.Format(rawValue: (json["FORMAT"] ?? "csv").string ?? "") else {
            throw ControllerError(.wrongRequest, "FORMAT must be csv or json")
        }
        return HistoryExport(
            search: search, filter: try HistoryFilter(json, portal, beside: ["FORMAT"]), portal: portal.id,
            format: format, timeZone: try await options(portal).timeZone)
    }

    /// One page of the calls that the filter wants.
    func find(_ json: JSONValue, _ portal: Portal) async throws -> JSONValue {
        let filter = try HistoryFilter(json, portal, beside: ["LIMIT", "CURSOR"])
        let limit = json["LIMIT"] == nil ? 50 : json["LIMIT"]?.int64 ?? 0
        guard (1...Int64(HistorySearch.mostCalls)).contains(limit) else {
            throw ControllerError(.wrongRequest, "LIMIT must be a number from 1 to \(HistorySearch.mostCalls)")
        }
        var cursor: HistoryCursor?
        if let text = json["CURSOR"], text != .null {
            cursor = HistoryCursor(text: text.string ?? "")
            guard cursor != nil else {
                throw ControllerError(.wrongRequest, "CURSOR must be the next of an earlier answer")
            }
        }
        let page = try await search.page(filter, portal.id, after: cursor, limit: Int(limit))
        return ["result": .list(page.calls.map(\.json)), "next": (page.next?.text).json]
    }

    private func total(_ json: JSONValue, _ portal: Portal) async throws -> JSONValue {
        guard let scope = CallTotals.Scope(rawValue: json["BY"]?.string ?? "") else {
            throw ControllerError(.wrongRequest, "BY must be day, employee or line")
        }
        guard let from = Day(rawValue: json["FROM"]?.string ?? ""), let to = Day(rawValue: json["TO"]?.string ?? "")
        else {
            throw ControllerError(.wrongRequest, "FROM and TO must be days like 2026-11-27")
        }
        let last = try CommandFields(json).optionalText("AFTER", 0...CallTotals.longestSubject)
        let found = try await totals.read(scope, portal.id, from: from, to: to, after: last)
        return ["result": .list(found.totals.map { $0.json(portal.access.currency) }), "next": found.next.json]
    }

    private func options(_ portal: Portal) async throws -> HistoryOptions {
        try await search.database.read { try HistoryOptions.find(portal.id, in: $0) }
    }

    private static func options(_ json: JSONValue) throws(ControllerError) -> HistoryOptions {
        let name = json["TIME_ZONE"]?.string ?? ""
        guard TimeZone.knownTimeZoneIdentifiers.contains(name) || name == "UTC", let zone = TimeZone(identifier: name)
        else {
            throw ControllerError(
                .wrongRequest, "TIME_ZONE must be a name of the time zone database, like Europe/Berlin")
        }
        guard let days = json["KEPT_DAYS"], days != .null else { return HistoryOptions(timeZone: zone, keptDays: nil) }
        guard let count = days.int64, (1...HistoryOptions.mostDays).contains(count) else {
            throw ControllerError(
                .wrongRequest, "KEPT_DAYS must be a number from 1 to \(HistoryOptions.mostDays), or null for ever")
        }
        return HistoryOptions(timeZone: zone, keptDays: count)
    }

    private static func json(_ options: HistoryOptions) -> JSONValue {
        ["TIME_ZONE": .text(options.timeZone.identifier), "KEPT_DAYS": options.keptDays.json]
    }
}

extension HistoryFilter {
    private static let names: Set<String> = [
        "FROM", "TO", "PHONE_NUMBER", "USER_ID", "LINE", "DIRECTION", "RESULT", "COST_FROM", "COST_TO",
    ]

    /// A portal's wishes; a filter of an unknown name is refused, because without it everything would be found.
    init(_ json: JSONValue, _ portal: Portal, beside others: Set<String>) throws(ControllerError) {
        guard case .object(let fields) = json else { throw Self.wrong("the body", "a JSON object") }
        for field in fields where !Self.names.union(others).contains(field.name) {
            throw Self.wrong("every filter", "one of \(Self.names.sorted().joined(separator: ", "))")
        }
        func given(_ name: String) -> JSONValue? {
            guard let value = json[name], value != .null else { return nil }
            return value
        }
        func read<Value>(
            _ name: String, _ expected: String, _ value: (JSONValue) -> Value?
        ) throws(ControllerError) -> Value? {
            guard let json = given(name) else { return nil }
            guard let value = value(json) else { throw Self.wrong(name, expected) }
            return value
        }
        from = try read("FROM", "milliseconds since 1970", Self.moment)
        to = try read("TO", "milliseconds since 1970", Self.moment)
        employee = try read("USER_ID", "the identifier of an employee") {
            $0.int64.flatMap { (1..<1_000_000_000_000).contains($0) ? $0 : nil }
        }
        line = try read("LINE", "the name of a line", \.string)
        let directions = CallFacts.Direction.allCases.map(\.rawValue).joined(separator: ", ")
        direction = try read("DIRECTION", "one of \(directions)") { $0.string.flatMap(CallFacts.Direction.init) }
        let outcomes = CallFacts.Outcome.allCases.map(\.rawValue).joined(separator: ", ")
        outcome = try read("RESULT", "one of \(outcomes)") { $0.string.flatMap(CallFacts.Outcome.init) }
        let currency = portal.access.currency
        leastCost = try read("COST_FROM", "an amount like 1.25") { Self.amount($0, currency) }
        mostCost = try read("COST_TO", "an amount like 1.25") { Self.amount($0, currency) }
        if let text = try read("PHONE_NUMBER", "a telephone number", \.string) {
            let region = portal.access.region
            let number = PhoneNumberParser.parse(text, defaultRegion: region).number
            // Carriers spell numbers in their own ways, and reports keep what they said.
            numbers = number?.spellings(in: region) ?? [CallFacts.searchable(text)]
        }
    }

    private static func moment(_ json: JSONValue) -> Moment? {
        json.int64.flatMap { (0...Int64(1 << 50)).contains($0) ? Moment(milliseconds: $0) : nil }
    }

    private static func amount(_ json: JSONValue, _ currency: Currency) -> Int64? {
        json.string.flatMap { try? Money($0, currency) }.flatMap { $0.isNegative ? nil : $0.millionths }
    }

    private static func wrong(_ name: String, _ expected: String) -> ControllerError {
        ControllerError(.wrongRequest, "\(name) must be \(expected)")
    }
}

extension HistorySearch.Found {
    var json: JSONValue {
        [
            "CALL_ID": .text(key.rawValue), "CALL_START_DATE": .integer(startedAt.milliseconds),
            "DIRECTION": .text(direction), "RESULT": .text(outcome), "PHONE_NUMBER": .text(number),
            "USER_ID": employee.json, "LINE": .text(line), "CALL_DURATION": .integer(talkSeconds),
            "COST_FINAL": (cost?.decimalText).json, "COST_CURRENCY": (cost?.currency.code).json,
            "HAS_RECORDING": .flag(hasRecording),
        ]
    }
}

extension CallTotals.Total {
    func json(_ currency: Currency) -> JSONValue {
        [
            "SUBJECT": .text(subject), "CALLS": .integer(calls), "ANSWERED": .integer(answered),
            "MISSED": .integer(missed), "TALK_SECONDS": .integer(talkSeconds),
            "COST": .text(Money(millionths: cost, currency).decimalText), "COST_CURRENCY": .text(currency.code),
        ]
    }
}
