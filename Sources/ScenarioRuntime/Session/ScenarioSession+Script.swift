import CallControl
import NIOCore
import WorkerProtocol

/// The dialogue with the script: one message at a time, answered by one batch of commands.
extension ScenarioSession: WorkerClient {
    /// Begins the session in a process of its own.
    func open() {
        for scenario in start.scenarios { log.loading(scenario: scenario.name) }
        outstanding = .evaluation
        let program = SessionProgram(scenarios: sources, trust: trust, allowance: allowance, preface: preface)
        worker = runtime.pool.open(program, subject: subject, client: self)
        post(.event(.started(start)))
        if let incoming = start.incoming {
            post(.event(.callAlerting(incoming)))
            watchAnswer(of: incoming.id)
        }
        watchIdleness()
    }

    /// What is evaluated: the scenarios, in a rehearsal behind the script that sets the clock.
    private var sources: [ScenarioSource] {
        guard let rehearsal = start.rehearsal else { return start.scenarios }
        return [rehearsal.preamble(now: runtime.clock.unixMilliseconds)] + start.scenarios
    }

    /// The custom data, which scenarios may read while they are evaluated.
    private var preface: [UInt8] {
        guard let data = start.customData, !data.isEmpty else { return [] }
        return ScenarioValue.map(["k": .string("data"), "data": .string(data)]).json
    }

    /// A rehearsal's program is of one session, the template has nothing to gain from it.
    private var trust: ScenarioTrust { start.rehearsal == nil ? start.trust : .account }

    /// What the process of the session may use.
    private var allowance: SessionAllowance {
        let usual = runtime.configuration.worker
        return SessionAllowance(
            callbackMilliseconds: UInt32(
                clamping: start.limits.callbackMilliseconds ?? usual.callbackMilliseconds),
            bytes: UInt64(clamping: start.limits.sessionBytes ?? usual.sessionBytes))
    }

    private var subject: UInt64 { UInt64(bitPattern: id.rawValue) }

    /// Sends a message when the script is free, keeps it until then otherwise.
    func post(_ message: SessionMessage) {
        guard phase != .ended else { return }
        if outstanding == nil {
            send(message)
        } else if waiting.count < 2_000 {
            waiting.append(message)
        } else {
            fail("more than 2000 events wait for the script")
        }
    }

    private func send(_ message: SessionMessage) {
        outstanding = message
        if let event = message.loggedEvent { log.sentEvent(visible(event)) }
        let ids = calls.grant { runtime.makeCallID() }
        worker?.send(message.payload(ids: ids, now: start.rehearsal == nil ? nil : runtime.clock.unixMilliseconds))
    }

    private func visible(_ event: ScriptEvent) -> [String: ScenarioValue] {
        guard hidesTones, event.name == "Call.ToneReceived" else { return event.logged }
        return event.logged.merging(["tone": .string("******")]) { $1 }
    }

    func workerAnswered(_ batch: [UInt8]) {
        guard let message = outstanding else { return }
        perform(batch)
        guard phase != .ended else { return }
        outstanding = nil
        answered(message)
        guard outstanding == nil, phase != .ended else { return }
        if waiting.isEmpty {
            for waiter in idleWaiters { waiter.succeed() }
            idleWaiters.removeAll()
        } else {
            send(waiting.removeFirst())
        }
    }

    private func perform(_ batch: [UInt8]) {
        do {
            for command in try ScriptCommand.decode(batch: batch) {
                guard phase != .ended else { return }
                perform(command)
            }
        } catch {
            fail(String(describing: error))
        }
    }

    /// Moves on to the next phase when the message was one of those that end a phase.
    private func answered(_ message: SessionMessage) {
        switch (phase, message) {
        case (.opening, .evaluation): phase = .running
        case (.closing, _), (.terminating, _), (.terminated, _): advanceEnding()
        default: break
        }
    }

    func workerKilled(_ reason: KillReason, batch: [UInt8]) {
        let label = outstanding?.label ?? "an event"
        worker = nil
        if !batch.isEmpty { perform(batch) }
        guard phase != .ended else { return }
        switch reason {
        case .time:
            crash("the callback for \(label) took more than \(allowance.callbackMilliseconds) ms")
        case .memory:
            crash("the callback for \(label) used more than \(allowance.bytes >> 20) MB of memory")
        case .broken: crash("the script's context was unusable in the callback for \(label)")
        }
    }

    func workerLost(_ loss: WorkerLoss) {
        let label = outstanding?.label ?? "an event"
        worker = nil
        switch loss {
        case .tooSlow(let milliseconds):
            crash("the callback for \(label) took more than \(milliseconds) ms, its worker was stopped")
        case .tooLarge(let megabytes):
            crash("the callback for \(label) used more than \(megabytes) MB of memory, its worker was stopped")
        case .died: crash("the script's process ended in the callback for \(label): out of memory or a crash")
        case .unavailable(let reason): crash("no worker can run: \(reason)")
        }
    }

    /// Completes when the script has nothing to do.
    public func whenIdle() -> EventLoopFuture<Void> {
        guard phase != .ended, outstanding != nil || !waiting.isEmpty else {
            return runtime.eventLoop.makeSucceededVoidFuture()
        }
        let promise = runtime.eventLoop.makePromise(of: Void.self)
        idleWaiters.append(promise)
        return promise.futureResult
    }
}
