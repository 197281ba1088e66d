import Storage

/// How far an account's ledger at the platform has been read, when it is too long for one page.
///
/// Identifiers count up as movements are booked, times need not: what is booked while the ledger is read may lie before what was
/// read. A reading therefore takes what had been booked when it began, and leaves the rest to the next.
struct LedgerReading: Sendable, Equatable {
    /// Behind what was read.
    var cursor: StatementCursor
    /// The highest identifier when the reading began.
    var ceiling: Int64
}

/// A page of an account's ledger, and how far it brings who reads it.
struct LedgerPage: Sendable, Equatable {
    /// Movements up to this identifier were known before the reading.
    let floor: Int64
    /// Where the page begins; nil for the first of a reading.
    let before: LedgerReading?
    /// Where the next page begins; nil for the last.
    let after: LedgerReading?
    /// Movements up to this identifier are known when the reading ends.
    let ceiling: Int64
    /// Those that are new.
    let movements: [ManagementClient.Movement]
}

extension LedgerReading {
    /// - Throws: `StorageError` for a row without these columns.
    init?(_ row: Row) throws {
        guard let second = try row.optionalInteger("reading_second"),
            let shown = try row.optionalInteger("reading_shown"),
            let ceiling = try row.optionalInteger("reading_ceiling")
        else { return nil }
        self.init(cursor: StatementCursor(second: second, shown: Int(shown)), ceiling: ceiling)
    }
}
