import Storage

/// The SET part of an UPDATE that changes only what a request names.
struct RowChange: Sendable {
    private var columns: [String] = []
    private var values: [SQLValue] = []

    var isEmpty: Bool { columns.isEmpty }

    /// Nothing happens for nil.
    mutating func set(_ column: String, _ value: SQLValue?) {
        guard let value else { return }
        columns.append(column)
        values.append(value)
    }

    /// Sets a text; an empty one becomes NULL, nil leaves the column as it is.
    mutating func set(_ column: String, clearable text: String?) {
        set(column, text.map { $0.isEmpty ? .null : .text($0) })
    }

    mutating func set(_ column: String, flag: Bool?) { set(column, flag.map(SQLValue.flag)) }

    /// Changes the rows that the filter names.
    ///
    /// - Returns: How many rows there were; with nothing to change none is touched and nil is returned.
    @discardableResult
    func apply(to table: String, where filter: QueryFilter, in transaction: Transaction) throws(StorageError) -> Int? {
        guard !isEmpty else { return nil }
        let list = columns.map { "\($0) = ?" }.joined(separator: ", ")
        return try transaction.execute(
            "UPDATE \(table) SET \(list) WHERE \(filter.sql)", values + filter.arguments)
    }
}

/// Runs a statement and says a violated unique key in the words of the API.
///
/// - Parameter key: A column of the key; a violation of another key stays a storage error.
func refusingDuplicate<Value>(
    _ errors: KeyValuePairs<String, APIError>, _ work: () throws -> Value
) throws -> Value {
    do {
        return try work()
    } catch let error as StorageError where error.isUniqueViolation {
        for (column, refusal) in errors where error.constraint?.contains(column) == true { throw refusal }
        throw error
    }
}
