import CallControl
import NIOCore
import ScenarioRuntime
import VoiceEngine

/// The engine's side of a session; used on the event loop.
protocol SessionLegs: CallControl {
    var domain: String { get set }
    var recordingTarget: (CallID) -> RecordingTarget? { get set }
    var onEvent: ((CallEvent) -> Void)? { get set }
}

extension EngineSession: SessionLegs {}

/// The script's side of a session; used on the event loop.
protocol SessionScript: AnyObject {
    func deliver(_ event: CallEvent)
    func deliverHTTPRequest(_ request: ControlRequest) -> EventLoopFuture<ControlReply>
    func terminate(_ reason: SessionFinishReason)
}

extension ScenarioSession: SessionScript {}

/// What starts scripts; used on the event loop.
protocol ScriptStarting: AnyObject {
    /// `onEnd` comes exactly once, never before this method has returned.
    func startScript(
        _ start: SessionStart, control: any CallControl, services: any SessionServices,
        onEnd: @escaping (SessionEnd) -> Void
    ) -> any SessionScript
}

extension ScenarioRuntime: ScriptStarting {
    func startScript(
        _ start: SessionStart, control: any CallControl, services: any SessionServices,
        onEnd: @escaping (SessionEnd) -> Void
    ) -> any SessionScript {
        startSession(start, control: control, services: services, onEnd: onEnd)
    }
}
