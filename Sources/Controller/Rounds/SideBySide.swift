/// Work on many things, a few at a time.
enum SideBySide {
    /// Calls `body` for each, in their order; an error ends the work.
    static func run<Item: Sendable>(
        _ items: [Item], width: Int = 4, _ body: @escaping @Sendable (Item) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, item) in items.enumerated() {
                if index >= width { try await group.next() }
                guard !Task.isCancelled else { break }
                group.addTask { try await body(item) }
            }
            try await group.waitForAll()
        }
    }
}
