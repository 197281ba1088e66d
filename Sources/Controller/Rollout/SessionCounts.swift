/// How a session of a scenario went, as far as its version is to be judged by it.
struct SessionOutcome: Sendable, Equatable {
    /// The ways in which a session is the script's failure.
    enum Failure: Sendable, Equatable {
        /// An exception, also one that the scenario has caught and apologised for.
        case scriptError
        /// It went on without a leg until the platform ended it.
        case other
    }

    var version: ScenarioNumber?
    var failure: Failure?
    /// From the beginning of the call until somebody answered.
    var timeToAnswer: Duration?
}

/// Sessions of a version, counted.
struct SessionCounts: Sendable, Equatable {
    /// The upper ends of the classes of times to answer, in seconds; one more class has no end.
    static let answerBounds: [Int64] = [1, 2, 5, 10, 20, 30, 60]

    var sessions: Int64 = 0
    /// Script errors are among them.
    var failed: Int64 = 0
    var scriptErrors: Int64 = 0
    /// Answered calls by class of their time, the last class above all bounds.
    var answers = [Int64](repeating: 0, count: answerBounds.count + 1)
    /// The sum of their times.
    var answerMilliseconds: Int64 = 0

    init() {}

    /// A session that has been reported.
    init(_ outcome: SessionOutcome) {
        sessions = 1
        add(outcome.failure)
        if let time = outcome.timeToAnswer {
            answers[Self.answerClass(time)] = 1
            answerMilliseconds = Int64(time / .milliseconds(1))
        }
    }

    /// What a report adds to a session that is counted already.
    init(_ outcome: SessionOutcome, after counted: SessionOutcome) {
        self.init(outcome)
        guard counted.version == outcome.version else { return }
        sessions = 0
        if counted.failure != nil { (failed, scriptErrors) = (0, 0) }
    }

    /// A failure of a session that is counted already.
    init(failure: SessionOutcome.Failure) { add(failure) }

    private mutating func add(_ failure: SessionOutcome.Failure?) {
        failed += failure == nil ? 0 : 1
        scriptErrors += failure == .scriptError ? 1 : 0
    }

    mutating func add(_ other: SessionCounts) {
        sessions += other.sessions
        failed += other.failed
        scriptErrors += other.scriptErrors
        for (index, count) in other.answers.enumerated() { answers[index] += count }
        answerMilliseconds += other.answerMilliseconds
    }

    /// The class of a time: the first bound that it does not exceed.
    static func answerClass(_ time: Duration) -> Int {
        answerBounds.firstIndex { time <= .seconds($0) } ?? answerBounds.count
    }

    var answered: Int64 { answers.reduce(0, +) }

    /// Calls that were answered in one of the classes after `index`.
    func answered(after index: Int) -> Proportion {
        Proportion(hits: answers.dropFirst(index + 1).reduce(0, +), trials: answered)
    }

    /// The class in which nine of ten calls are answered; nil without answers.
    var usualAnswerClass: Int? {
        guard answered > 0 else { return nil }
        return answers.indices.first { answered(after: $0).hits * 10 <= answered }
    }
}
