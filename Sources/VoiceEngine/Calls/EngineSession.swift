import CallControl
import NIOCore

/// The legs of one scenario session; the engine's side of ``CallControl``.
///
/// Lives on the engine's event loop. Events that come before a handler is set wait for it, in order.
public final class EngineSession: CallControl {
    /// The SIP domain in which `callUser` finds its users.
    public var domain = ""
    /// Where a recording of a leg goes.
    public var recordingTarget: (CallID) -> RecordingTarget? = { _ in nil }
    /// Receives every event of the session's legs.
    public var onEvent: ((CallEvent) -> Void)? {
        didSet { deliverWaiting() }
    }

    /// Receives every message of the signalling protocol for the session's legs, where the engine shows them.
    public var onSignalling: ((SignallingMessage) -> Void)? {
        didSet {
            guard let onSignalling else { return }
            for message in waitingSignalling { onSignalling(message) }
            waitingSignalling = []
        }
    }

    /// Messages before anybody listens, at most.
    private static let mostWaitingSignalling = 64
    private var waitingSignalling: [SignallingMessage] = []
    private let engine: VoiceEngine
    private var legs: [CallID: any CallLeg] = [:]
    private var waiting: [CallEvent] = []
    private var isExecuting = false
    private var hasEnded = false
    /// The session that has taken this one's legs.
    private var successor: EngineSession?
    private lazy var units = SessionUnits(
        loop: engine.media, sounds: engine.sounds, owners: engine.mediaOwners, clock: engine.streamClock,
        conferenceLimit: engine.configuration.conferenceEndpoints
    ) { [weak self] id, event in self?.emit(.unit(id, event)) }

    init(engine: VoiceEngine) { self.engine = engine }

    public func execute(_ command: CallCommand) {
        engine.eventLoop.assertInEventLoop()
        guard !hasEnded else { return }
        isExecuting = true
        perform(command)
        isExecuting = false
        if !waiting.isEmpty {
            // The promise of CallControl: no event before `execute` has returned.
            engine.eventLoop.assumeIsolated().execute { self.deliverWaiting() }
        }
    }

    public func endSession() {
        guard !hasEnded else { return }
        hasEnded = true
        onEvent = nil
        units.end()
        for leg in legs.values { leg.hangup(code: 480, headers: [:]) }
    }

    /// Takes the legs of a session that nobody drives yet: they join this one.
    public func take(legsOf other: EngineSession) {
        engine.eventLoop.assertInEventLoop()
        other.hasEnded = true
        other.successor = self
        for leg in other.legs.values { add(leg) }
        let events = other.waiting
        for message in other.waitingSignalling { note(message) }
        other.waitingSignalling = []
        other.legs = [:]
        other.waiting = []
        for event in events { emit(event) }
    }

    func add(_ leg: any CallLeg) {
        legs[leg.id] = leg
        leg.session = self
        leg.transfers.onReferral = { [weak leg, engine] referral, handle in
            if let leg { engine.transferDesk.decide(referral, of: leg, in: handle) }
        }
        let (id, source) = (leg.id, leg.media.node)
        leg.media.onUnclaimedDigit = { [weak self] in self?.passOn($0, from: source) }
        leg.media.onSourceChange = { [weak self] in self?.units.leg(UnitID(id), nowHears: $0, before: $1) }
    }

    /// A digit that came beside the sound goes to whoever hears the leg, as one in the sound would.
    private func passOn(_ digit: Character, from source: MediaNode) {
        for leg in legs.values where leg.media.source == source { leg.sendDigits(String(digit)) }
    }

    /// The leg whose sound this is.
    func leg(withMedia media: MediaNode) -> (any CallLeg)? { legs.values.first { $0.media.node == media } }

    func emit(_ event: CallEvent) {
        if let successor { return successor.emit(event) }
        guard !hasEnded else { return settle(event) }
        if isExecuting || onEvent == nil || !waiting.isEmpty {
            waiting.append(event)
        } else {
            onEvent?(event)
        }
        settle(event)
    }

    /// Takes a message that was exchanged for a leg.
    func note(_ message: SignallingMessage) {
        if let successor { return successor.note(message) }
        if let onSignalling { return onSignalling(message) }
        if waitingSignalling.count < Self.mostWaitingSignalling { waitingSignalling.append(message) }
    }

    /// A leg that is over takes no further part in media, but its recording may still report.
    private func settle(_ event: CallEvent) {
        switch event {
        case .failed(let id, _, _, _), .disconnected(let id, _):
            legs[id] = nil
            if !hasEnded { units.left(UnitID(id)) }
        default: break
        }
    }

    private func deliverWaiting() {
        while let onEvent, !waiting.isEmpty, !isExecuting { onEvent(waiting.removeFirst()) }
    }

    private func perform(_ command: CallCommand) {
        switch command {
        case .ring(let id, let headers): inbound(id)?.ring(headers: headers)
        case .startEarlyMedia(let id, let headers): inbound(id)?.startEarlyMedia(headers: headers)
        case .answer(let id, let headers, let name): inbound(id)?.answer(headers: headers, displayName: name)
        case .hangup(let id, let code, let headers): legs[id]?.hangup(code: code, headers: headers)
        case .callUser(let id, let call): engine.call(call, id: id, session: self)
        case .callSIP(let id, let call): engine.call(call, id: id, session: self)
        case .callConference(let id, let call): engine.call(call, id: id, session: self)
        case .handleTones(let id, let enabled, let kinds): legs[id]?.handleTones(enabled, kinds: kinds)
        case .sendMessage(let id, let text): send(text, to: id)
        case .sendInfo(let id, let mimeType, let body, let headers): send(info: body, mimeType, headers, to: id)
        case .transfer(let id, let request): transfer(id, request)
        case .handleTransfers(let id, let isOn): legs[id]?.transfers.isHandled = isOn
        case .finishTransfer(let id, let outcome): legs[id]?.transfers.finish(outcome)
        default: performMedia(command)
        }
    }

    private func transfer(_ id: CallID, _ request: TransferRequest) {
        guard let leg = legs[id] else { return }
        engine.transferDesk.transfer(leg, request, replacing: request.replacing.flatMap { legs[$0] })
    }

    /// What is sent to a joined leg reaches the other's session as its far end's.
    private func send(_ text: String, to id: CallID) {
        guard let leg = legs[id] else { return }
        if let other = leg.joined {
            other.session?.emit(.messageReceived(other.id, text: text, headers: [:]))
        } else {
            leg.dialog?.send(message: text)
        }
    }

    private func send(info body: String, _ mimeType: String, _ headers: CallHeaders, to id: CallID) {
        guard let leg = legs[id] else { return }
        if let other = leg.joined {
            other.session?.emit(.infoReceived(other.id, mimeType: mimeType, body: body, headers: headers))
        } else {
            leg.dialog?.send(info: body, mimeType: mimeType, headers: headers)
        }
    }

    private func performMedia(_ command: CallCommand) {
        switch command {
        case .play(let id, let url, let loop): legs[id]?.media.play(engine.sounds.clip(url: url), loop: loop)
        case .say(let id, let request): legs[id]?.media.play(engine.sounds.speech(request), loop: false)
        case .playTone(let id, let script, let loop): legs[id]?.media.play(tone: script, loop: loop)
        case .stopPlayback(let id): legs[id]?.media.stopPlayback()
        case .sendDigits(let id, let digits): legs[id]?.sendDigits(digits)
        case .sendMedia(let from, let to): link(from, to)
        case .stopMedia(let from, let to): unlink(from, to)
        case .detect(let id, let detection, let enabled): legs[id]?.media.detect(detection, enabled)
        case .unit(let id, let command): units.perform(command, on: id) { recordingTarget(id.call) }
        case .record(let id, let request): record(id, request)
        default: break
        }
    }

    private func record(_ id: CallID, _ request: RecordingRequest) {
        guard let leg = legs[id] else { return }
        guard let target = recordingTarget(id) else {
            return emit(.recordError(id, error: "The session has no place for recordings."))
        }
        leg.media.record(target, request)
    }

    private func node(_ id: UnitID) -> MediaNode? { legs[id.call]?.media.node ?? units.node(id) }

    /// A link that cannot be (an end that is gone, a recorder as source, a player as sink) is not made.
    private func link(_ from: UnitID, _ to: UnitID) {
        guard let source = node(from) else { return }
        guard let leg = legs[to.call] else { return units.link((from, source), to: to) }
        if units.canBeHeard(from), units.admits(from, to: to) { leg.media.hear(source) }
    }

    private func unlink(_ from: UnitID, _ to: UnitID) {
        guard let source = node(from) else { return }
        if let leg = legs[to.call] { leg.media.stopHearing(source) } else { units.unlink((from, source), to: to) }
    }

    private func inbound(_ id: CallID) -> InboundLeg? { legs[id] as? InboundLeg }
}
