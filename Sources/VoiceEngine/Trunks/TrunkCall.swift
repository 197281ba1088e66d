import CallControl
import Dispatch
import NIOCore
import SIP

/// Takes one outgoing leg through its trunks: tries the servers one after another until one takes the call.
///
/// Held by its leg; everything happens on the shell's event loop.
final class TrunkCall: BranchOwner {
    private weak var leg: OutboundLeg?
    private let engine: VoiceEngine
    private let desk: TrunkDesk
    private let call: OutgoingSIPCall
    private var attempts: [TrunkAttempt]
    private var plan: FailoverPlan
    /// The invitation of the attempt under way, once it has left.
    private var branch: SessionHandle?
    private var timer: Scheduled<Void>?

    init(_ call: OutgoingSIPCall, _ attempts: [TrunkAttempt], of leg: OutboundLeg, desk: TrunkDesk, engine: VoiceEngine)
    {
        self.call = call
        self.attempts = attempts
        self.leg = leg
        self.desk = desk
        self.engine = engine
        plan = FailoverPlan(limits: attempts.map(\.trunk.attemptLimit))
    }

    deinit { timer?.cancel() }

    func start() {
        plan.start(at: Self.now)
        perform()
    }

    func branchReached(_ handle: SessionHandle) {
        guard handle == branch, let way = plan.current else { return }
        note(.answered, way)
        plan.reached(way)
        arm()
    }

    func branchFailed(_ handle: SessionHandle, _ failure: InviteFailure) -> Bool {
        guard handle == branch, let way = plan.current else { return false }
        branch = nil
        note(failure.report, way)
        let goesOn = plan.failed(way, .init(status: failure.status, isLocal: failure.side == .local), at: Self.now)
        perform()
        return goesOn
    }

    private func perform() {
        while let action = plan.nextAction() {
            switch action {
            case .attempt(let way): attempt(way)
            case .abandon(let way): abandon(way)
            case .exhausted: leg?.failAtOnce(code: 408, reason: SIPStatus.reason(408))
            }
        }
        arm()
    }

    private func arm() {
        timer?.cancel()
        timer = plan.nextDeadline.map { deadline in
            engine.eventLoop.assumeIsolated().scheduleTask(
                deadline: .uptimeNanoseconds(deadline.nanoseconds)
            ) { [weak self] in self?.limitReached() }
        }
    }

    private func limitReached() {
        guard let leg, leg.isRinging else { return }
        let isTrying = branch.map { handle in
            engine.shell.command { agent, _ in agent.hasProvisionalResponse(handle) }
        }
        plan.timersFired(at: Self.now, isTrying: isTrying ?? false)
        perform()
    }

    private func abandon(_ way: Int) {
        note(.silent, way)
        if let branch { leg?.abandon(branch) }
        branch = nil
    }

    private func attempt(_ way: Int) {
        let place: TrunkPlace
        let hop: SIPNextHop
        switch attempts[way].destination {
        case .contact(let binding): return call(on: binding.flow, way)
        case .server(let server, let next): (place, hop) = (server, next)
        }
        if let target = place.target { return call(on: engine.shell.flow(to: target, of: hop), way) }
        desk.places(of: place.server).assumeIsolated().whenComplete { [weak self] result in
            guard let self, let leg, leg.isRinging, plan.current == way else { return }
            guard case .success(let places) = result, let target = found(places, way, place, hop) else {
                return notSent(way, status: 503)
            }
            arm()
            call(on: engine.shell.flow(to: target, of: hop), way)
        }
    }

    /// The server of an attempt is at these places: the attempt goes to the first, the others become attempts.
    private func found(_ places: TrunkPlaces, _ way: Int, _ place: TrunkPlace, _ hop: SIPNextHop) -> SIPTarget? {
        // Those that are thought dead come last, unless all are.
        let (next, last) = places.usable.isEmpty ? (places.others, []) : (places.usable, places.others)
        guard let first = next.first else { return nil }
        func attempt(at target: SIPTarget) -> TrunkAttempt {
            var attempt = attempts[way]
            attempt.destination = .server(TrunkPlace(server: place.server, target: target), hop)
            return attempt
        }
        let (followers, stragglers) = (next.map(attempt(at:)), last.map(attempt(at:)))
        attempts.replaceSubrange(way...way, with: followers)
        attempts += stragglers
        plan.found(way, next: next.count - 1, last: last.count, at: Self.now)
        return first
    }

    private func call(on flow: SIPFlow, _ way: Int) {
        guard let leg else { return }
        let attempt = attempts[way]
        engine.useSound(of: attempt.trunk, in: leg.media)
        guard let handle = engine.add(invite(attempt, on: flow), on: flow, to: leg) else {
            // The trunk wants keys that this way may not carry, or the machine is full.
            return notSent(way, status: 488)
        }
        branch = handle
    }

    /// A call has shown how the server of an attempt is.
    private func note(_ report: ServerHealth.Report, _ way: Int) {
        if let place = attempts[way].place { desk.noted(report, of: place) }
    }

    /// An attempt that has come to nothing before anything was sent.
    private func notSent(_ way: Int, status: Int) {
        if status == 503 { note(.silent, way) }
        let goesOn = plan.failed(way, .init(status: status, isLocal: true), at: Self.now)
        perform()
        if !goesOn { leg?.failAtOnce(code: status, reason: SIPStatus.reason(status)) }
    }

    private func invite(_ attempt: TrunkAttempt, on flow: SIPFlow) -> OutgoingInvite {
        let uri = attempt.uri
        let own = HostText.bracketed(flow.localAddress)
        let identity = attempt.identity(of: call, own: own)
        var invite = OutgoingInvite(
            uri: uri, from: identity.from, to: attempt.callee(own: own),
            contact: engine.shell.contact(
                user: identity.from.uri.user ?? attempt.callerID, on: flow, isSecure: uri.scheme == "sips"),
            description: [], headers: SIPHeaders(call.headers))
        for field in identity.headers { invite.headers.set(field.name, field.value) }
        invite.noteForwarding(of: call, to: uri, host: own)
        invite.credentials = call.credentials ?? attempt.trunk.credentials
        return invite
    }

    private static var now: SIPInstant { SIPInstant(nanoseconds: DispatchTime.now().uptimeNanoseconds) }
}

extension InviteFailure {
    /// What the failure of a call shows of the server.
    fileprivate var report: ServerHealth.Report {
        if side == .local { return .silent }
        // RFC 3261 21.5.4: without a time it is about this call, not about the server.
        guard status == 503, let pause = headers.retryPause else { return .answered }
        return .busy(retryAfter: pause)
    }
}

extension OutgoingSIPCall {
    /// What the scenario itself answers challenges with.
    var credentials: SIPCredentials? {
        password.map { SIPCredentials(username: authUser ?? callerID, password: $0) }
    }
}

extension OutgoingInvite {
    /// Tells the callee who sends the call on, when somebody does.
    mutating func noteForwarding(of call: OutgoingSIPCall, to uri: SIPURI, host: String) {
        guard let number = call.forwardedFrom else { return }
        headers.noteForwarding(from: SIPURI(user: number, host: host), to: uri, status: 302, reason: .unconditional)
    }
}
