/// One dialog (RFC 3261 12): who talks to whom, by which way, and in which order.
public struct Dialog: Hashable, Sendable {
    /// Whether a request may be taken.
    public enum Order: Hashable, Sendable {
        case inOrder
        /// Its CSeq is below one already seen: answer 500 (RFC 3261 12.2.2).
        case late
    }

    /// What names the dialog at this end.
    public let id: DialogID
    /// The address of this side with its tag, as From of requests.
    public private(set) var local: NameAddress
    /// The peer's address with its tag, as To of requests.
    public private(set) var remote: NameAddress
    /// The peer's Contact.
    public private(set) var remoteTarget: SIPURI
    /// The proxies that requests pass, in the order of this side's requests.
    public let routeSet: [NameAddress]
    /// The number of the last request sent.
    public private(set) var localSequence: UInt32
    /// The number of the last request received; nil before the first.
    public private(set) var remoteSequence: UInt32?
    /// The way the peer was last heard on.
    public private(set) var flow: SIPFlow
    /// The Contact of this side.
    public let contact: NameAddress
    /// Whether the peer's Via named the address it really sends from, so that its Contact can be trusted too.
    private let peerKnowsItsAddress: Bool

    /// The callee's dialog, made when the request arrives (RFC 3261 12.1.1); nil when the request lacks a field.
    public init?(incoming request: SIPRequest, localTag: String, contact: NameAddress, flow: SIPFlow) {
        guard let from = try? request.headers.from, let to = try? request.headers.to,
            let callID = try? request.headers.callID, let cseq = try? request.headers.cseq
        else { return nil }
        id = DialogID(callID: callID, localTag: localTag, remoteTag: from.tag ?? "")
        local = to
        local.tag = localTag
        remote = from
        remoteTarget = (try? request.headers.contacts)?.first?.uri ?? from.uri
        routeSet = (try? request.headers.recordRoutes) ?? []
        localSequence = 0
        remoteSequence = cseq.number
        self.flow = flow
        self.contact = contact
        let sentBy = (try? request.headers.topVia)?.host ?? ""
        peerKnowsItsAddress = HostName.withoutBrackets(sentBy) == flow.remoteAddress
    }

    /// The caller's dialog, made by a response (RFC 3261 12.1.2); nil when either lacks a field.
    public init?(outgoing request: SIPRequest, response: SIPResponse, contact: NameAddress, flow: SIPFlow) {
        guard let from = try? request.headers.from, let to = try? response.headers.to,
            let callID = try? request.headers.callID, let cseq = try? request.headers.cseq
        else { return nil }
        id = DialogID(callID: callID, localTag: from.tag ?? "", remoteTag: to.tag ?? "")
        local = from
        remote = to
        remoteTarget = (try? response.headers.contacts)?.first?.uri ?? request.uri
        routeSet = ((try? response.headers.recordRoutes) ?? []).reversed()
        localSequence = cseq.number
        remoteSequence = nil
        self.flow = flow
        self.contact = contact
        peerKnowsItsAddress = false
    }

    /// Takes the order and the way of a request inside the dialog.
    ///
    /// An ACK repeats the number of its INVITE and is always in order.
    public mutating func receive(_ request: SIPRequest, flow: SIPFlow) -> Order {
        guard let cseq = try? request.headers.cseq else { return .late }
        if request.method != .ack {
            if let last = remoteSequence, cseq.number < last { return .late }
            remoteSequence = cseq.number
        }
        self.flow = flow
        return .inOrder
    }

    /// Goes on with the order of the early dialog that this one confirms; its route set is this one's own.
    mutating func confirm(_ early: Dialog) {
        remoteSequence = early.remoteSequence
        localSequence = max(localSequence, early.localSequence)
    }

    /// Takes the peer's new Contact from a target refresh request or its 2xx (RFC 3261 12.2).
    public mutating func refreshTarget(_ headers: SIPHeaders) {
        if let contact = (try? headers.contacts)?.first { remoteTarget = contact.uri }
    }

    /// A request inside the dialog (RFC 3261 12.2.1.1), with the next number unless an ACK repeats an earlier one.
    public mutating func makeRequest(_ method: SIPMethod, branch: String, sequence: UInt32? = nil) -> SIPRequest {
        let number = sequence ?? takeSequence()
        let route = firstHop
        var request = SIPRequest(method: method, uri: route.uri)
        request.setVia(nextHop, branch: branch)
        request.headers.set(.route, route.routes.map(\.description))
        request.headers.set(.maxForwards, "70")
        request.headers.set(.from, local.description)
        request.headers.set(.to, remote.description)
        request.headers.set(.callID, id.callID)
        request.headers.set(.cSeq, "\(number) \(method)")
        if method != .bye { request.headers.set(.contact, contact.description) }
        return request
    }

    /// Takes the next number for a request of this side.
    mutating func takeSequence() -> UInt32 {
        localSequence = localSequence >= CSeq.maximum ? 1 : localSequence + 1
        return localSequence
    }

    /// The Request-URI and Route fields, with the detour for a strict router of RFC 2543 at the first place.
    private var firstHop: (uri: SIPURI, routes: [NameAddress]) {
        guard let first = routeSet.first, !first.uri.parameters.contains("lr") else { return (remoteTarget, routeSet) }
        return (first.uri, routeSet.dropFirst() + [NameAddress(uri: remoteTarget)])
    }

    /// The flow that requests leave by.
    ///
    /// Over a connection it is the connection. Over UDP it is the peer's Contact or first route when that is an
    /// address the peer can know to be reachable; behind address translation it is where the peer was heard from.
    public var nextHop: SIPFlow {
        guard !flow.transport.isReliable else { return flow }
        let uri = routeSet.first?.uri ?? remoteTarget
        let address = uri.bareHost
        guard ViaRouting.isAddress(address), peerKnowsItsAddress || address == flow.remoteAddress else { return flow }
        return flow.towards(address: address, port: uri.port ?? flow.transport.defaultPort)
    }
}
