import CallControl
import NIOCore
import WorkerProtocol

/// The ways in which a session ends.
extension ScenarioSession {
    /// Ends the session before it has begun.
    func refuse(_ reason: String) {
        for scenario in start.scenarios { log.loading(scenario: scenario.name) }
        crash(reason)
    }

    /// An error that no one in the script caught: the platform gets the legs at once, the script may still say goodbye.
    func scriptFailed(_ failure: ScriptFailure) {
        log.text(failure.logText)
        guard phase < .closing else { return }
        let summary = failure.logText.split(separator: "\n").first.map(String.init)
        finish = SessionEnd(reason: .scriptError, detail: summary, isOrderly: false)
        announceEnd()
        beginClosing()
    }

    /// Ends the session of a script that breaks the rules of the platform.
    func fail(_ message: String) {
        guard phase != .ended else { return }
        crash(message)
    }

    /// Starts the orderly end: what runs may finish, nothing new starts.
    func beginClosing() {
        guard phase < .closing else { return }
        phase = .closing
        cancelTimers()
        if finish.isOrderly { control.endSession() }
        requests.dropWaiting()
        mails.dropWaiting()
        closeSockets()
        waiting.removeAll { message in
            switch message {
            case .httpResult, .mailResult: false
            default: true
            }
        }
        for number in replies.keys { reply(number, .sessionGone) }
        if outstanding == nil { advanceEnding() }
    }

    /// The next step of the end, taken whenever the script has nothing to do.
    func advanceEnding() {
        guard outstanding == nil, waiting.isEmpty, requests.isEmpty, mails.isEmpty else { return }
        switch phase {
        case .closing where wantsEnding:
            phase = .terminating
            post(.event(.ending("Application.Terminating", systemError: finish.detail)))
        case .terminating:
            phase = .terminated
            post(.event(.ending("Application.Terminated", systemError: finish.detail)))
        case .closing, .terminated:
            log.executing("close", [.void])
            end()
        case .opening, .running, .ended: break
        }
    }

    /// Ends the session at once; its context is gone or not to be used any more.
    func crash(_ message: String) {
        guard phase != .ended else { return }
        log.text("JS session error: \(message)")
        if phase < .closing {
            finish = SessionEnd(reason: .scriptError, detail: "JS session error: \(message)", isOrderly: false)
        }
        end()
    }

    /// Ends the session at once without an error of its own.
    func abandon(detail: String) {
        guard phase != .ended else { return }
        log.text(detail)
        end()
    }

    private func end() {
        phase = .ended
        log.ended()
        cancelTimers()
        requests.dropWaiting()
        mails.dropWaiting()
        closeSockets()
        waiting.removeAll()
        outstanding = nil
        worker?.close(isOrderly: finish.isOrderly)
        worker = nil
        for number in replies.keys { reply(number, .sessionGone) }
        for waiter in idleWaiters { waiter.succeed() }
        idleWaiters.removeAll()
        runtime.sessionEnded(self)
        announceEnd()
        let services = services
        let closed = log.close(on: runtime.eventLoop)
        closed.cascade(to: logClosed)
        closed.assumeIsolated().whenComplete { _ in services.logFinished() }
    }
}
