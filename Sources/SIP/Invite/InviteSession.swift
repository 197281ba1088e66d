/// One call, from its INVITE to the last answer to its BYE, in the caller's or the callee's role.
///
/// The machine makes complete requests and responses; the user agent runs their transactions. It owns everything RFC
/// 3261 13 to 15 asks of the core: forks, CANCEL, ACK and 2xx retransmission, re-INVITE and glare, and RFC 4028.
struct InviteSession: Sendable {
    enum Phase: Hashable, Sendable {
        /// No final response yet. Exits: established, ended.
        case opening
        /// A 2xx went out or came in. Exit: ended.
        case established
        /// Over for the owner; BYE, ACK and late answers run their course.
        case ended
    }

    let settings: InviteSettings
    let callID: String
    let localTag: String
    var phase = Phase.opening
    var tokens: SIPTokenSource
    var authorizer: RequestAuthorizer
    var caller: CallerRole?
    var callee: CalleeRole?
    /// The callee's from the start, the caller's from the first 2xx.
    var dialog: Dialog?
    var pending: [PendingID: PendingRequest] = [:]
    var lastPending: UInt32 = 0
    var answer: AnswerRetransmission?
    var renegotiation = Renegotiation()
    var sessionTimer: SessionTimer?
    /// The description this side sent last, repeated by a refresh.
    var localDescription: [UInt8] = []
    /// The description the peer sent last.
    var remoteDescription: [UInt8] = []
    var peerAllowsUpdate = false
    /// The transfers that this side has asked for.
    var asked: [OutgoingReferral] = []
    /// The last transfer that the peer has asked for.
    var referral: IncomingReferral?
    var referralCount = 0
    /// The BYE that waits for the ACK of our 2xx (RFC 3261 15).
    var delayedBye: SIPHeaders?
    /// The last event of a call that this side has ended; it comes when the peer has confirmed the BYE.
    private var heldEnd: InviteEvent?
    /// When an INVITE without final response is forgotten, after the session's end.
    var abandonAt: SIPInstant?
    private var actions = ActionQueue<InviteSessionAction>()

    init(
        settings: InviteSettings, callID: String, localTag: String, tokens: SIPTokenSource, credentials: SIPCredentials?
    ) {
        self.settings = settings
        self.callID = callID
        self.localTag = localTag
        self.tokens = tokens
        self.authorizer = RequestAuthorizer(credentials: credentials)
    }

    /// The oldest action not yet taken.
    mutating func nextAction() -> InviteSessionAction? { actions.next() }

    /// Whether nothing more can come of the session.
    var isFinished: Bool { phase == .ended && pending.isEmpty && delayedBye == nil && heldEnd == nil }

    mutating func act(_ action: InviteSessionAction) { actions.append(action) }

    mutating func report(_ event: InviteEvent) { actions.append(.event(event)) }

    /// Sends a request in a transaction and remembers what for.
    @discardableResult
    mutating func send(_ request: SIPRequest, on flow: SIPFlow, for purpose: PendingRequest.Purpose) -> PendingID {
        lastPending &+= 1
        let id = PendingID(rawValue: lastPending)
        pending[id] = PendingRequest(request: request, flow: flow, purpose: purpose)
        act(.send(request, flow, id))
        return id
    }

    /// Ends the session for its owner with the one last event, which is held back until `releaseEnd` if `isHeld`.
    mutating func finish(_ event: InviteEvent, isHeld: Bool = false, at now: SIPInstant) {
        guard phase != .ended else { return }
        refuseRemoteOffer(487)
        endReferrals()
        phase = .ended
        sessionTimer = nil
        renegotiation = Renegotiation()
        caller?.cancel?.giveUpAt = nil
        caller?.early = [:]
        abandonAt = now + settings.timers.transactionTimeout
        if isHeld { heldEnd = event } else { report(event) }
    }

    /// Reports the end that was held back, once.
    mutating func releaseEnd() {
        guard let event = heldEnd else { return }
        heldEnd = nil
        report(event)
    }

    /// The client transaction of a request is over.
    mutating func transactionOver(_ id: PendingID) {
        if pending[id]?.purpose == .bye, !pending.contains(where: { $0.key != id && $0.value.purpose == .bye }) {
            releaseEnd()
        }
        pending[id] = nil
    }

    /// Header fields that every request and response of calls carries.
    func decorate(_ headers: inout SIPHeaders, isRequest: Bool) {
        headers.set(.allow, settings.allowText)
        if !settings.supported.isEmpty { headers.set(.supported, settings.supportedText) }
        if let product = settings.product { headers.set(isRequest ? .userAgent : .server, product) }
    }

    /// A request inside the dialog; nil before there is one.
    mutating func makeRequest(_ method: SIPMethod, sequence: UInt32? = nil) -> (request: SIPRequest, flow: SIPFlow)? {
        guard var dialog else { return nil }
        let request = dialog.makeRequest(method, branch: tokens.branch(), sequence: sequence)
        self.dialog = dialog
        return (request, dialog.nextHop)
    }
}

extension SIPRequest {
    /// Puts a session description in the body; an empty one leaves the request without.
    mutating func setDescription(_ description: [UInt8]) {
        body = description
        if !description.isEmpty { headers.set(.contentType, "application/sdp") }
    }
}

extension SIPResponse {
    /// Puts a session description in the body; an empty one leaves the response without.
    mutating func setDescription(_ description: [UInt8]) {
        body = description
        if !description.isEmpty { headers.set(.contentType, "application/sdp") }
    }
}
