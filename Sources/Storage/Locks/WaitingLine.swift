/// Tasks that wait for something of which there is not enough, in the order of their coming.
struct WaitingLine {
    typealias Ticket = UInt64
    typealias Continuation = CheckedContinuation<Void, any Error>

    private var waiting: [Ticket: Continuation] = [:]
    private var first: Ticket = 0
    private var end: Ticket = 0

    var isEmpty: Bool { waiting.isEmpty }

    mutating func join(_ continuation: Continuation) -> Ticket {
        waiting[end] = continuation
        defer { end += 1 }
        return end
    }

    /// The one who has waited longest leaves the line.
    mutating func next() -> Continuation? {
        while first < end {
            defer { first += 1 }
            if let continuation = waiting.removeValue(forKey: first) { return continuation }
        }
        return nil
    }

    /// Somebody gives up; nil when his turn has come already.
    mutating func leave(_ ticket: Ticket) -> Continuation? { waiting.removeValue(forKey: ticket) }
}
