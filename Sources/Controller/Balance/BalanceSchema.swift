import Storage

/// What was added to the tables of balances.
enum BalanceSchema {
    static let readings = Migration(
        "2026-12 readings of ledgers",
        ["reading_second", "reading_shown", "reading_ceiling"].map {
            "ALTER TABLE balance_account ADD COLUMN \($0) BIGINT"
        })
}
