import Foundation
internal import GRDB

/// The statements of a transaction on a connection of SQLite.
final class SQLiteRunner: StatementRunner {
    private let connection: GRDB.Database

    init(connection: GRDB.Database) { self.connection = connection }

    func run(_ sql: String, _ arguments: [SQLValue]) throws(StorageError) -> StatementOutcome {
        do {
            let statement = try prepared(sql, arguments)
            let before = connection.totalChangesCount
            var outcome = StatementOutcome()
            if statement.columnCount == 0 {
                try statement.execute()
            } else {
                outcome.rows = try rows(of: statement, sql: sql)
            }
            if connection.totalChangesCount != before { outcome.changed = connection.changesCount }
            return outcome
        } catch {
            throw StorageError(error, sql: sql)
        }
    }

    private func rows(of statement: Statement, sql: String) throws -> [Row] {
        let header = RowHeader(names: statement.columnNames, sql: sql)
        let cursor = try GRDB.Row.fetchCursor(statement)
        var rows: [Row] = []
        while let row = try cursor.next() {
            rows.append(Row(header: header, values: row.map { SQLValue($0.1) }))
        }
        return rows
    }

    private func prepared(_ sql: String, _ arguments: [SQLValue]) throws -> Statement {
        let statement = try connection.cachedStatement(sql: StatementText.sqlite(sql))
        do {
            try statement.setArguments(StatementArguments(arguments.map(\.databaseValue)))
        } catch {
            throw StorageError.argumentCount(arguments.count, sql: sql)
        }
        return statement
    }
}

extension SQLValue {
    init(_ value: DatabaseValue) {
        self =
            switch value.storage {
            case .null: .null
            case .int64(let integer): .integer(integer)
            case .double(let real): .real(real)
            case .string(let text): .text(text)
            case .blob(let data): .bytes([UInt8](data))
            }
    }

    var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let integer): integer.databaseValue
        case .real(let real): real.databaseValue
        case .text(let text): text.databaseValue
        case .bytes(let bytes): Data(bytes).databaseValue
        }
    }
}
