import CallControl
import NIOCore
import ScenarioRuntime
import VoiceEngine

@testable import VoicePlatform

/// Legs that note what they are told; used on the event loop.
final class FakeLegs: SessionLegs {
    var domain = ""
    var recordingTarget: (CallID) -> RecordingTarget? = { _ in nil }
    var onEvent: ((CallEvent) -> Void)?
    private(set) var commands: [CallCommand] = []
    private(set) var hasEnded = false

    func execute(_ command: CallCommand) { commands.append(command) }

    func endSession() {
        hasEnded = true
        onEvent = nil
    }
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
    }

    func deliver(_ event: CallEvent) { events.append(event) }

    func deliverHTTPRequest(_ request: ControlRequest) -> EventLoopFuture<ControlReply> {
        eventLoop.makeSucceededFuture(.answered(body: "heard \(request.content)", contentType: "text/plain"))
    }

    func terminate(_ reason: SessionFinishReason) {
        control.endSession()
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
