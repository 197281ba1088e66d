import CallControl
import Foundation
import Logging
import NIOPosix
import Storage

/// Makes the reports that were ordered, one after another, and deletes those that are too old.
struct ReportWriter: Sendable {
    let database: Database
    let files: PlatformFiles
    let configuration: @Sendable () -> VoicePlatformConfiguration
    let logger: Logger

    /// How long a report can be downloaded.
    private static let keptDays: Int64 = 30

    /// Makes what is ordered.
    func step(now: UnixTime) async {
        do {
            while let report = try await next() {
                let outcome = await write(report, now: now)
                try await database.write { try note(report, outcome, at: now, $0) }
            }
            try await deleteOld(now: now)
        } catch is CancellationError {
            return
        } catch {
            logger.error("reports could not be made; check the disk", metadata: ["error": "\(error)"])
        }
    }

    private struct Outcome: Sendable {
        var fileName: String?
        var size: Int64?
    }

    private func next() async throws -> HistoryReport? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT * FROM history_report WHERE completed_at IS NULL ORDER BY id LIMIT 1"
            ).map(HistoryReport.init(row:))
        }
    }

    private func write(_ report: HistoryReport, now: UnixTime) async -> Outcome {
        let name = PlatformFiles.newReportName()
        guard let path = files.reportPath(name) else { return Outcome() }
        do {
            try await fill(path, report, now: now)
            return Outcome(fileName: name, size: files.size(of: path).map(Int64.init))
        } catch {
            logger.warning("report has failed", metadata: ["report": "\(report.id)", "error": "\(error)"])
            await files.removeReport(name)
            return Outcome()
        }
    }

    /// Each page is a transaction of its own, so that a long report holds back nobody.
    private func fill(_ path: String, _ report: HistoryReport, now: UnixTime) async throws {
        let configuration = configuration()
        var last: Int64 = 0
        var count: Int64 = 0
        try await append(to: path, "", isNew: true)
        while count < ReportSource.maximumRows {
            let from = last
            let isFirst = from == 0
            let page = try await database.read { transaction -> (text: String, last: Int64, count: Int)? in
                guard let source = try Self.source(report, configuration, now, transaction) else { return nil }
                let head = try isFirst && source.withHeader ? CSV.line(source.columns) : ""
                guard let page = try source.page(after: from) else { return isFirst ? (head, -1, 0) : nil }
                return (head + page.lines.map(CSV.line).joined(), page.last, page.lines.count)
            }
            guard let page else { return }
            try await append(to: path, page.text, isNew: false)
            guard page.last > 0 else { return }
            last = page.last
            count += Int64(page.count)
        }
    }

    /// The rows as the account sees them that has ordered the report.
    private static func source(
        _ report: HistoryReport, _ configuration: VoicePlatformConfiguration, _ now: UnixTime,
        _ transaction: Transaction
    ) throws -> ReportSource? {
        let found = try AccountStore(transaction: transaction).find(.id(report.accountID.rawValue))
        guard let account = found?.account else { return nil }
        let call = MethodCall(
            transaction: transaction,
            caller: Caller(account: account, roles: Set(AccountRole.allCases), keyID: nil),
            parameters: MethodParameters(report.parameters), configuration: configuration, now: now)
        return try ReportSource(report.kind, call)
    }

    private func append(to path: String, _ text: String, isNew: Bool) async throws {
        try await NIOThreadPool.singleton.runIfActive {
            if isNew { try Data().write(to: URL(fileURLWithPath: path)) }
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(text.utf8))
        }
    }

    private func note(
        _ report: HistoryReport, _ outcome: Outcome, at now: UnixTime, _ transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE history_report SET completed_at = ?, success = ?, file_name = ?, file_size = ?, stored_until = ?
            WHERE id = ?
            """,
            [
                .integer(now.seconds), .flag(outcome.fileName != nil), .optional(outcome.fileName),
                .optional(outcome.size), .integer(now.seconds + Self.keptDays * 86_400), .integer(report.id),
            ])
        try CallbackOutbox(transaction: transaction).add(
            .report(report.kind, id: report.id, isSuccessful: outcome.fileName != nil, ordered: report.createdAt),
            for: report.accountID, at: now)
    }

    private func deleteOld(now: UnixTime) async throws {
        let names = try await database.write { transaction in
            let rows = try transaction.query(
                "SELECT id, file_name FROM history_report WHERE stored_until <= ? LIMIT 100", [.integer(now.seconds)])
            for row in rows {
                try transaction.execute(
                    "DELETE FROM history_report WHERE id = ?", [.integer(try row.integer("id"))])
            }
            return try rows.compactMap { try $0.optionalText("file_name") }
        }
        for name in names { await files.removeReport(name) }
    }
}
