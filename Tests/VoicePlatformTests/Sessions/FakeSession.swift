import CallControl
import NIOCore
import ScenarioRuntime
import VoiceEngine

@testable import VoicePlatform

/// Legs that note what they are told; used on the event loop.
final class FakeLegs: SessionLegs, @unchecked Sendable {  // Used on the event loop only.
    var domain = ""
    var recordingTarget: (CallID) -> RecordingTarget? = { _ in nil }
    var onEvent: ((CallEvent) -> Void)?
    var onSignalling: ((SignallingMessage) -> Void)?
    private(set) var commands: [CallCommand] = []
    private(set) var hasEnded = false

    private var waiters: [(isMet: (CallCommand) -> Bool, promise: EventLoopPromise<Void>)] = []

    func execute(_ command: CallCommand) {
        commands.append(command)
        waiters.removeAll { waiter in
            guard waiter.isMet(command) else { return false }
            waiter.promise.succeed()
            return true
        }
    }

    /// Completes when a command of some kind has come.
    func command(on eventLoop: any EventLoop, _ isMet: @escaping (CallCommand) -> Bool) -> EventLoopFuture<Void> {
        guard !commands.contains(where: isMet) else { return eventLoop.makeSucceededVoidFuture() }
        let promise = eventLoop.makePromise(of: Void.self)
        waiters.append((isMet, promise))
        return promise.futureResult
    }

    func endSession() {
        hasEnded = true
        onEvent = nil
    }

    /// Sessions whose legs were taken.
    private(set) var taken: [ObjectIdentifier] = []

    func take(legsOf other: any SessionLegs) { taken.append(ObjectIdentifier(other)) }
}

/// A script that notes what it gets and does what the test says; used on the event loop.
final class FakeScript: SessionScript {
    let start: SessionStart
    let control: any CallControl
    let services: any SessionServices
    private let eventLoop: any EventLoop
    private let onEnd: (SessionEnd) -> Void
    private(set) var events: [CallEvent] = []

    init(
        start: SessionStart, control: any CallControl, services: any SessionServices, eventLoop: any EventLoop,
        onEnd: @escaping (SessionEnd) -> Void
    ) {
        self.start = start
        self.control = control
        self.services = services
        self.eventLoop = eventLoop
        self.onEnd = onEnd
        ended = eventLoop.makePromise()
    }

    deinit { ended.fail(CancellationError()) }

    private(set) var messages: [SignallingMessage] = []

    func note(_ message: SignallingMessage) { messages.append(message) }

    private var waiters: [(isMet: (CallEvent) -> Bool, promise: EventLoopPromise<Void>)] = []
    /// Completes when the script is told to end.
    let ended: EventLoopPromise<SessionFinishReason>

    func deliver(_ event: CallEvent) {
        events.append(event)
        waiters.removeAll { waiter in
            guard waiter.isMet(event) else { return false }
            waiter.promise.succeed()
            return true
        }
    }

    /// Calls that have joined the session, and whether another may.
    private(set) var joined: [IncomingCall] = []
    var takesGuests = true

    func join(_ incoming: IncomingCall) -> Bool {
        guard takesGuests else { return false }
        joined.append(incoming)
        return true
    }

    /// Completes when an event of some kind has come.
    func event(_ isMet: @escaping (CallEvent) -> Bool) -> EventLoopFuture<Void> {
        guard !events.contains(where: isMet) else { return eventLoop.makeSucceededVoidFuture() }
        let promise = eventLoop.makePromise(of: Void.self)
        waiters.append((isMet, promise))
        return promise.futureResult
    }

    func deliverHTTPRequest(_ request: ControlRequest) -> EventLoopFuture<ControlReply> {
        eventLoop.makeSucceededFuture(.answered(body: "heard \(request.content)", contentType: "text/plain"))
    }

    func terminate(_ reason: SessionFinishReason) {
        control.endSession()
        ended.succeed(reason)
        onEnd(SessionEnd(reason: reason, isOrderly: true))
    }

    func crash() { onEnd(SessionEnd(reason: .scriptError, detail: "broken", isOrderly: false)) }
}

/// Starts fake scripts and keeps them for the test; used on the event loop.
final class FakeScripts: ScriptStarting {
    private let eventLoop: any EventLoop
    private(set) var scripts: [FakeScript] = []

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func startScript(
        _ start: SessionStart, control: any CallControl, services: any SessionServices,
        onEnd: @escaping (SessionEnd) -> Void
    ) -> any SessionScript {
        let script = FakeScript(
            start: start, control: control, services: services, eventLoop: eventLoop, onEnd: onEnd)
        scripts.append(script)
        return script
    }
}

/// A clock of calls that stands still until a test moves it; used on the event loop.
final class ManualCallClock: CallClock {
    private(set) var now = Duration.zero
    private var actions: [(number: Int, due: Duration, run: () -> Void)] = []
    private var count = 0

    func schedule(at time: Duration, _ action: @escaping () -> Void) -> () -> Void {
        count += 1
        let number = count
        actions.append((number, time, action))
        return { [weak self] in self?.actions.removeAll { $0.number == number } }
    }

    /// Moves on, and runs what is due in the order of its time.
    func advance(by time: Duration) {
        now += time
        while let next = actions.min(by: { ($0.due, $0.number) < ($1.due, $1.number) }), next.due <= now {
            actions.removeAll { $0.number == next.number }
            next.run()
        }
    }
}
