import Synchronization

@testable import Controller

/// A mail server in memory: remembers what it took, and refuses as a test says.
final class FakeMailer: WarningMailer {
    private struct State {
        var taken: [WarningMail] = []
        var outcomes: [WarningOutcome] = []
        var attempts = 0
    }

    private let state = Mutex(State())
    let events = Events()

    /// Outcomes of the next mails; afterwards all are taken.
    func next(_ outcomes: [WarningOutcome]) { state.withLock { $0.outcomes = outcomes } }

    var taken: [WarningMail] { state.withLock { $0.taken } }
    var attempts: Int { state.withLock { $0.attempts } }

    func send(_ mail: WarningMail) async -> WarningOutcome {
        let outcome = state.withLock { state in
            state.attempts += 1
            let outcome = state.outcomes.isEmpty ? .taken : state.outcomes.removeFirst()
            if outcome == .taken { state.taken.append(mail) }
            return outcome
        }
        events.announce()
        return outcome
    }
}
