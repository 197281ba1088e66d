import NIOCore
import SIP
import VoiceEngine

/// One call of a caller, with the instants of its steps. Lives on the event loop of its station.
final class LoadCall: @unchecked Sendable {  // State is touched on the station's event loop only.
    /// How a call came out.
    struct Outcome: Sendable {
        /// From INVITE to the first provisional response above 100.
        var toRinging: TimeAmount?
        /// From INVITE to 200; nil when nobody answered.
        var toAnswer: TimeAmount?
        /// SIP status of a refusal.
        var failure: Int?
    }

    private let handle: SessionHandle
    private let shell: SIPShell
    private let hold: TimeAmount?
    private let dialled: NIODeadline
    private var outcome = Outcome()
    private let answered: EventLoopPromise<Bool>
    private let ended: EventLoopPromise<Outcome>

    init(handle: SessionHandle, shell: SIPShell, hold: TimeAmount?, dialled: NIODeadline) {
        self.handle = handle
        self.shell = shell
        self.hold = hold
        self.dialled = dialled
        answered = shell.eventLoop.makePromise()
        ended = shell.eventLoop.makePromise()
    }

    /// Waits until the call is answered (true) or has failed.
    func isAnswered() async throws -> Bool { try await answered.futureResult.get() }

    /// Waits for the end of the call.
    func end() async throws -> Outcome { try await ended.futureResult.get() }

    func hangUp() async throws { try await shell.eventLoop.submit { self.leave() }.get() }

    private func leave() {
        shell.attempt { (agent, now) throws(UserAgentError) in try agent.hangUp(self.handle, status: 486, at: now) }
    }

    func receive(_ event: InviteEvent) {
        switch event {
        case .ringing: outcome.toRinging = outcome.toRinging ?? (.now() - dialled)
        case .answered:
            outcome.toAnswer = .now() - dialled
            answered.succeed(true)
            if let hold { shell.eventLoop.assumeIsolated().scheduleTask(in: hold) { self.leave() } }
        case .reinviteReceived(let offer):
            shell.attempt { (agent, now) throws(UserAgentError) in
                try agent.acceptReinvite(self.handle, description: offer.description, at: now)
            }
        case .failed(let failure): finish(failure.status)
        case .redirected(let status, _, _): finish(status)
        case .cancelled, .ended: finish(nil)
        default: break
        }
    }

    private func finish(_ status: Int?) {
        outcome.failure = status
        answered.succeed(outcome.toAnswer != nil)
        ended.succeed(outcome)
    }
}
