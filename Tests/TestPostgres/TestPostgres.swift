import Foundation
import Storage

/// PostgreSQL for tests: the server that `SWITCHBOARD_TEST_POSTGRES` names, or one that lives as long as this process.
public enum TestPostgres {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "scripts/test-postgres").path

    private static let common = Task { () async throws -> String in
        if let address = ProcessInfo.processInfo.environment["SWITCHBOARD_TEST_POSTGRES"] { return address }
        let process = ProcessInfo.processInfo.processIdentifier
        return try await run(["start-while", "\(process)", "\(directory("common-\(process)"))"])
    }
    private static let administrator = Task {
        // Every test begins here, many at once.
        try await Database.open(
            DatabaseLocation(parsing: await common.value),
            connections: .init(readers: 1, writers: 1, patience: .seconds(600)))
    }

    /// An empty schema of the common server, which nobody else uses.
    public static func schema() async throws -> DatabaseLocation {
        try await DatabaseLocation(parsing: schemaAddress())
    }

    /// The address of such a schema, for another process.
    public static func schemaAddress() async throws -> String {
        let name = "test_" + UUID().uuidString.lowercased().replacing("-", with: "")
        try await administrator.value.write { try $0.execute("CREATE SCHEMA \(name)") }
        return try await address(ofSchema: name)
    }

    /// A schema that nobody has made.
    public static func missingSchema() async throws -> DatabaseLocation {
        try await DatabaseLocation(parsing: address(ofSchema: "missing"))
    }

    private static func address(ofSchema name: String) async throws -> String {
        let address = try await common.value
        return address + (address.contains("?") ? "&" : "?") + "options=-csearch_path%3D\(name)"
    }

    /// A server that a test may kill.
    public final class Server: Sendable {
        public let location: DatabaseLocation
        private let path: String

        public init() async throws {
            let path = TestPostgres.directory(String(UUID().uuidString.prefix(8)))
            location = try DatabaseLocation(
                parsing: await run(["start-while", "\(ProcessInfo.processInfo.processIdentifier)", path]))
            self.path = path
        }

        public func kill() async throws { _ = try await run(["kill", path]) }
        public func start() async throws { _ = try await run(["start", path]) }
    }

    private static func directory(_ name: String) -> String {
        // Short, and open to the server's user: a socket's path has a limit.
        "/tmp/switchboard-postgres-\(name)"
    }

    /// On a thread of its own: it waits for the program's end.
    private static func run(_ arguments: [String]) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try output(of: arguments) }) }
        }
    }

    private static func output(of arguments: [String]) throws -> String {
        let (process, output, errors) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(filePath: script)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let reason = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(
                description: "no PostgreSQL for tests: \(reason) "
                    + "(or set SWITCHBOARD_TEST_POSTGRES to what scripts/test-postgres start prints)")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
