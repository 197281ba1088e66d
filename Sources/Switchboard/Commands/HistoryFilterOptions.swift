import ArgumentParser
import Foundation

/// Which calls of a portal are wanted; everything that is given must hold.
struct HistoryFilterOptions: ParsableArguments {
    @Option(help: "Calls from this day or instant, like 2026-11-01 or 2026-11-01T09:00:00Z.") var from: String?
    @Option(help: "Calls to the end of this day, or before this instant.") var to: String?
    @Option(help: "The other side's number, in any spelling.") var number: String?
    @Option(help: "Identifier of an employee.") var employee: Int64?
    @Option(help: "Name of a line.") var line: String?
    @Option(help: "incoming, outgoing, forwarded or callback.") var direction: String?
    @Option(help: "answered, missed, refused or failed.") var result: String?
    @Option(help: "Least final cost.") var costFrom: String?
    @Option(help: "Greatest final cost.") var costTo: String?

    func validate() throws {
        let from = try Self.instant(from, "--from", .gmt, addingDays: 0)
        let to = try Self.instant(to, "--to", .gmt, addingDays: 1)
        if let from, let to, from > to { throw ValidationError("--from wants to be before --to.") }
    }

    /// The filters as the controller's commands take them.
    ///
    /// - Parameter zone: Where the days are days.
    func fields(in zone: TimeZone) throws -> [String: Any] {
        let given: [(String, Any?)] = [
            ("FROM", try Self.instant(from, "--from", zone, addingDays: 0)),
            ("TO", try Self.instant(to, "--to", zone, addingDays: 1)), ("PHONE_NUMBER", number),
            ("USER_ID", employee), ("LINE", line), ("DIRECTION", direction), ("RESULT", result),
            ("COST_FROM", costFrom), ("COST_TO", costTo),
        ]
        return Dictionary(uniqueKeysWithValues: given.compactMap { name, value in value.map { (name, $0) } })
    }

    /// Milliseconds since 1970 of an instant, or of a day's beginning so many days later.
    private static func instant(
        _ text: String?, _ option: String, _ zone: TimeZone, addingDays days: Int
    ) throws -> Int64? {
        guard let text else { return nil }
        let isInstant = text.wholeMatch(of: /[0-9-]{10}T[0-9:]{8}(Z|[+-][0-9:]{4,5})/) != nil
        if isInstant, let date = try? Date(text, strategy: .iso8601) { return Int64(date.timeIntervalSince1970 * 1000) }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        let isDay = text.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) != nil
        let day = isDay ? DateComponents(calendar: calendar, year: parts[0], month: parts[1], day: parts[2]) : nil
        guard let day, day.isValidDate, let start = calendar.date(from: day),
            let date = calendar.date(byAdding: .day, value: days, to: start)
        else { throw ValidationError("\(option) wants a day like 2026-11-01 or an instant like 2026-11-01T09:00:00Z.") }
        return Int64(date.timeIntervalSince1970 * 1000)
    }
}
