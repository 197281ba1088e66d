/// Keeps one registration alive (RFC 3261 10.2): registers, refreshes before expiry, backs off after failures.
///
/// One request at a time; after each input the shell takes `nextAction()` until it is nil.
public struct RegistrationClient: Sendable {
    /// Where the registration stands.
    public enum State: Hashable, Sendable {
        /// Nothing asked for yet, or unregistered. Exit: registering.
        case idle
        /// A REGISTER is under way. Exits: registered, waiting, registering (423), removing.
        case registering
        /// The binding stands. Exits: registering (refresh), removing.
        case registered
        /// The last attempt failed. Exits: registering, idle.
        case waiting
        /// The removal is under way. Exit: idle.
        case removing
    }

    /// What is registered where.
    public let settings: RegistrationSettings
    /// Where the registration stands now.
    public private(set) var state = State.idle
    private var tokens: SIPTokenSource
    private let callID: String
    private var sequence: UInt32 = 0
    private var expiry: UInt32
    private var failures = 0
    private var isStopping = false
    /// When to refresh or to try again.
    public private(set) var nextDeadline: SIPInstant?
    private var actions = ActionQueue<RegistrationAction>()

    /// A registration that does nothing before `start`; `seed` makes its Call-ID and spreads its retries.
    public init(settings: RegistrationSettings, seed: [UInt8]) {
        self.settings = settings
        tokens = SIPTokenSource(seed: seed)
        callID = tokens.token()
        expiry = max(1, settings.expiry.wholeSeconds)
    }

    /// The oldest action not yet taken.
    public mutating func nextAction() -> RegistrationAction? { actions.next() }

    /// Begins to register; without effect while a registration stands or is under way.
    public mutating func start() {
        isStopping = false
        if state == .idle || state == .waiting { send(expiry: expiry, as: .registering) }
    }

    /// Registers again without waiting, where a registration stands or waits for its next try.
    public mutating func renew() {
        if state == .registered || state == .waiting { send(expiry: expiry, as: .registering) }
    }

    /// Removes the binding; while a request is under way, after its answer.
    public mutating func stop() {
        isStopping = true
        switch state {
        case .registered: send(expiry: 0, as: .removing)
        case .waiting: becomeIdle()
        case .idle, .registering, .removing: break
        }
    }

    /// Refreshes or tries again when it is time.
    public mutating func timersFired(at now: SIPInstant) {
        guard let deadline = nextDeadline, deadline <= now else { return }
        send(expiry: expiry, as: .registering)
    }

    /// Takes the result of the request: its final response, or nil for none.
    public mutating func receive(_ response: SIPResponse?, at now: SIPInstant) {
        // An answered challenge has raised CSeq behind our back.
        if let number = (try? response?.headers.cseq)?.number { sequence = max(sequence, number) }
        switch state {
        case .registering: receiveRegistered(response, at: now)
        case .removing: finishRemoval()
        case .idle, .registered, .waiting: break
        }
    }

    private mutating func receiveRegistered(_ response: SIPResponse?, at now: SIPInstant) {
        if let response, response.isSuccess { return succeed(response, at: now) }
        if isStopping { return becomeIdle() }
        if response?.status == 423, let least = (try? response?.headers.minExpires) ?? nil, least > expiry {
            expiry = least
            return send(expiry: expiry, as: .registering)
        }
        fail(response, at: now)
    }

    private mutating func succeed(_ response: SIPResponse, at now: SIPInstant) {
        failures = 0
        state = .registered
        if isStopping { return send(expiry: 0, as: .removing) }
        let granted = grantedExpiry(response.headers)
        // A tenth of the life, at least 5 s, is left for the refresh and its retransmissions.
        let refresh = granted > 10 ? granted - max(5, granted / 10) : max(1, granted / 2)
        nextDeadline = now + .seconds(Int64(refresh))
        actions.append(.registered(until: now + .seconds(Int64(granted))))
    }

    private func grantedExpiry(_ headers: SIPHeaders) -> UInt32 {
        let contacts = (try? headers.contacts)?.addresses ?? []
        let ours = contacts.first { $0.uri.isEquivalent(to: settings.contact.uri) }
        return max(1, ours?.expires ?? (try? headers.expires) ?? expiry)
    }

    private mutating func fail(_ response: SIPResponse?, at now: SIPInstant) {
        state = .waiting
        let asked = response.flatMap { try? $0.headers.retryAfter }.map { Duration.seconds(Int64(min($0, 86_400))) }
        let isLasting = [401, 403, 404, 407].contains(response?.status ?? 0)
        let doubled = settings.firstRetry * (1 << min(failures, 16))
        let wait = isLasting ? settings.longestRetry : min(doubled, settings.longestRetry)
        failures += 1
        // Up to a tenth more, so that the clients of a registrar that comes back do not come all at once.
        let spread = wait / 1000 * Int(tokens.number(below: 100))
        let retryAt = now + max(wait + spread, asked ?? .zero)
        nextDeadline = retryAt
        actions.append(.failed(status: response?.status, retryAt: retryAt))
    }

    private mutating func finishRemoval() {
        becomeIdle()
        // `start` was called while the removal was under way.
        if !isStopping { send(expiry: expiry, as: .registering) }
    }

    private mutating func becomeIdle() {
        state = .idle
        nextDeadline = nil
        actions.append(.unregistered)
    }

    private mutating func send(expiry: UInt32, as state: State) {
        self.state = state
        nextDeadline = nil
        sequence = sequence >= CSeq.maximum ? 1 : sequence + 1
        var request = SIPRequest(method: .register, uri: settings.registrar)
        request.headers.set(.from, settings.address.description)
        request.headers.set(.to, settings.address.description)
        request.headers.set(.callID, callID)
        request.headers.set(.cSeq, "\(sequence) REGISTER")
        request.headers.set(.contact, settings.contact.description)
        request.headers.set(.expires, "\(expiry)")
        actions.append(.send(request))
    }
}
