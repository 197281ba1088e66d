import CallControl
import ScenarioRuntime

/// What people do, and how legs begin and end.
extension StagedCalls {
    /// Calls somebody; whom the test does not know is not there.
    func dial(_ id: CallID, _ names: [String], timeout: Int) {
        let party = names.first { test.phones[$0] != nil }
        let leg = StagedLeg(id: id, isIncoming: false, party: party ?? names[0])
        legs.append(leg)
        guard let party, let behaviour = test.phones[party] else {
            return leg.plans.append(
                clock.schedule(afterMilliseconds: Self.refusal) { [weak self] in self?.refuse(leg, code: 480) })
        }
        // A telephone rings unless it refuses at once.
        let isRinging = behaviour.steps.first.map { $0.action == .ring } ?? false
        let ringing = PartyAction.ring
        let refusesAtOnce = if case .refuse? = behaviour.steps.first?.action { true } else { false }
        if !isRinging, !refusesAtOnce {
            leg.plans.append(clock.schedule(afterMilliseconds: 300) { [weak self] in self?.act(ringing, leg) })
        }
        plan(behaviour.steps[...], of: leg)
        leg.plans.append(
            clock.schedule(afterMilliseconds: Int64(timeout) * 1000) { [weak self] in
                guard !leg.isAnswered else { return }
                self?.refuse(leg, code: 408)
            })
    }

    /// Does a list of things one after another.
    func plan(_ steps: ArraySlice<Behaviour.Step>, of leg: StagedLeg) {
        guard let step = steps.first else { return }
        let least: Int64 = if case .refuse = step.action { Self.refusal } else { 0 }
        leg.plans.append(
            clock.schedule(afterMilliseconds: max(least, step.pause.milliseconds)) { [weak self] in
                guard let self, !leg.hasEnded else { return }
                self.act(step.action, leg)
                self.plan(steps.dropFirst(), of: leg)
            })
    }

    /// One thing that somebody does.
    func act(_ action: PartyAction, _ leg: StagedLeg) {
        guard !leg.hasEnded else { return }
        switch action {
        case .ring: if !leg.isAnswered { emit(.ringing(leg.id, headers: [:])) }
        case .answer: answer(leg)
        case .hangUp: end(leg, code: leg.isAnswered ? 16 : 487, reason: "Normal call clearing")
        case .refuse(let code): refuse(leg, code: code)
        case .dial(let digits): press(digits[...], leg)
        case .hold: emit(.onHold(leg.id))
        case .resume: emit(.offHold(leg.id))
        case .message(let text): emit(.messageReceived(leg.id, text: text, headers: [:]))
        case .beep:
            guard let waiting = leg.awaitsBeep else { return }
            waiting.cancel()
            leg.awaitsBeep = nil
            emit(.beepDetected(leg.id, frequencies: [1000]))
        case .speak, .fallSilent:
            if leg.detectsSpeech { emit(.micStatusChanged(leg.id, isSpeaking: action == .speak)) }
        case .transfer(let target):
            if leg.takesTransfers { emit(.transferRequested(leg.id, target: target, headers: [:])) }
        }
    }

    private func answer(_ leg: StagedLeg) {
        guard !leg.isIncoming, !leg.isAnswered else { return }
        leg.answeredAt = clock.unixMilliseconds
        emit(.audioStarted(leg.id, headers: [:]))
        emit(.connected(leg.id, headers: [:]))
    }

    /// A key every 300 ms; keys that the script does not listen to are lost.
    private func press(_ digits: Substring, _ leg: StagedLeg) {
        guard let digit = digits.first, !leg.hasEnded else { return }
        if leg.hearsDigits { emit(.toneReceived(leg.id, tone: digit, kind: .telephoneEvent)) }
        leg.plans.append(
            clock.schedule(afterMilliseconds: 300) { [weak self] in self?.press(digits.dropFirst(), leg) })
    }

    /// An outgoing leg that is not answered ends.
    func refuse(_ leg: StagedLeg, code: Int) {
        guard !leg.isAnswered, !leg.hasEnded else { return }
        leave(leg)
        emit(.failed(leg.id, code: code, reason: Self.reasons[code] ?? "Failed", headers: [:]))
    }

    private static let reasons = [
        404: "Not Found", 408: "Request Timeout", 480: "User offline", 486: "Busy Here", 487: "Request Terminated",
        603: "Decline",
    ]

    /// The script ends a leg.
    func hangUp(_ leg: StagedLeg, code: Int) {
        guard leg.isAnswered || leg.isIncoming else {
            leg.plans.forEach { $0.cancel() }
            _ = clock.schedule(afterMilliseconds: Self.refusal) { [weak self] in self?.refuse(leg, code: 487) }
            return
        }
        leg.plans.forEach { $0.cancel() }
        _ = clock.schedule(afterMilliseconds: Self.roundTrip) { [weak self] in
            self?.end(leg, code: leg.isAnswered ? 16 : code, reason: "")
        }
    }

    private func end(_ leg: StagedLeg, code: Int, reason: String) {
        guard !leg.hasEnded else { return }
        guard leg.isAnswered || leg.isIncoming else { return refuse(leg, code: 487) }
        leave(leg)
        let talk = leg.answeredAt.map { max(1, clock.unixMilliseconds - $0) } ?? 0
        emit(.disconnected(leg.id, CallEnd(talk: .milliseconds(talk), code: code, reason: reason)))
        if let recording = leg.recording {
            let length = Int((clock.unixMilliseconds - recording.since) / 1000)
            report(after: 1, .recordStopped(leg.id, url: recording.url, durationSeconds: length))
        }
    }

    private func leave(_ leg: StagedLeg) {
        leg.hasEnded = true
        leg.plans.forEach { $0.cancel() }
        leg.playback?.cancel()
        leg.awaitsBeep?.cancel()
        for unit in units { removeEndpoint(UnitID(leg.id), from: unit) }
    }
}
