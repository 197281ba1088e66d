import SIP

/// Remembers what name servers have said for as long as it holds, and what failed for a moment.
///
/// An answer whose life is over is kept: it is better than none while name servers are away (RFC 8767).
struct AnswerMemory: Sendable {
    private struct Entry {
        var answer: ServerLocation.Answer
        /// When name servers are to be asked again.
        var until: SIPInstant
        /// When the answer is worth nothing any more.
        var end: SIPInstant
    }

    private let settings: LookupSettings
    private var entries: [ServerLocation.Question: Entry] = [:]

    init(settings: LookupSettings) { self.settings = settings }

    var count: Int { entries.count }

    /// What is known; nil when name servers must be asked.
    func answer(to question: ServerLocation.Question, at now: SIPInstant) -> ServerLocation.Answer? {
        entries[question].flatMap { $0.until > now ? $0.answer : nil }
    }

    /// Takes what name servers have said.
    ///
    /// - Returns: what is to be believed: an older answer in place of a failure.
    mutating func take(
        _ reply: LookupReply, to question: ServerLocation.Question, at now: SIPInstant
    ) -> ServerLocation.Answer {
        if case .failure = reply.answer {
            let pause = now + settings.pauseAfterFailure
            if var known = entries[question], known.end > now {
                known.until = pause
                entries[question] = known
                return known.answer
            }
            store(Entry(answer: reply.answer, until: pause, end: pause), for: question, at: now)
        } else {
            let life = reply.answer == .nothing ? settings.lifeOfNothing : reply.life
            let until = now + min(max(life, .zero), settings.longestLife)
            let end = reply.answer == .nothing ? until : until + settings.longestService
            store(Entry(answer: reply.answer, until: until, end: end), for: question, at: now)
        }
        return reply.answer
    }

    private mutating func store(_ entry: Entry, for question: ServerLocation.Question, at now: SIPInstant) {
        if entries[question] == nil, entries.count >= settings.mostAnswers { makeRoom(at: now) }
        entries[question] = entry
    }

    /// Drops what is worth nothing, else a tenth: what would have to be asked again the soonest.
    private mutating func makeRoom(at now: SIPInstant) {
        entries = entries.filter { $0.value.end > now }
        let surplus = entries.count - settings.mostAnswers + max(1, settings.mostAnswers / 10)
        guard surplus > 0, entries.count >= settings.mostAnswers else { return }
        let oldest = entries.sorted { $0.value.until < $1.value.until }.prefix(surplus)
        for (question, _) in oldest { entries[question] = nil }
    }
}

/// What name servers have said, and for how long it holds.
struct LookupReply: Sendable, Hashable {
    var answer: ServerLocation.Answer
    var life: Duration

    init(_ answer: ServerLocation.Answer, life: Duration = .zero) {
        self.answer = answer
        self.life = life
    }
}
