/// The HTTP requests or mails of a session: some run, the others wait in order.
struct RequestQueue<Request: Equatable> {
    struct Entry: Equatable {
        let id: Int
        let request: Request
    }

    private let runningLimit: Int
    private let outstandingLimit: Int
    private(set) var running: [Int: Entry] = [:]
    private(set) var waiting: [Entry] = []

    init(running: Int, outstanding: Int) {
        runningLimit = running
        outstandingLimit = outstanding
    }

    var isEmpty: Bool { running.isEmpty && waiting.isEmpty }

    /// Takes a request; false when there are too many, which the script's side normally prevents.
    mutating func add(_ entry: Entry) -> Bool {
        guard running.count + waiting.count < outstandingLimit, running[entry.id] == nil,
            !waiting.contains(where: { $0.id == entry.id })
        else { return false }
        waiting.append(entry)
        return true
    }

    /// The next request to start, nil when enough run or none waits.
    mutating func next() -> Entry? {
        guard running.count < runningLimit, !waiting.isEmpty else { return nil }
        let entry = waiting.removeFirst()
        running[entry.id] = entry
        return entry
    }

    /// Notes the end of a request; nil when it was not running.
    mutating func finish(_ id: Int) -> Entry? { running.removeValue(forKey: id) }

    /// Gives up requests that have not been sent.
    mutating func dropWaiting() { waiting.removeAll() }
}
