internal import CPostgres
import Foundation

/// One connection to a PostgreSQL server; its calls block.
final class PostgresConnection: @unchecked Sendable {  // Used on its owner's queue only.
    private static let mostPrepared = 500
    /// What a server needs to have: `MERGE`-free SQL, identity columns, `pg_sequence_last_value`.
    private static let oldestVersion: Int32 = 130_000

    private struct Prepared {
        let name: String
        let placeholders: Int
    }

    private let handle: OpaquePointer
    private let onStatement: (@Sendable (String) -> Void)?
    private var prepared: [String: Prepared] = [:]
    private var lastName = 0

    private init(handle: OpaquePointer, onStatement: (@Sendable (String) -> Void)?) {
        self.handle = handle
        self.onStatement = onStatement
    }

    deinit { PQfinish(handle) }

    var isLost: Bool { PQstatus(handle) != CONNECTION_OK }
    var socket: Int32 { PQsocket(handle) }

    // MARK: Opening

    /// - Parameter patience: How long a statement of this connection waits for a lock.
    static func open(
        _ url: PostgresURL, patience: Duration, onStatement: (@Sendable (String) -> Void)?
    ) throws(PostgresFailure) -> PostgresConnection {
        // Before the address, which may say otherwise; a server that is gone without a word is noticed within 15 s.
        let options: [(String, String)] = [
            ("connect_timeout", "5"), ("keepalives_idle", "5"), ("keepalives_interval", "5"), ("keepalives_count", "2"),
            ("tcp_user_timeout", "15000"), ("application_name", "switchboard"), ("dbname", url.text),
            ("client_encoding", "UTF8"),
        ]
        guard let handle = connect(options) else { throw .unreachable("no memory") }
        let connection = PostgresConnection(handle: handle, onStatement: onStatement)
        guard !connection.isLost else { throw .unreachable(connection.libraryError) }
        sb_pg_drop_notices(handle)
        try connection.checkServer(url)
        try connection.prepareSession(patience: patience)
        return connection
    }

    private static func connect(_ options: [(String, String)]) -> OpaquePointer? {
        let names = CStringList(options.map(\.0))
        let values = CStringList(options.map(\.1))
        return names.withPointers { names in values.withPointers { PQconnectdbParams(names, $0, 1) } }
    }

    private func checkServer(_ url: PostgresURL) throws(PostgresFailure) {
        let version = PQserverVersion(handle)
        guard version >= Self.oldestVersion else {
            throw PostgresFailure(
                StorageError(
                    code: .cannotOpen,
                    message: "the server is PostgreSQL \(version / 10_000); version 13 or newer is needed"))
        }
        let encoding = PQparameterStatus(handle, "server_encoding").map { String(cString: $0) }
        guard encoding == "UTF8" else {
            throw PostgresFailure(
                StorageError(
                    code: .cannotOpen,
                    message: "the \(url) has the encoding \(encoding ?? "?"); make one with ENCODING 'UTF8'"))
        }
    }

    private func prepareSession(patience: Duration) throws(PostgresFailure) {
        let milliseconds = patience.components.seconds * 1000 + patience.components.attoseconds / 1_000_000_000_000_000
        try command(
            """
            SET standard_conforming_strings = on; SET bytea_output = 'hex'; SET extra_float_digits = 1;
            SET statement_timeout = '30s'; SET lock_timeout = \(max(1, milliseconds));
            SET idle_in_transaction_session_timeout = '30s';
            SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
            """)
    }

    // MARK: Statements

    /// Runs statements without arguments, separated by semicolons.
    @discardableResult
    func command(_ sql: String) throws(PostgresFailure) -> StatementOutcome {
        try outcome(of: PQexec(handle, sql), sql: sql, wasPrepared: false)
    }

    /// Runs one portable statement, prepared at its first time.
    func run(_ sql: String, _ arguments: [SQLValue]) throws(PostgresFailure) -> StatementOutcome {
        onStatement?(sql)
        let known = prepared[sql]
        let statement = if let known { known } else { try prepare(sql) }
        guard statement.placeholders == arguments.count else {
            throw PostgresFailure(StorageError.argumentCount(arguments.count, sql: sql))
        }
        let texts = CStringList(arguments.map(\.postgresText))
        let result = texts.withPointers { values in
            PQexecPrepared(handle, statement.name, Int32(arguments.count), values, nil, nil, 0)
        }
        return try outcome(of: result, sql: sql, wasPrepared: known != nil)
    }

    private func prepare(_ sql: String) throws(PostgresFailure) -> Prepared {
        if prepared.count >= Self.mostPrepared {
            try command("DEALLOCATE ALL")
            prepared = [:]
        }
        let (text, placeholders) = StatementText.postgres(sql)
        lastName += 1
        let statement = Prepared(name: "s\(lastName)", placeholders: placeholders)
        _ = try outcome(
            of: PQprepare(handle, statement.name, text, 0, nil), sql: sql, wasPrepared: false)
        prepared[sql] = statement
        return statement
    }

    private func outcome(
        of result: OpaquePointer?, sql: String, wasPrepared: Bool
    ) throws(PostgresFailure) -> StatementOutcome {
        guard let result else { throw .unreachable(libraryError) }
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK: return StatementOutcome(rows: [], changed: PostgresResult(result).changed)
        case PGRES_TUPLES_OK:
            do {
                let reader = PostgresResult(result)
                return StatementOutcome(rows: try reader.rows(sql: sql), changed: reader.changed)
            } catch {
                throw PostgresFailure(error)
            }
        default: throw PostgresFailure(result, sql: sql, isLost: isLost, wasPrepared: wasPrepared)
        }
    }

    private var libraryError: String { PQerrorMessage(handle).map { String(cString: $0) } ?? "" }

    // MARK: Notifications

    /// Reads all that the server has sent; false when it has closed the connection.
    func readInput() -> Bool {
        repeat {
            guard PQconsumeInput(handle) == 1, !isLost else { return false }
            // Last words and the end come as one event, and nothing after it.
        } while isReadable
        return true
    }

    private var isReadable: Bool {
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) > 0
    }

    /// The payloads that were read, in the order of the commits.
    func takePayloads() -> [String] {
        var payloads: [String] = []
        while let notification = PQnotifies(handle) {
            defer { PQfreemem(notification) }
            if let payload = notification.pointee.extra { payloads.append(String(cString: payload)) }
        }
        return payloads
    }
}
