import CallControl
import Storage

/// What a report is about.
enum HistoryReportKind: String, Sendable, CaseIterable {
    case calls = "CALLS"
    case briefCalls = "CALLS_BRIEF"
    case transactions = "TRANSACTIONS"

    var callbackType: String {
        switch self {
        case .calls, .briefCalls: "call_history_report"
        case .transactions: "transaction_history_report"
        }
    }

    /// The method whose rows the report holds.
    var method: String {
        switch self {
        case .calls: "GetCallHistoryAsync"
        case .briefCalls: "GetBriefCallHistory"
        case .transactions: "GetTransactionHistoryAsync"
        }
    }
}

/// A report that was ordered; made by ``ReportWriter`` some time later.
struct HistoryReport: Sendable, Equatable {
    let id: Int64
    let accountID: AccountID
    let kind: HistoryReportKind
    let createdAt: UnixTime
    /// The parameters of the order, without those that prove who sends it.
    let parameters: [String: String]

    init(row: Row) throws {
        id = try row.integer("id")
        accountID = AccountID(rawValue: try row.integer("account_id"))
        kind = HistoryReportKind(rawValue: try row.text("kind")) ?? .calls
        createdAt = UnixTime(seconds: try row.integer("created_at"))
        parameters = try FormDecoder.urlEncoded(try row.text("parameters"))
    }
}

/// GetCallHistoryAsync, GetBriefCallHistory, GetTransactionHistoryAsync, GetHistoryReports, DownloadHistoryReport.
enum ReportMethods {
    static let all: [APIMethod] = [
        .write("GetCallHistoryAsync", for: .observers) { try order(.calls, $0) },
        .write("GetBriefCallHistory", for: .observers) { try order(.briefCalls, $0) },
        .write("GetTransactionHistoryAsync", for: .accountants) { try order(.transactions, $0) },
        .read("GetHistoryReports", for: .observers, getReports),
        .file("DownloadHistoryReport", for: .observers, download),
    ]

    /// Reports of an account that are not made yet.
    private static let maximumOpen: Int64 = 20

    private static func order(_ kind: HistoryReportKind, _ call: MethodCall) throws -> MethodResult {
        if let output = try call.parameters.optionalText("output", maximumLength: 16), output != "csv" {
            throw APIError.invalid("output", "is not csv")
        }
        // What is wrong with the order is said now, not when the report is made.
        try ReportSource(kind, call).check()
        let open = try QueryFilter("account_id = ? AND completed_at IS NULL", call.owner)
            .total(in: call.transaction, from: "history_report")
        guard open < maximumOpen else {
            throw APIError(code: 416, message: "Too many reports are being made; retry later.")
        }
        let row = try call.transaction.queryOne(
            """
            INSERT INTO history_report (account_id, kind, parameters, created_at, download_count) VALUES (?, ?, ?, ?, 0)
            RETURNING id
            """,
            [
                call.owner, .text(kind.rawValue), .text(call.parameters.withoutCredentials.formText),
                .integer(call.now.seconds),
            ])
        return .done(["history_report_id": .optional(try row?.integer("id"))])
    }

    private static func getReports(_ call: MethodCall) throws -> JSONValue {
        let parameters = call.parameters
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("id", in: try parameters.optionalIDs("history_report_id")?.map { .integer($0) })
        if case .listed(let kinds)? = try parameters.optionalSelection("history_type") {
            filter.add("kind", in: kinds.map(SQLValue.text))
        }
        if let isCompleted = try parameters.optionalFlag("is_completed") {
            filter.add("(completed_at IS NOT NULL) = ?", .flag(isCompleted))
        }
        for (field, condition) in [("created_from", "created_at >= ?"), ("created_to", "created_at <= ?")] {
            let date = try HistoryQuery.optionalInstant(parameters, field, zone: .utc)
            filter.add(condition, optional: date.map { .integer($0.seconds) })
        }
        let order = try parameters.flag("desc_order") ? "id DESC" : "id"
        let found = try filter.rows(
            of: call.transaction, select: "*", from: "history_report", order: order, page: try parameters.page())
        return .list(try found.rows.map(json), total: found.total)
    }

    private static func json(_ row: Row) throws -> JSONValue {
        func date(_ column: String) throws -> JSONValue? {
            .optional(try row.optionalInteger(column).map { DateText.utc.dateTime(UnixTime(seconds: $0)) })
        }
        return .members([
            "history_report_id": .integer(try row.integer("id")), "history_type": .string(try row.text("kind")),
            "format": "csv", "created": try date("created_at"), "completed": try date("completed_at"),
            "success": try row.optionalInteger("success").map { .bool($0 != 0) },
            "file_size": .optional(try row.optionalInteger("file_size")), "store_until": try date("stored_until"),
            "download_count": .integer(try row.integer("download_count")),
            "filters": .string(try row.text("parameters")),
        ])
    }

    private static func download(_ call: MethodCall) throws -> StoredFile {
        let id = try call.parameters.integer("history_report_id")
        let row = try call.transaction.queryOne(
            "SELECT * FROM history_report WHERE account_id = ? AND id = ?", [call.owner, .integer(id)])
        guard let row else { throw APIError.invalid("history_report_id", "names no report") }
        guard try row.optionalInteger("completed_at") != nil else {
            throw APIError(code: 356, message: "The report isn't ready.", field: "history_report_id")
        }
        guard try row.flag("success"), let name = try row.optionalText("file_name") else {
            throw APIError(code: 357, message: "The report has failed.", field: "history_report_id")
        }
        try call.transaction.execute(
            "UPDATE history_report SET download_count = download_count + 1 WHERE id = ?", [.integer(id)])
        return StoredFile(name: name, downloadName: "history_report_\(id).csv")
    }
}

/// A file of the platform's reports, for a download.
struct StoredFile: Sendable, Equatable {
    /// In the folder of reports.
    let name: String
    /// What the browser calls it.
    let downloadName: String
}
