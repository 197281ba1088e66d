/// What happened in a test, in order.
struct Journal {
    struct Entry: Equatable {
        enum Kind: Equatable {
            /// A line of the session log.
            case log
            /// A web request: method, address, body.
            case request
            /// The session's end: its reason.
            case end
        }
        let kind: Kind
        /// Milliseconds since the beginning.
        let time: Int64
        let text: String
    }
    private(set) var entries: [Entry] = []
    private let start: Int64
    private static let capacity = 200_000

    init(start: Int64) { self.start = start }

    /// Notes an entry; what comes after 200,000 of them is dropped.
    mutating func note(_ kind: Entry.Kind, at now: Int64, _ text: String) {
        guard entries.count < Self.capacity else { return }
        entries.append(Entry(kind: kind, time: now - start, text: text))
    }
}

extension Expectation.Subject {
    /// True when an entry is what is meant.
    func matches(_ entry: Journal.Entry) -> Bool {
        switch (self, entry.kind) {
        case (.line(let pattern), .log): pattern.isFound(in: entry.text)
        case (.command(let name, let fields), .log):
            entry.text.hasPrefix("Executing JS command: \(name) with params ") && Self.hold(fields, entry.text)
        case (.event(let name, let fields), .log):
            entry.text.hasPrefix("Sent event to JS ") && Self.hold(fields.merging(["name": name]) { $1 }, entry.text)
        case (.request(let url, let holds), .request):
            url.isFound(in: entry.text) && holds.allSatisfy { $0.isFound(in: entry.text) }
        case (.end(let reason), .end): entry.text == reason
        default: false
        }
    }

    /// Fields as the log prints them: `username = phone67 ;`; a value may hold `*`.
    private static func hold(_ fields: [String: String], _ text: String) -> Bool {
        fields.allSatisfy { name, value in
            value.contains("*")
                ? TextPattern("\(name) = \(value)").isFound(in: text) : text.contains("\(name) = \(value) ;")
        }
    }

    /// In words, for reports.
    var words: String {
        func list(_ fields: [String: String]) -> String {
            fields.isEmpty
                ? ""
                : " with " + fields.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
        }
        return switch self {
        case .line(let pattern): "the line “\(pattern)”"
        case .command(let name, let fields): "the command \(name)\(list(fields))"
        case .event(let name, let fields): "the event \(name)\(list(fields))"
        case .request(let url, let holds):
            "the request \(url)"
                + (holds.isEmpty ? "" : " with “\(holds.map(\.description).joined(separator: "”, “"))”")
        case .end(let reason): "the end “\(reason)”"
        }
    }
}

/// Compares what happened with what must.
enum ExpectationCheck {
    /// What is missing, wrong or too much, in words with the line of the test file; empty when all is well.
    static func failures(_ expectations: [Expectation], _ entries: [Journal.Entry]) -> [String] {
        var failures: [String] = []
        var position = 0
        for expectation in expectations {
            if expectation.isForbidden || expectation.times != nil {
                if let failure = count(expectation, entries) { failures.append(failure) }
                continue
            }
            let found = entries[position...].firstIndex { expectation.subject.matches($0) && isInTime(expectation, $0) }
            if let found {
                position = found + 1
            } else {
                failures.append(missing(expectation, entries, after: position))
            }
        }
        return failures
    }

    private static func isInTime(_ expectation: Expectation, _ entry: Journal.Entry) -> Bool {
        (expectation.earliest?.milliseconds ?? 0) <= entry.time
            && entry.time <= (expectation.latest?.milliseconds ?? .max)
    }

    private static func count(_ expectation: Expectation, _ entries: [Journal.Entry]) -> String? {
        let found = entries.filter { expectation.subject.matches($0) && isInTime(expectation, $0) }
        let wanted = expectation.isForbidden ? 0 : expectation.times ?? 0
        guard found.count != wanted else { return nil }
        let times = expectation.isForbidden ? "must not happen, but did" : "must happen \(wanted) times, but did"
        let at = found.first.map { ", first after \(SpokenTime(milliseconds: $0.time))" } ?? ""
        return "line \(expectation.line): \(expectation.subject.words) \(times) \(found.count) times\(at)"
    }

    private static func missing(_ expectation: Expectation, _ entries: [Journal.Entry], after position: Int) -> String {
        let head = "line \(expectation.line): \(expectation.subject.words)"
        if let late = entries[position...].first(where: { expectation.subject.matches($0) }) {
            return "\(head) came after \(SpokenTime(milliseconds: late.time)), at the wrong time"
        }
        if let early = entries[..<position].last(where: { expectation.subject.matches($0) }) {
            return "\(head) came after \(SpokenTime(milliseconds: early.time)), before the expectation above it"
        }
        return "\(head) is missing"
    }
}
