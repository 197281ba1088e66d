/// The earliest of many deadlines, one a key, each change in logarithmic time.
///
/// A binary heap with stale entries: a changed deadline leaves its old entry behind, which is dropped when it
/// reaches the top, or all at once when more entries are stale than live.
struct DeadlineQueue<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Sendable {
        let deadline: SIPInstant
        /// Orders equal deadlines by when they were set, so that a run is repeatable.
        let order: UInt64
        let key: Key

        func isBefore(_ other: Entry) -> Bool {
            deadline == other.deadline ? order < other.order : deadline < other.deadline
        }
    }

    private var heap: [Entry] = []
    private var current: [Key: (deadline: SIPInstant, order: UInt64)] = [:]
    private var nextOrder: UInt64 = 0

    /// The earliest deadline of any key.
    var nextDeadline: SIPInstant? { heap.first?.deadline }

    /// Sets, moves or (with nil) removes the deadline of `key`.
    mutating func set(_ key: Key, to deadline: SIPInstant?) {
        guard current[key]?.deadline != deadline else { return }
        if let deadline {
            current[key] = (deadline, nextOrder)
            push(Entry(deadline: deadline, order: nextOrder, key: key))
            nextOrder += 1
        } else {
            current[key] = nil
        }
        dropStale()
    }

    /// Removes and gives one key whose deadline is at or before `now`.
    mutating func popDue(at now: SIPInstant) -> Key? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        current[first.key] = nil
        removeFirst()
        dropStale()
        return first.key
    }

    private mutating func dropStale() {
        if heap.count > 2 * current.count + 32 {
            heap = heap.filter { current[$0.key]?.order == $0.order }
            heap.sort { $0.isBefore($1) }
        }
        while let first = heap.first, current[first.key]?.order != first.order { removeFirst() }
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while let child = smallerChild(of: parent), heap[child].isBefore(heap[parent]) {
            heap.swapAt(parent, child)
            parent = child
        }
    }

    private func smallerChild(of parent: Int) -> Int? {
        let left = 2 * parent + 1
        guard left < heap.count else { return nil }
        let right = left + 1
        return right < heap.count && heap[right].isBefore(heap[left]) ? right : left
    }
}
