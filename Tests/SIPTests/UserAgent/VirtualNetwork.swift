import Testing

@testable import SIP

/// A repeatable generator for the network's accidents (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// What the network does to messages.
struct NetworkConditions {
    var delay = 10...10
    var lossPercent = 0
    var duplicatePercent = 0
}

/// User agents joined by a network in virtual time: octets travel, are lost, doubled and reordered by a seed.
struct VirtualNetwork {
    struct Event: Equatable {
        let agent: Int
        let handle: SessionHandle
        let event: InviteEvent
    }

    private struct Flight {
        let arrival: SIPInstant
        let order: Int
        let agent: Int
        let flow: SIPFlow
        let bytes: [UInt8]
    }

    var agents: [UserAgent]
    let transport: SIPTransportKind
    var conditions = NetworkConditions()
    private(set) var now = SIPInstant(nanoseconds: 0)
    private(set) var events: [Event] = []
    /// Every message put on the wire, with its sender.
    private(set) var sent: [(agent: Int, at: SIPInstant, message: SIPMessage)] = []
    private(set) var requests: [(agent: Int, handle: ServerRequestHandle, request: SIPRequest, flow: SIPFlow)] = []
    private(set) var completed: [(handle: ClientRequestHandle, response: SIPResponse?)] = []
    /// Agents that neither hear nor speak.
    var dead: Set<Int> = []
    /// Takes messages out of the network when it gives true.
    var drops: (_ sender: Int, _ message: SIPMessage) -> Bool = { _, _ in false }
    /// What agents do by themselves when something happens.
    var reaction: (inout VirtualNetwork, Event) throws -> Void = { _, _ in }
    private var flights: [Flight] = []
    private var order = 0
    private var generator: SeededGenerator

    init(
        agents count: Int = 2, transport: SIPTransportKind = .udp, seed: UInt64 = 1,
        settings: UserAgentSettings = .init()
    ) {
        agents = (0..<count).map { UserAgent(settings: settings, seed: [UInt8(seed & 255), UInt8($0)]) }
        self.transport = transport
        generator = SeededGenerator(seed: seed)
    }

    static func address(_ agent: Int) -> String { "10.0.0.\(agent + 1)" }

    /// The way from one agent to another.
    func flow(_ from: Int, to: Int) -> SIPFlow {
        SIPFlow(
            transport: transport, localAddress: Self.address(from), localPort: 5060, remoteAddress: Self.address(to),
            remotePort: 5060, connection: transport.isReliable ? UInt64(1 + min(from, to) * 16 + max(from, to)) : nil)
    }

    func uri(_ agent: Int, user: String = "user") -> SIPURI {
        SIPURI(user: user, host: Self.address(agent), port: 5060)
    }

    func call(_ from: Int, _ to: Int, description: String = "offer", credentials: SIPCredentials? = nil)
        -> OutgoingInvite
    {
        OutgoingInvite(
            uri: uri(to, user: "callee"), from: NameAddress(uri: uri(from, user: "caller")),
            to: NameAddress(uri: uri(to, user: "callee")), contact: NameAddress(uri: uri(from, user: "caller")),
            description: Array(description.utf8), credentials: credentials)
    }

    /// Gives one agent a command and carries out what follows from it.
    mutating func with<Result>(
        _ agent: Int, _ command: (inout UserAgent, SIPInstant) throws -> Result
    ) throws -> Result {
        let result = try command(&agents[agent], now)
        try drain(agent)
        return result
    }

    /// Puts a message on an agent's wire as if a peer had sent it.
    mutating func inject(_ message: SIPMessage, to agent: Int, from: Int) throws {
        agents[agent].receive(message, flow: flow(agent, to: from), at: now)
        try drain(agent)
    }

    /// Lets time pass, event by event.
    mutating func run(for duration: Duration) throws {
        let end = now + duration
        while let next = nextInstant, next <= end {
            now = max(now, next)
            try step()
        }
        now = end
    }

    private var nextInstant: SIPInstant? {
        let timers = agents.indices.filter { !dead.contains($0) }.compactMap { agents[$0].nextDeadline }
        return (timers + flights.map(\.arrival)).min()
    }

    private mutating func step() throws {
        let due = flights.filter { $0.arrival <= now }.sorted { ($0.arrival, $0.order) < ($1.arrival, $1.order) }
        flights.removeAll { $0.arrival <= now }
        for flight in due where !dead.contains(flight.agent) {
            agents[flight.agent].receive(try SIPParser.parse(flight.bytes), flow: flight.flow, at: now)
            try drain(flight.agent)
        }
        for agent in agents.indices where !dead.contains(agent) {
            guard let deadline = agents[agent].nextDeadline, deadline <= now else { continue }
            agents[agent].timersFired(at: now)
            try drain(agent)
        }
    }

    private mutating func drain(_ agent: Int) throws {
        while let action = agents[agent].nextAction() {
            switch action {
            case .send(let message, let flow): send(message, from: agent, flow)
            case .event(let handle, let event):
                let happening = Event(agent: agent, handle: handle, event: event)
                events.append(happening)
                try reaction(&self, happening)
            case .request(let handle, let request, let flow): requests.append((agent, handle, request, flow))
            case .requestCompleted(let handle, let response): completed.append((handle, response))
            }
        }
    }

    private mutating func send(_ message: SIPMessage, from agent: Int, _ flow: SIPFlow) {
        guard !dead.contains(agent) else { return }
        sent.append((agent, now, message))
        guard !drops(agent, message),
            let target = agents.indices.first(where: { Self.address($0) == flow.remoteAddress })
        else { return }
        for _ in 0..<(chance(conditions.duplicatePercent) ? 2 : 1) where !chance(conditions.lossPercent) {
            let delay = Int.random(in: conditions.delay, using: &generator)
            order += 1
            flights.append(
                Flight(
                    arrival: now + .milliseconds(delay), order: order, agent: target,
                    flow: self.flow(target, to: agent), bytes: message.serialized()))
        }
    }

    private mutating func chance(_ percent: Int) -> Bool {
        percent > 0 && Int.random(in: 0..<100, using: &generator) < percent
    }
}

extension VirtualNetwork {
    /// The events of one agent in order.
    func events(of agent: Int) -> [InviteEvent] { events.filter { $0.agent == agent }.map(\.event) }

    /// The last event of every call of an agent.
    func finals(of agent: Int) -> [InviteEvent] { events(of: agent).filter(\.isFinal) }

    /// How often an agent sent a request of this method.
    func count(_ method: SIPMethod, from agent: Int) -> Int {
        sent.filter { $0.agent == agent && $0.message.request?.method == method }.count
    }

    /// How often an agent sent a response of this status to a request of this method.
    func count(_ status: Int, to method: SIPMethod, from agent: Int) -> Int {
        sent.filter {
            $0.agent == agent && $0.message.response?.status == status
                && (try? $0.message.headers.cseq)?.method == method
        }.count
    }

    /// Agent 1 answers each call at once, and every re-INVITE is accepted by whoever gets it.
    mutating func answerCalls(description: String = "answer") {
        reaction = { network, happening in
            switch happening.event {
            case .incoming:
                try network.with(happening.agent) { agent, now in
                    try agent.ring(happening.handle, at: now)
                    try agent.accept(happening.handle, description: Array(description.utf8), at: now)
                }
            case .reinviteReceived:
                try network.with(happening.agent) { agent, now in
                    try agent.acceptReinvite(happening.handle, description: Array("\(description) 2".utf8), at: now)
                }
            default: break
            }
        }
    }

    /// Establishes a call from agent 0 to agent 1 and gives both handles.
    mutating func establish() throws -> (caller: SessionHandle, callee: SessionHandle) {
        answerCalls()
        let invite = call(0, 1)
        let way = flow(0, to: 1)
        let caller = try with(0) { agent, now in try agent.invite(invite, on: way, at: now) }
        try run(for: .seconds(1))
        let callee = try #require(events.first { $0.agent == 1 }?.handle)
        return (caller, callee)
    }
}
