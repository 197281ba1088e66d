/// Work on many things, a few at a time.
enum SideBySide {
    /// Calls `body` for each, in their order; what goes wrong with one takes nobody else's turn.
    ///
    /// - Throws: The first error, when all have had their turns.
    static func run<Item: Sendable>(
        _ items: [Item], width: Int = 4, _ body: @escaping @Sendable (Item) async throws -> Void
    ) async throws {
        let failure = await withTaskGroup(of: (any Error)?.self) { group in
            var failure: (any Error)?
            for (index, item) in items.enumerated() {
                if index >= width, let ended = await group.next() { failure = failure ?? ended }
                guard !Task.isCancelled else { break }
                group.addTask { await error { try await body(item) } }
            }
            for await ended in group { failure = failure ?? ended }
            return failure
        }
        if let failure { throw failure }
    }

    /// The same for things of owners: those of one come one after another, in their order.
    static func run<Item: Sendable, Owner: Hashable>(
        _ items: [Item], of owner: (Item) -> Owner, width: Int = 4,
        _ body: @escaping @Sendable (Item) async throws -> Void
    ) async throws {
        var (queues, places): ([[Item]], [Owner: Int]) = ([], [:])
        for item in items {
            let place = places[owner(item)] ?? queues.count
            if place == queues.count { queues.append([]) }
            places[owner(item)] = place
            queues[place].append(item)
        }
        try await run(queues, width: width) { queue in
            var failure: (any Error)?
            for item in queue {
                guard !Task.isCancelled else { break }
                let ended = await error { try await body(item) }
                failure = failure ?? ended
            }
            if let failure { throw failure }
        }
    }

    private static func error(_ work: () async throws -> Void) async -> (any Error)? {
        do {
            try await work()
            return nil
        } catch {
            return error
        }
    }
}
