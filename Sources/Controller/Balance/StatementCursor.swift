/// Where a page of a statement ends: at a second, and behind so many movements of it.
///
/// Movements that are booked meanwhile are later, so they shift nothing.
struct StatementCursor: Sendable, Hashable {
    /// Seconds since 1970.
    let second: Int64
    /// Movements of that second that were shown.
    let shown: Int

    init(second: Int64, shown: Int) {
        self.second = second
        self.shown = shown
    }

    /// Nil for a text that is none.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let second = Int64(parts[0]), let shown = Int(parts[1]),
            (0...Int64(1 << 40)).contains(second), (0...9_000).contains(shown)
        else { return nil }
        self.init(second: second, shown: shown)
    }

    var text: String { "\(second)-\(shown)" }

    /// Behind the last of a page's movements, which are the latest first.
    func following(_ page: [ManagementClient.Movement]) -> StatementCursor {
        guard let last = page.last?.performedAt.seconds else { return self }
        let shown = page.count { $0.performedAt.seconds == last }
        return StatementCursor(second: last, shown: last == second ? self.shown + shown : shown)
    }
}
