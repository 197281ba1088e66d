/// One row of a query's result, a plain value that may leave the transaction.
public struct Row: Sendable, Hashable {
    private let header: RowHeader
    private let values: [SQLValue]

    init(header: RowHeader, values: [SQLValue]) {
        self.header = header
        self.values = values
    }

    /// The columns' names, in their order.
    public var columns: [String] { header.names }

    /// The value of a column.
    ///
    /// - Throws: ``StorageError`` with code `columnMissing` when the result has no column of that name.
    public func value(_ column: String) throws(StorageError) -> SQLValue {
        guard let index = header.indexes[column], values.indices.contains(index) else {
            let known = header.names.joined(separator: ", ")
            throw StorageError(
                code: .columnMissing, message: "the result has no such column, it has: \(known)", sql: header.sql,
                column: column)
        }
        return values[index]
    }

    /// The text of a column that is never NULL.
    public func text(_ column: String) throws(StorageError) -> String {
        try present(optionalText(column), column, "a text")
    }

    /// The integer of a column that is never NULL.
    public func integer(_ column: String) throws(StorageError) -> Int64 {
        try present(optionalInteger(column), column, "an integer")
    }

    /// The number of a column that is never NULL; integers are widened.
    public func real(_ column: String) throws(StorageError) -> Double {
        try present(optionalReal(column), column, "a number")
    }

    /// The bytes of a column that is never NULL.
    public func bytes(_ column: String) throws(StorageError) -> [UInt8] {
        try present(optionalBytes(column), column, "bytes")
    }

    /// The truth value of a column that is never NULL: every integer but 0 is true.
    public func flag(_ column: String) throws(StorageError) -> Bool { try integer(column) != 0 }

    /// The text of a column, nil for NULL.
    public func optionalText(_ column: String) throws(StorageError) -> String? {
        switch try value(column) {
        case .null: return nil
        case .text(let text): return text
        case let other: throw mismatch(other, column, "a text")
        }
    }

    /// The integer of a column, nil for NULL.
    public func optionalInteger(_ column: String) throws(StorageError) -> Int64? {
        switch try value(column) {
        case .null: return nil
        case .integer(let integer): return integer
        case let other: throw mismatch(other, column, "an integer")
        }
    }

    /// The number of a column, nil for NULL; integers are widened.
    public func optionalReal(_ column: String) throws(StorageError) -> Double? {
        switch try value(column) {
        case .null: return nil
        case .real(let real): return real
        case .integer(let integer): return Double(integer)
        case let other: throw mismatch(other, column, "a number")
        }
    }

    /// The bytes of a column, nil for NULL.
    public func optionalBytes(_ column: String) throws(StorageError) -> [UInt8]? {
        switch try value(column) {
        case .null: return nil
        case .bytes(let bytes): return bytes
        case let other: throw mismatch(other, column, "bytes")
        }
    }

    private func present<Value>(
        _ value: Value?, _ column: String, _ expected: String
    ) throws(StorageError) -> Value {
        guard let value else { throw mismatch(.null, column, expected) }
        return value
    }

    private func mismatch(_ found: SQLValue, _ column: String, _ expected: String) -> StorageError {
        StorageError(
            code: .columnType, message: "expected \(expected), found \(found.typeName)", sql: header.sql,
            column: column)
    }
}

/// What all rows of one result share.
final class RowHeader: Sendable, Hashable {
    let names: [String]
    let indexes: [String: Int]
    let sql: String

    init(names: [String], sql: String) {
        self.names = names
        self.sql = sql
        indexes = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    static func == (left: RowHeader, right: RowHeader) -> Bool { left.names == right.names && left.sql == right.sql }
    func hash(into hasher: inout Hasher) { hasher.combine(sql) }
}
