import Storage

/// The conditions of one SELECT, all of which must hold; values always travel as arguments.
struct QueryFilter: Sendable {
    private var conditions: [String] = []
    private(set) var arguments: [SQLValue] = []

    /// Begins with the condition that keeps accounts apart.
    init(_ condition: String, _ argument: SQLValue) {
        add(condition, argument)
    }

    /// `condition` holds one `?` for each argument.
    mutating func add(_ condition: String, _ arguments: SQLValue...) {
        add(condition, arguments: arguments)
    }

    mutating func add(_ condition: String, arguments: [SQLValue]) {
        conditions.append(condition)
        self.arguments += arguments
    }

    /// Nothing happens for nil.
    mutating func add(_ condition: String, optional argument: SQLValue?) {
        if let argument { add(condition, argument) }
    }

    /// The column has one of the values; nothing happens for nil.
    mutating func add(_ column: String, in values: [SQLValue]?) {
        guard let values else { return }
        let places = Array(repeating: "?", count: values.count).joined(separator: ", ")
        conditions.append(values.isEmpty ? "1 = 0" : "\(column) IN (\(places))")
        arguments += values
    }

    /// The column contains the text, whatever its case.
    mutating func add(_ column: String, containing text: String?) {
        guard let text else { return }
        let escaped = text.lowercased()
            .replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
        add("LOWER(\(column)) LIKE ? ESCAPE '\\'", .text("%\(escaped)%"))
    }

    /// The text after WHERE.
    var sql: String { conditions.joined(separator: " AND ") }

    /// The page of rows and how many there are without paging.
    func rows(
        of transaction: Transaction, select: String, from tables: String, order: String, page: Page
    ) throws(StorageError) -> (rows: [Row], total: Int64) {
        let rows = try transaction.query(
            "SELECT \(select) FROM \(tables) WHERE \(sql) ORDER BY \(order) LIMIT ? OFFSET ?",
            arguments + [.integer(page.count), .integer(page.offset)])
        return (rows, try total(in: transaction, from: tables))
    }

    func total(in transaction: Transaction, from tables: String) throws(StorageError) -> Int64 {
        try transaction.queryOne("SELECT COUNT(*) AS n FROM \(tables) WHERE \(sql)", arguments)?.integer("n") ?? 0
    }
}
