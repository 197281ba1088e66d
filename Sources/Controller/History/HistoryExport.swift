import Billing
import Foundation

/// A portal's calls as one text, made a page at a time: however many there are, one page of them is in memory.
struct HistoryExport: Sendable {
    enum Format: String, Sendable, CaseIterable {
        /// RFC 4180, with a header, in UTF-8.
        case csv
        /// A list of objects.
        case json
    }

    private static let columns = [
        "call_id", "started_at", "direction", "result", "phone_number", "user_id", "line", "talk_seconds", "cost",
        "currency", "has_recording",
    ]

    let search: HistorySearch
    let filter: HistoryFilter
    let portal: PortalID
    let format: Format
    /// In which times are written.
    let timeZone: TimeZone

    var contentType: String {
        switch format {
        case .csv: "text/csv; charset=utf-8; header=present"
        case .json: "application/json; charset=utf-8"
        }
    }

    /// Hands over the text in pieces, each when the one before has been taken.
    func write(_ take: (String) async throws -> Void) async throws {
        var isFirst = true
        var cursor: HistoryCursor?
        try await take(format == .csv ? Self.columns.joined(separator: ",") + "\r\n" : "[")
        repeat {
            let page = try await search.page(filter, portal, after: cursor, limit: HistorySearch.mostCalls)
            var piece = ""
            for call in page.calls {
                let values = values(call)
                switch format {
                case .csv: piece += values.map(Self.field).joined(separator: ",") + "\r\n"
                case .json:
                    let fields = zip(Self.columns, values).map { JSONValue.Field(name: $0.0, value: $0.1) }
                    piece += (isFirst ? "\n" : ",\n") + JSONValue.object(fields).encoded
                }
                isFirst = false
            }
            if !piece.isEmpty { try await take(piece) }
            cursor = page.next
        } while cursor != nil
        if format == .json { try await take("\n]\n") }
    }

    private func values(_ call: HistorySearch.Found) -> [JSONValue] {
        [
            .text(call.key.rawValue), .text(CivilTime(call.startedAt, in: timeZone).text), .text(call.direction),
            .text(call.outcome), .text(call.number), call.employee.json, .text(call.line),
            .integer(call.talkSeconds), (call.cost?.decimalText).json, (call.cost?.currency.code).json,
            .flag(call.hasRecording),
        ]
    }

    /// One field; what a spreadsheet would take for a formula begins with an apostrophe.
    static func field(_ value: JSONValue) -> String {
        guard case .text(var text) = value else { return value == .null ? "" : value.encoded }
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) { text = "'" + text }
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
