/// Actions in the order they arose, taken one by one.
struct ActionQueue<Action: Sendable>: Sendable {
    private var items: [Action] = []
    private var head = 0

    var isEmpty: Bool { head == items.count }

    mutating func append(_ action: Action) { items.append(action) }

    /// The oldest action, or nil when all are taken.
    mutating func next() -> Action? {
        guard head < items.count else { return nil }
        let action = items[head]
        head += 1
        if head == items.count {
            items.removeAll(keepingCapacity: items.capacity <= 64)
            head = 0
        }
        return action
    }
}
