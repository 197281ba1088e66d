import CallControl

/// HTTP requests that run now, of all sessions of each account.
struct RequestCounts {
    private var running: [AccountID: Int] = [:]

    /// Counts a request in; false when the account has as many as it may.
    mutating func begin(_ account: AccountID, limit: Int) -> Bool {
        let count = running[account] ?? 0
        guard count < limit else { return false }
        running[account] = count + 1
        return true
    }

    /// Counts a request out.
    mutating func end(_ account: AccountID) {
        guard let count = running[account] else { return }
        running[account] = count > 1 ? count - 1 : nil
    }
}
