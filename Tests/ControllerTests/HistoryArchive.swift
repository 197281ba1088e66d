import Foundation
import Storage
import TestPostgres
import Testing

@testable import Controller

/// A database with the controller's tables, and what reads and writes its history.
struct HistoryArchive {
    let database: Database
    var store: HistoryStore { HistoryStore(database: database) }
    var search: HistorySearch { HistorySearch(database: database) }
    var totals: CallTotals { CallTotals(database: database) }

    static func run(_ body: (HistoryArchive) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "archive-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = try await Database.open(
            TestDatabases.location(folder.appending(path: "controller.sqlite").path))
        try await database.migrate(Schema.migrations)
        try await body(HistoryArchive(database: database))
        try database.close()
    }

    func record(
        _ id: String, at start: Int64, number: String = World.caller, user: String = "67", line: String = "test",
        seconds: Int = 30, failure: String? = nil, portal: String = "demo",
        recording: String = ""
    ) async throws {
        let fields: [(String, String)] =
            [
                ("PORTAL_USER_ID", user), ("ACCOUNT_SEARCH_ID", line), ("PHONE_NUMBER", number), ("INCOMING", "2"),
                ("CALL_ID", id), ("CALL_DURATION", "\(seconds)"), ("CALL_START_DATE", "\(start)"), ("URL", recording),
                ("CALL_STATUS", failure == nil ? "true" : "false"),
            ] + (failure.map { [("CALL_FAILED_CODE", $0)] } ?? [])
        _ = try await store.record(
            FormFields(fields.map { .init(name: $0.0, value: $0.1) }), try #require(CallKey(rawValue: id)),
            PortalID(rawValue: portal), source: .scenario, at: Moment(milliseconds: start + 60_000))
    }

    func found(_ filter: HistoryFilter) async throws -> [String] {
        try await search.page(filter, PortalID(rawValue: "demo"), after: nil, limit: 500).calls.map(\.key.rawValue)
    }
}
