import Synchronization

/// A value that several tasks of a test change.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    var current: Value { value.withLock { $0 } }

    @discardableResult
    func change<Result: Sendable>(_ work: (inout Value) -> Result) -> Result {
        value.withLock { value in
            var copy = value
            let result = work(&copy)
            value = copy
            return result
        }
    }
}
