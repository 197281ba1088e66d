import NIOCore

/// What a worker has been asked and has not answered, in order.
struct QuestionQueue {
    struct Question {
        /// Counts up, so that two looks can tell whether they see the same question.
        let number: UInt64
        let subject: UInt64
        let isOpening: Bool
        /// When the worker could begin with it.
        var since: NIODeadline
    }

    private var questions = CircularBuffer<Question>()
    private var count: UInt64 = 0

    var head: Question? { questions.first }

    mutating func add(_ subject: UInt64, isOpening: Bool, now: NIODeadline) {
        count += 1
        questions.append(Question(number: count, subject: subject, isOpening: isOpening, since: now))
    }

    /// Notes an answer; false when it does not belong to the first question.
    mutating func answer(_ subject: UInt64, now: NIODeadline) -> Bool {
        guard questions.first?.subject == subject else { return false }
        questions.removeFirst()
        restartHead(now: now)
        return true
    }

    /// The worker begins with the first question now.
    mutating func restartHead(now: NIODeadline) {
        if !questions.isEmpty { questions[questions.startIndex].since = now }
    }

    func headAge(now: NIODeadline) -> TimeAmount { head.map { now - $0.since } ?? .zero }

    func isOpening(_ subject: UInt64) -> Bool { questions.contains { $0.subject == subject && $0.isOpening } }
}
