import Foundation
import Storage
import TestPostgres

/// The databases that must behave alike.
enum DatabaseKind: String, CaseIterable, CustomStringConvertible {
    case sqlite
    case postgres

    var description: String { rawValue }
}

/// An empty database of its own: a file that goes away with the value, or a schema of the tests' server.
final class TemporaryDatabase: Sendable {
    let database: Database
    let location: DatabaseLocation
    private let directory: String

    /// - Parameter schema: Run at once.
    init(
        _ kind: DatabaseKind, _ schema: [Migration] = [], connections: ConnectionLimits = .init(patience: .seconds(60)),
        onStatement: (@Sendable (String) -> Void)? = nil
    ) async throws {
        directory = NSTemporaryDirectory() + "storage-" + UUID().uuidString
        switch kind {
        case .sqlite:
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            location = .sqlite(path: directory + "/test.sqlite")
        case .postgres: location = try await TestPostgres.schema()
        }
        database = try await Database.open(location, connections: connections, onStatement: onStatement)
        if !schema.isEmpty { try await database.migrate(schema) }
    }

    /// The same database as another process sees it.
    func other(connections: ConnectionLimits = .init(patience: .seconds(60))) async throws -> Database {
        try await Database.open(location, connections: connections)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }
}
