import Foundation
import Storage
import Synchronization

/// Where the databases of a run of tests are: files, or with `SWITCHBOARD_TEST_DATABASE=postgres` schemas of the server.
public enum TestDatabases {
    private static let schemas = Mutex<[String: Task<DatabaseLocation, any Error>]>([:])

    /// Whether this run is on PostgreSQL.
    public static var areOnPostgres: Bool {
        ProcessInfo.processInfo.environment["SWITCHBOARD_TEST_DATABASE"] == "postgres"
    }

    /// The database that a test calls by the path of a file; the same path is the same database.
    public static func location(_ path: String) async throws -> DatabaseLocation {
        guard areOnPostgres else { return .sqlite(path: path) }
        let schema = schemas.withLock { schemas in
            if let known = schemas[path] { return known }
            let new = Task { try await TestPostgres.schema() }
            schemas[path] = new
            return new
        }
        return try await schema.value
    }
}
