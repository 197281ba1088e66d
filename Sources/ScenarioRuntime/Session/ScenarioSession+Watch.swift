import CallControl

/// Timers of the script and the platform's own limits in time.
extension ScenarioSession {
    func startTimer(_ number: Int, milliseconds: Int64, repeats: Bool) {
        guard timers.count < limits.timers || timers[number] != nil else {
            return fail("the script started more than \(limits.timers) timers")
        }
        timers[number]?.cancel()
        timers[number] = runtime.clock.schedule(afterMilliseconds: milliseconds) { [weak self] in
            guard let self, self.phase < .closing, self.timers[number] != nil else { return }
            if repeats {
                self.startTimer(number, milliseconds: max(100, milliseconds), repeats: true)
                // A script that is behind its interval gets one call, not all that it missed.
                if self.waiting.contains(.timer(number)) { return }
            } else {
                self.timers[number] = nil
            }
            self.post(.timer(number))
        }
    }

    /// Ends a session that has had no leg for a while.
    func watchIdleness() {
        if calls.hasLiveLegs {
            idleTimer?.cancel()
            idleTimer = nil
        } else if idleTimer == nil, phase < .closing {
            let seconds = limits.idleSeconds
            idleTimer = runtime.clock.schedule(afterMilliseconds: Int64(seconds) * 1000) { [weak self] in
                guard let self, self.phase < .closing else { return }
                self.log.text("The session has had no calls for \(seconds) s")
                self.terminate(.timeout)
            }
        }
    }

    /// Ends an incoming leg that nobody answers.
    func watchAnswer(of id: CallID) {
        let delay = Int64(limits.unansweredSeconds) * 1000
        answerTimers[id] = runtime.clock.schedule(afterMilliseconds: delay) { [weak self] in
            guard let self, self.phase < .closing, self.calls.isUnanswered(id) else { return }
            self.control.execute(.hangup(id, code: 480, headers: [:]))
        }
    }

    /// Follows the legs: called for each event after the call book has it.
    func watchCalls(_ event: CallEvent) {
        switch event {
        case .connected(let id, _, _), .disconnected(let id, _), .failed(let id, _, _, _):
            answerTimers.removeValue(forKey: id)?.cancel()
            watchIdleness()
        default: break
        }
    }

    func cancelTimers() {
        for timer in timers.values { timer.cancel() }
        timers.removeAll()
        idleTimer?.cancel()
        idleTimer = nil
        for timer in answerTimers.values { timer.cancel() }
        answerTimers.removeAll()
    }
}
