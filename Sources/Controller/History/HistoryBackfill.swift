import Logging
import Storage

/// Reads the columns of searches and totals out of reports that were recorded before there were any, oldest first.
struct HistoryBackfill: Sendable {
    private static let batch = 200

    let database: Database
    let logger: Logger

    /// Runs until nothing is left; each batch is a transaction, so a restart goes on where it was.
    func run() async {
        var count = 0
        do {
            while !Task.isCancelled {
                let done = try await step()
                count += done
                guard done == 0 else { continue }
                if count > 0 { logger.info("old calls made searchable", metadata: ["count": "\(count)"]) }
                return
            }
        } catch {
            logger.error("old calls not made searchable", metadata: ["error": "\(error)"])
        }
    }

    private func step() async throws -> Int {
        try await database.write(.soon) { transaction in
            let rows = try transaction.query(
                "SELECT * FROM call_history WHERE direction = '' ORDER BY recorded_at LIMIT ?",
                [.integer(Self.batch)])
            for row in rows {
                let entry = try HistoryStore.Entry(row)
                try HistoryStore.index(entry, in: transaction)
            }
            return rows.count
        }
    }
}
