import Billing
import CallControl
import Storage

/// The rows of a report, page by page, and their columns.
struct ReportSource {
    private let kind: HistoryReportKind
    private let call: MethodCall
    private let query: HistoryQuery

    /// Rows that one report may hold.
    static let maximumRows: Int64 = 1_000_000
    private static let pageSize: Int64 = 500

    init(_ kind: HistoryReportKind, _ call: MethodCall) throws {
        self.kind = kind
        self.call = call
        query = try HistoryQuery(
            call, childrenOnlyField: kind == .transactions ? "children_transactions_only" : "children_calls_only")
    }

    /// - Throws: ``APIError`` for the first parameter that is wrong.
    func check() throws { _ = try filter() }

    private func filter() throws -> QueryFilter {
        switch kind {
        case .calls, .briefCalls: try HistoryMethods.filter(query, call)
        case .transactions: try MoneyMethods.filter(query, call)
        }
    }

    private static let callColumns = [
        "call_session_history_id", "account_id", "application_id", "application_name", "user_id", "rule_name",
        "start_date", "duration", "initiator_address", "media_server_address", "log_file_url", "finish_reason",
        "custom_data", "call_id", "start_time", "call_duration", "local_number", "remote_number",
        "remote_number_type", "incoming", "successful", "transaction_id", "cost", "record_url", "end_reason",
        "direction",
    ]
    private static let briefColumns = [
        "call_session_history_id", "application_name", "start_date", "call_id", "start_time", "call_duration",
        "local_number", "remote_number", "incoming", "successful", "cost", "record_url", "direction",
    ]
    private static let transactionColumns = [
        "transaction_id", "account_id", "performed_at", "amount", "currency", "transaction_type",
        "transaction_description", "payment_reference",
    ]

    var columns: [String] {
        switch kind {
        case .calls: Self.callColumns
        case .briefCalls: Self.briefColumns
        case .transactions: Self.transactionColumns
        }
    }

    var withHeader: Bool { get throws { try call.parameters.flag("with_header", default: true) } }

    /// The next lines behind the row with the id `last`, and the id with which to go on; nil at the end.
    func page(after last: Int64) throws -> (lines: [[String?]], last: Int64)? {
        var filter = try filter()
        filter.add("id > ?", .integer(last))
        let table = kind == .transactions ? "ledger_entry" : "call_session"
        let rows = try call.transaction.query(
            "SELECT * FROM \(table) WHERE \(filter.sql) ORDER BY id LIMIT ?",
            filter.arguments + [.integer(Self.pageSize)])
        guard let end = try rows.last?.integer("id") else { return nil }
        return (try rows.flatMap(lines), end)
    }

    private func lines(_ row: Row) throws -> [[String?]] {
        guard kind != .transactions else {
            return [columns.map { text(of: try? MoneyMethods.json(row, query.zone), $0) }]
        }
        let reader = HistoryReader(call: call, zone: query.zone)
        let session = try reader.session(row, calls: nil, records: nil)
        let calls = try reader.calls(of: SessionID(rawValue: try row.integer("id")), in: row)
        return (calls.isEmpty ? [JSONValue.object([])] : calls).map { leg in
            columns.map { column in
                text(of: session, column) ?? text(of: leg, column == "call_duration" ? "duration" : column)
            }
        }
    }

    private func text(of object: JSONValue?, _ name: String) -> String? {
        switch object?[name] {
        case .string(let text)?: text
        case .integer(let number)?: String(number)
        case .decimal(let text)?: text
        case .bool(let flag)?: String(flag)
        default: nil
        }
    }
}

/// Text with commas (RFC 4180).
enum CSV {
    static func line(_ fields: [String?]) -> String {
        fields.map { field($0 ?? "") }.joined(separator: ",") + "\r\n"
    }

    private static func field(_ text: String) -> String {
        // A spreadsheet takes such a text for a formula, and callers choose their numbers and names.
        let isFormula = text.utf8.first.map { "=+-@\t\r".utf8.contains($0) } ?? false
        let safe = isFormula && Double(text) == nil ? "'" + text : text
        let needsQuotes = safe.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        return needsQuotes ? "\"\(safe.replacing("\"", with: "\"\""))\"" : safe
    }
}
