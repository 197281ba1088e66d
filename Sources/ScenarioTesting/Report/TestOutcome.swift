/// What came out of one test.
public struct TestOutcome: Sendable {
    /// One thing that happened: a line of the session log, a web request, the end.
    public struct Line: Sendable, Equatable {
        /// Milliseconds since the beginning of the call.
        public let time: Int64
        public let text: String

        init(_ entry: Journal.Entry) {
            time = entry.time
            text =
                switch entry.kind {
                case .log: entry.text
                case .request: "→ \(entry.text)"
                case .end: "= \(entry.text)"
                }
        }
    }
    public let name: String
    /// What is wrong, in words; empty when the test has passed.
    public let failures: [String]
    public let journal: [Line]
    /// Virtual time from the beginning to the end.
    public let duration: SpokenTime
    /// Real time.
    public let elapsed: Duration

    public var hasPassed: Bool { failures.isEmpty }
}
