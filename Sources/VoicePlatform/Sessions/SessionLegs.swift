import CallControl
import NIOCore
import ScenarioRuntime
import VoiceEngine

/// The engine's side of a session; used on the event loop.
protocol SessionLegs: CallControl {
    var domain: String { get set }
    var recordingTarget: (CallID) -> RecordingTarget? { get set }
    var onEvent: ((CallEvent) -> Void)? { get set }
    /// Receives the SIP messages of the legs, where the engine shows them.
    var onSignalling: ((SignallingMessage) -> Void)? { get set }
    /// Takes the legs of a session that nobody drives yet.
    func take(legsOf other: any SessionLegs)
}

extension EngineSession: SessionLegs {
    func take(legsOf other: any SessionLegs) {
        if let other = other as? EngineSession { take(legsOf: other) }
    }
}

/// The script's side of a session; used on the event loop.
protocol SessionScript: AnyObject {
    func deliver(_ event: CallEvent)
    /// Notes a SIP message in the log.
    func note(_ message: SignallingMessage)
    /// Adds a leg; false when the script takes none any more.
    func join(_ incoming: IncomingCall) -> Bool
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
