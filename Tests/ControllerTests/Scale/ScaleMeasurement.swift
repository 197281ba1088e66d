import Foundation
import Storage
import Synchronization

/// How long an operation took, many times, and what it asked the database.
struct ScaleMeasurement {
    let name: String
    /// Each statement once, as it was sent.
    let statements: [String]
    private let durations: [Duration]

    /// Runs `operation` with the numbers from 0 one after another.
    init(
        _ name: String, times: Int, statements: StatementJournal, _ operation: (Int) async throws -> Void
    ) async throws {
        let clock = ContinuousClock()
        // Connections are open and their statements prepared when the measurement begins.
        for number in 0..<20 { try await operation(times + number) }
        statements.clear()
        var durations: [Duration] = []
        durations.reserveCapacity(times)
        for number in 0..<times {
            durations.append(try await clock.measure { try await operation(number) })
        }
        self.name = name
        self.statements = statements.texts
        self.durations = durations.sorted()
    }

    var median: Duration { durations[durations.count / 2] }
    var p99: Duration { durations[durations.count * 99 / 100] }

    var row: String { "| \(name) | \(Self.text(median)) | \(Self.text(p99)) |" }

    private static func text(_ duration: Duration) -> String {
        "\((duration / .microseconds(10)).rounded() / 100) ms"
    }
}

/// The statements that were sent to a database, each text once.
final class StatementJournal: Sendable {
    private static let beginnings = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"]
    private let seen = Mutex<[String]>([])

    var texts: [String] { seen.withLock { $0 } }

    func add(_ text: String) {
        // Not what opens transactions, nor what a database asks of itself.
        guard Self.beginnings.contains(where: text.hasPrefix), !text.contains("sqlite_master") else { return }
        seen.withLock { if !$0.contains(text) { $0.append(text) } }
    }

    func clear() { seen.withLock { $0 = [] } }
}
