import Billing
import Digests
import Foundation
import Storage
import TestPostgres
import Testing

@testable import Controller

/// The controller's queries in databases with very many portals: how long they take, and that each goes by an index.
///
/// `SWITCHBOARD_SCALE` is the number of portals; `make bench-scale` sets it to a million and prints the table.
@Suite(.serialized) struct ScaleTests {
    private static let portals =
        ProcessInfo.processInfo.environment["SWITCHBOARD_SCALE"].flatMap(Int.init).map { max(1000, $0) } ?? 2000

    @Test("Queries go by indexes among many portals, in a file")
    func file() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "scale-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await Self.measure(.sqlite(path: folder.appending(path: "controller.sqlite").path), "SQLite")
    }

    @Test("Queries go by indexes among many portals, on a server")
    func server() async throws { try await Self.measure(try await TestPostgres.schema(), "PostgreSQL") }

    private static func measure(_ location: DatabaseLocation, _ name: String) async throws {
        let journal = StatementJournal()
        let filled = try await FilledDatabase(at: location, portals: portals, onStatement: journal.add)
        let times = min(5000, portals / 10)
        let measurements = try await looks(filled, times, journal) + histories(filled, times, journal)
        print("\n\(name), \(portals) portals\n\n| | median | p99 |\n| --- | --- | --- |")
        for measurement in measurements {
            print(measurement.row)
            #expect(!measurement.statements.isEmpty, "\(measurement.name) asks nothing")
            for statement in measurement.statements { await expectIndex(statement, filled, measurement.name) }
        }
        for (file, statement) in try StatementTests.statements() { await expectIndex(statement, filled, file) }
        try filled.database.close()
    }

    /// - Parameter origin: Who asks.
    private static func expectIndex(_ statement: String, _ filled: FilledDatabase, _ origin: String) async {
        do {
            for scan in try await filled.scans(statement) { Issue.record("\(origin): \(statement): \(scan)") }
        } catch { Issue.record("\(origin): \(statement): \(error)") }
    }

    /// What each call asks before it goes on.
    private static func looks(
        _ filled: FilledDatabase, _ times: Int, _ journal: StatementJournal
    ) async throws -> [ScaleMeasurement] {
        let secrets = try StoredSecrets(key: Secret(String(repeating: "07", count: 32)))
        let portals = PortalStore(database: filled.database, secrets: secrets)
        let accounts = AccountStore(database: filled.database, secrets: secrets)
        let lines = LineSettingsStore(database: filled.database)
        // Each time another one, which no memory has.
        func number(_ time: Int) -> Int { 1 + time * 7919 % filled.portals }
        return [
            try await ScaleMeasurement("portal and its keys", times: times, statements: journal) { time in
                try #require(try await portals.find(FilledDatabase.portal(number(time))) != nil)
            },
            try await ScaleMeasurement("account", times: times, statements: journal) { time in
                try #require(try await accounts.find(FilledDatabase.portal(number(time))) != nil)
            },
            try await ScaleMeasurement("credentials of a user", times: times, statements: journal) { time in
                let user = try await accounts.user(
                    FilledDatabase.user(number(time)), FilledDatabase.portal(number(time)), password: Secret("other"),
                    at: Moment(milliseconds: FilledDatabase.firstCall))
                try #require(user.password == Secret("password-\(number(time))"))
            },
            try await ScaleMeasurement("settings of a line", times: times, statements: journal) { time in
                let line = LineKey(rawValue: "main")
                try #require(try await lines.find(line, FilledDatabase.portal(number(time))) != nil)
            },
        ]
    }

    private static func histories(
        _ filled: FilledDatabase, _ times: Int, _ journal: StatementJournal
    ) async throws -> [ScaleMeasurement] {
        let archive = HistoryArchive(database: filled.database)
        let (busy, calls) = (FilledDatabase.busyPortal, filled.busyCalls)
        func page(_ filter: HistoryFilter, after cursor: HistoryCursor?) async throws {
            try #require(!(try await archive.search.page(filter, busy, after: cursor, limit: 50).calls.isEmpty))
        }
        /// One of the busy portal's calls, each time another.
        func moment(_ time: Int) -> Moment {
            Moment(milliseconds: FilledDatabase.firstCall + 1000 * Int64(50 + time * 7919 % (calls - 50)))
        }
        return [
            try await ScaleMeasurement("history: a call more", times: times, statements: journal) { time in
                try await archive.record(
                    "new-\(time)", at: FilledDatabase.firstCall, portal: "portal-\(1 + time * 7919 % filled.portals)")
            },
            try await ScaleMeasurement("history: newest page of 50", times: times, statements: journal) { _ in
                try await page(HistoryFilter(), after: nil)
            },
            try await ScaleMeasurement("history: page of 50 before a time", times: times, statements: journal) { time in
                try await page(HistoryFilter(to: moment(time)), after: nil)
            },
            try await ScaleMeasurement("history: next page of 50", times: times, statements: journal) { time in
                let key = try #require(CallKey(rawValue: "busy"))
                try await page(HistoryFilter(), after: HistoryCursor(startedAt: moment(time), key: key))
            },
            try await ScaleMeasurement("history: page of an employee", times: times, statements: journal) { time in
                try await page(HistoryFilter(employee: Int64(time % 40)), after: nil)
            },
        ]
    }
}
