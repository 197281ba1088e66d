import CallControl
import ScenarioRuntime

/// Calls without a network: does what the engine would report, in the time of the stage.
///
/// People answer, hang up and press keys as the test says; sounds last as long as it says. Used on the event loop only.
final class StagedCalls: CallControl {
    let clock: StageClock
    let test: ScenarioTest
    var onEvent: ((CallEvent) -> Void)?
    var legs: [StagedLeg] = []
    var units: [StagedUnit] = []
    private var hasEnded = false
    private var recordings = 0

    /// How long the network takes for a message and its answer.
    static let roundTrip: Int64 = 20
    /// A busy telephone, a refusal and a cancelled call are reported after this.
    static let refusal: Int64 = 100

    init(test: ScenarioTest, clock: StageClock) {
        self.test = test
        self.clock = clock
    }

    func leg(_ id: CallID) -> StagedLeg? { legs.first { $0.id == id && !$0.hasEnded } }

    /// The last leg of somebody that has not ended; nil names the caller.
    func leg(of party: String?) -> StagedLeg? { legs.last { $0.party == party && !$0.hasEnded } }

    /// The leg that starts the session; the caller then does what he plans.
    func addCaller(_ id: CallID) {
        let leg = StagedLeg(id: id, isIncoming: true, party: nil)
        legs.append(leg)
        plan(test.caller.steps[...], of: leg)
    }

    func endSession() {
        hasEnded = true
        onEvent = nil
        for leg in legs { leg.plans.forEach { $0.cancel() } }
    }

    /// Reports an event after a time.
    @discardableResult
    func report(after delay: Int64 = 0, _ event: CallEvent) -> any ScheduledAction {
        clock.schedule(afterMilliseconds: delay) { [weak self] in self?.emit(event) }
    }

    func emit(_ event: CallEvent) {
        guard !hasEnded else { return }
        onEvent?(event)
    }

    func nextRecording() -> String {
        recordings += 1
        return "http://platform.test/record/\(recordings).mp3"
    }

    func execute(_ command: CallCommand) {
        guard !hasEnded else { return }
        switch command {
        case .ring(let id, _), .startEarlyMedia(let id, _), .answer(let id, _, _): setUp(command, id)
        case .hangup(let id, let code, _): leg(id).map { hangUp($0, code: code) }
        case .callUser(let id, let call): dial(id, [call.username], timeout: call.timeoutSeconds)
        case .callSIP(let id, let call):
            let user = call.uri.split(separator: ":").dropFirst().first.map { $0.prefix { $0 != "@" } } ?? ""
            dial(id, [call.uri, String(user)], timeout: call.timeoutSeconds)
        case .callConference(let id, let call): dial(id, [call.conference], timeout: call.timeoutSeconds)
        case .unit(let id, let command): perform(command, on: id)
        case .sendMedia(let source, let target): link(source, target)
        case .stopMedia(let source, let target): unlink(source, target)
        default: performInCall(command)
        }
    }

    private func setUp(_ command: CallCommand, _ id: CallID) {
        guard let leg = leg(id), leg.isIncoming, !leg.isAnswered else { return }
        switch command {
        case .startEarlyMedia: report(after: 1, .audioStarted(id, headers: [:]))
        case .answer:
            _ = clock.schedule(afterMilliseconds: Self.roundTrip) { [weak self] in
                guard let self, !leg.hasEnded, !leg.isAnswered else { return }
                leg.answeredAt = self.clock.unixMilliseconds
                self.emit(.connected(id, headers: [:]))
            }
        default: break
        }
    }

    private func performInCall(_ command: CallCommand) {
        switch command {
        case .play(let id, let url, let loop):
            leg(id).map { play(into: $0, loop: loop, SoundLength.of(.url(SoundRequest(url: url)), test)) }
        case .playTone(let id, let script, let loop):
            leg(id).map { play(into: $0, loop: loop, SoundLength.of(.tone(script: script), test)) }
        case .say(let id, let speech):
            leg(id).map { play(into: $0, loop: false, SoundLength.of(.speech(speech), test)) }
        case .stopPlayback(let id): leg(id)?.playback?.cancel()
        case .handleTones(let id, let on, _): leg(id)?.hearsDigits = on
        case .handleTransfers(let id, let on): leg(id)?.takesTransfers = on
        case .detect(let id, let detection, let on): leg(id).map { listen($0, detection, on) }
        case .transfer(let id, _): if leg(id) != nil { report(after: 1000, .transferCompleted(id, headers: [:])) }
        case .record(let id, _): leg(id).map { record($0) }
        default: break
        }
    }

    private func play(into leg: StagedLeg, loop: Bool, _ length: SoundLength) {
        leg.playback?.cancel()
        let id = leg.id
        switch length {
        case .missing:
            leg.playback = report(after: Self.refusal, .playbackFinished(id, error: "the sound was not found"))
        case .endless: report(after: 1, .playbackStarted(id, durationMilliseconds: 0))
        case .milliseconds(let duration):
            report(after: 1, .playbackStarted(id, durationMilliseconds: Int(duration)))
            if !loop { leg.playback = report(after: 1 + duration, .playbackFinished(id, error: nil)) }
        }
    }

    private func record(_ leg: StagedLeg) {
        guard leg.recording == nil else { return }
        let url = nextRecording()
        leg.recording = (url, clock.unixMilliseconds)
        report(after: 1, .recordStarted(leg.id, url: url))
    }

    private func listen(_ leg: StagedLeg, _ detection: SoundDetection, _ on: Bool) {
        switch detection {
        case .speech: leg.detectsSpeech = on
        case .progressTone: break
        case .answer(let timeout, _, _):
            leg.awaitsAnswer?.cancel()
            leg.awaitsAnswer = on ? report(after: Int64(timeout), .answerDetected(leg.id, .nobody)) : nil
        case .beep(_, let timeout):
            leg.awaitsBeep?.cancel()
            leg.awaitsBeep = on ? report(after: Int64(timeout), .beepMissed(leg.id, reason: "timeout")) : nil
        }
    }
}
