import Synchronization

/// What a test waited for has not come.
struct Overdue: Error, CustomStringConvertible {
    let limit: Duration
    let what: String
    var description: String { "after \(limit) still no \(what)" }
}

/// Gives what `body` gives, or fails after a time instead of waiting for ever; `body` is then cancelled and left alone.
func within<Value: Sendable>(
    _ limit: Duration, _ what: String, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let first = Promise<Result<Value, any Error>>()
    let work = Task {
        do { first.fulfilOnce(.success(try await body())) } catch { first.fulfilOnce(.failure(error)) }
    }
    let alarm = Task {
        try await Task.sleep(for: limit)
        first.fulfilOnce(.failure(Overdue(limit: limit, what: what)))
        work.cancel()
    }
    defer { alarm.cancel() }
    return try await first.value.get()
}
