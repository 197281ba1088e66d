import Digests
import Dispatch
import NIOCore
import SIP

/// Drives one ``UserAgent`` machine over real sockets: reads, calls the machine, performs its actions, arms one timer.
///
/// Everything happens on `eventLoop`. Calls are handed to the handler that their owner has set.
public final class SIPShell {
    /// What happens outside of calls that have a handler.
    public protocol Owner: AnyObject {
        func incomingCall(_ handle: SessionHandle, _ invite: IncomingInvite)
        func received(_ request: SIPRequest, _ handle: ServerRequestHandle, on flow: SIPFlow)
        func completed(_ handle: ClientRequestHandle, _ response: SIPResponse?)
        /// A connection is gone or a datagram could not be sent.
        func flowFailed(_ flow: SIPFlow)
        /// A connection ended before TLS was agreed.
        func handshakeFailed(with address: String, isOutgoing: Bool, reason: String)
    }

    public let eventLoop: any EventLoop
    public weak var owner: (any Owner)?
    /// Sees every message as it is received (true) or sent (false); for traces.
    public var trace: ((SIPMessage, SIPFlow, _ isReceived: Bool) -> Void)?
    /// Holds back every message that is sent, as a slow link would.
    public var lag = TimeAmount.zero
    /// Keeps every message that is to be sent until this is false again, as a link that is gone for a while would.
    public var holdsBack = false {
        didSet {
            guard !holdsBack else { return }
            for (bytes, flow) in heldBack { write(bytes, flow) }
            heldBack.removeAll()
        }
    }
    /// Datagrams and stream parts that were no SIP messages.
    public private(set) var garbageCount = 0
    /// Connections that ended before TLS was agreed.
    public private(set) var handshakeFailures = 0

    private var agent: UserAgent
    private var datagrams: DatagramSocket?
    private var streams: StreamSockets?
    private var secureStreams: StreamSockets?
    private var heldBack: [([UInt8], SIPFlow)] = []
    private var handlers: [SessionHandle: (InviteEvent) -> Void] = [:]
    private var timer: Scheduled<Void>?
    private var armedFor: SIPInstant?
    private var isDraining = false

    public init(eventLoop: any EventLoop, settings: UserAgentSettings) {
        self.eventLoop = eventLoop
        agent = UserAgent(settings: settings, seed: SecureRandom.bytes(32))
    }

    /// Opens UDP and, if asked, TCP on the same port; the future fails when the port is taken.
    ///
    /// With port 0 the system chooses one that is free for both.
    public func open(address: String, port: Int, withTCP: Bool) -> EventLoopFuture<Void> {
        open(address: address, port: port, withTCP: withTCP, triesLeft: port == 0 ? 20 : 1)
    }

    private func open(address: String, port: Int, withTCP: Bool, triesLeft: Int) -> EventLoopFuture<Void> {
        let streams = StreamSockets(transport: .tcp, tls: nil, eventLoop: eventLoop, owner: self)
        return DatagramSocket.bind(address: address, port: port, eventLoop: eventLoop, owner: self)
            .assumeIsolated()
            .flatMap { socket in
                self.datagrams = socket
                self.streams = streams
                guard withTCP else { return self.eventLoop.makeSucceededVoidFuture() }
                return streams.listen(address: socket.localAddress, port: Int(socket.localPort))
                    .assumeIsolated()
                    .flatMapError { error in
                        // What is free for UDP may be taken for TCP.
                        guard triesLeft > 1 else { return self.eventLoop.makeFailedFuture(error) }
                        return socket.close().assumeIsolated().flatMap {
                            self.open(address: address, port: port, withTCP: withTCP, triesLeft: triesLeft - 1)
                        }.nonisolated()
                    }
                    .nonisolated()
            }
            .nonisolated()
    }

    /// Opens TLS connections from now on, and takes them where there is a listener; the future fails when its port is taken.
    ///
    /// Comes after ``open(address:port:withTCP:)``.
    public func openTLS(
        _ contexts: SIPTLSContexts, address: String, listener: SIPTLSConfiguration.Listener?
    ) -> EventLoopFuture<Void> {
        let streams = StreamSockets(transport: .tls, tls: contexts, eventLoop: eventLoop, owner: self)
        secureStreams = streams
        guard let listener else { return eventLoop.makeSucceededVoidFuture() }
        return streams.listen(address: address, port: listener.port)
    }

    /// Closes the sockets once everything that is held back has left.
    public func close() -> EventLoopFuture<Void> {
        timer?.cancel()
        let closed = eventLoop.makePromise(of: Void.self)
        eventLoop.assumeIsolated().scheduleTask(in: lag) {
            let closing = [self.datagrams?.close(), self.streams?.close(), self.secureStreams?.close()].compactMap {
                $0
            }
            EventLoopFuture.andAllComplete(closing, on: self.eventLoop).cascade(to: closed)
        }
        return closed.futureResult
    }

    public var localAddress: String { datagrams?.localAddress ?? "" }
    public var localPort: UInt16 { datagrams?.localPort ?? 0 }
    /// The port on which TLS connections are taken; 0 for none.
    public var tlsPort: UInt16 { secureStreams?.localPort ?? 0 }
    /// Calls that are not over.
    public var liveCalls: Int { agent.liveSessions }

    /// The way to a peer by datagrams, or by a connection that is opened when it is needed.
    ///
    /// - Parameter name: what the certificate of a TLS peer must bear; without one it must bear the address.
    public func flow(
        to address: String, port: UInt16, transport: SIPTransportKind, name: String? = nil
    ) -> SIPFlow {
        let ownPort = transport == .tls && tlsPort != 0 ? tlsPort : localPort
        return SIPFlow(
            transport: transport, localAddress: localAddress, localPort: ownPort, remoteAddress: address,
            remotePort: port, peerName: transport == .tls ? name : nil)
    }

    /// The way of calls that stay inside: this side's own datagram socket.
    public var flowToItself: SIPFlow { flow(to: localAddress, port: localPort, transport: .udp) }

    /// The way to one of the places of a hop. A certificate must bear the hop's name, not the place's (RFC 5922 4).
    func flow(to target: SIPTarget, of hop: SIPNextHop) -> SIPFlow {
        flow(to: target.address, port: target.port, transport: hop.transport, name: hop.host)
    }

    /// Where a peer reaches this side: the Contact of requests on a flow.
    ///
    /// - Parameter isSecure: whether every hop must be encrypted (`sips`, RFC 3261 8.1.1.8).
    public func contact(user: String, on flow: SIPFlow, isSecure: Bool = false) -> NameAddress {
        var uri = SIPURI(
            scheme: isSecure ? "sips" : "sip", user: user, host: HostText.bracketed(flow.localAddress),
            port: flow.localPort)
        if flow.transport == .tcp { uri.parameters.set(.init(name: "transport", value: "tcp")) }
        if flow.transport == .tls { uri.parameters.set(.init(name: "transport", value: "tls")) }
        return NameAddress(uri: uri)
    }

    /// Events of a call go to `handler` from now on.
    public func setHandler(_ handle: SessionHandle, _ handler: @escaping (InviteEvent) -> Void) {
        handlers[handle] = handler
    }

    /// Runs one command on the machine and whatever follows from it.
    @discardableResult
    public func command<T, Failure: Error>(
        _ body: (inout UserAgent, SIPInstant) throws(Failure) -> T
    ) throws(Failure) -> T {
        eventLoop.assertInEventLoop()
        let result = try body(&agent, Self.now)
        drain()
        return result
    }

    /// The same for a command that may come too late: calls end from the other side at any time.
    public func attempt(_ body: (inout UserAgent, SIPInstant) throws(UserAgentError) -> Void) {
        do throws(UserAgentError) {
            try command(body)
        } catch {
            drain()
        }
    }

    private static var now: SIPInstant { SIPInstant(nanoseconds: DispatchTime.now().uptimeNanoseconds) }

    /// Performs actions until there are none. A handler that gives a command meanwhile only adds to the queue.
    private func drain() {
        guard !isDraining else { return }
        isDraining = true
        while let action = agent.nextAction() { perform(action) }
        isDraining = false
        arm()
    }

    private func perform(_ action: UserAgentAction) {
        switch action {
        case .send(let message, let flow): send(message, flow)
        case .event(let handle, .incoming(let invite)): owner?.incomingCall(handle, invite)
        case .event(let handle, let event):
            let handler = event.isLast ? handlers.removeValue(forKey: handle) : handlers[handle]
            handler?(event)
        case .request(let handle, let request, let flow): owner?.received(request, handle, on: flow)
        case .requestCompleted(let handle, let response): owner?.completed(handle, response)
        }
    }

    private func send(_ message: SIPMessage, _ flow: SIPFlow) {
        trace?(message, flow, false)
        let bytes = message.serialized()
        if holdsBack { return heldBack.append((bytes, flow)) }
        guard lag > .zero else { return write(bytes, flow) }
        eventLoop.assumeIsolated().scheduleTask(in: lag) { self.write(bytes, flow) }
    }

    private func write(_ bytes: [UInt8], _ flow: SIPFlow) {
        switch flow.transport {
        case .udp: datagrams?.send(bytes, to: flow, owner: self)
        case .tls: send(bytes, to: flow, by: secureStreams)
        case .tcp, .webSocket, .secureWebSocket: send(bytes, to: flow, by: streams)
        }
    }

    private func send(_ bytes: [UInt8], to flow: SIPFlow, by streams: StreamSockets?) {
        if let streams { return streams.send(bytes, to: flow) }
        // Not now: the machine is just handing out the message.
        eventLoop.assumeIsolated().execute { self.flowFailed(flow) }
    }

    private func arm() {
        let deadline = agent.nextDeadline
        guard deadline != armedFor else { return }
        timer?.cancel()
        armedFor = deadline
        guard let deadline else { return }
        timer = eventLoop.assumeIsolated().scheduleTask(
            deadline: .uptimeNanoseconds(deadline.nanoseconds)
        ) { [weak self] in
            guard let self else { return }
            armedFor = nil
            agent.timersFired(at: Self.now)
            drain()
        }
    }
}

extension SIPShell: SIPSocketOwner {
    func received(_ message: SIPMessage, on flow: SIPFlow) {
        trace?(message, flow, true)
        agent.receive(message, flow: flow, at: Self.now)
        drain()
    }

    func receivedGarbage(_ error: SIPParseError, on flow: SIPFlow) {
        guard error.code != .empty else { return }
        garbageCount += 1
        guard let request = error.recoverable, request.method != .ack else { return }
        var response = SIPResponse(status: error.status, reason: error.reason)
        for name in [SIPHeaderName.via, .from, .to, .callID, .cSeq] {
            for value in request.headers.all(name) { response.headers.append(name, value) }
        }
        // Without a Via nobody could tell whom the answer is for.
        if response.headers.contains(.via) { send(.response(response), flow) }
    }

    public func flowFailed(_ flow: SIPFlow) {
        agent.transportFailed(flow, at: Self.now)
        owner?.flowFailed(flow)
        drain()
    }

    public func handshakeFailed(with address: String, isOutgoing: Bool, reason: String) {
        handshakeFailures += 1
        owner?.handshakeFailed(with: address, isOutgoing: isOutgoing, reason: reason)
    }
}

extension InviteEvent {
    /// Whether nothing more comes of the call.
    fileprivate var isLast: Bool {
        switch self {
        case .failed, .redirected, .cancelled, .ended: true
        default: false
        }
    }
}

/// Text of hosts in URIs.
enum HostText {
    /// IPv6 addresses in brackets, everything else as it is.
    static func bracketed(_ address: String) -> String { address.contains(":") ? "[\(address)]" : address }
}
