import Digests
import Testing

@testable import SIP

@Suite("Calls and requests with credentials")
struct DigestCallTests {
    private static let user = SIPCredentials(username: "alice", password: "secret")

    /// Agent 1 challenges every INVITE without valid credentials; the first `stale` valid ones are called stale.
    private func guarded(stale: Int = 0, proxy: Bool = false) -> VirtualNetwork {
        var network = VirtualNetwork()
        let guardian = Guardian(staleLeft: stale, isProxy: proxy)
        network.reaction = { network, happening in
            guard case .incoming(let incoming) = happening.event else { return }
            let challenge = guardian.judge(incoming.request)
            try network.with(1) { agent, now in
                guard let challenge else { return try agent.accept(happening.handle, description: [1], at: now) }
                let headers = SIPHeaders([(proxy ? .proxyAuthenticate : .wwwAuthenticate, challenge)])
                try agent.reject(happening.handle, status: proxy ? 407 : 401, headers: headers, at: now)
            }
        }
        return network
    }

    private func place(_ network: inout VirtualNetwork, _ credentials: SIPCredentials?) throws {
        let invite = network.call(0, 1, credentials: credentials)
        let flow = network.flow(0, to: 1)
        _ = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        try network.run(for: .seconds(2))
    }

    @Test("A challenge is answered once, with the next CSeq and the same Call-ID and tag", arguments: [false, true])
    func answered(proxy: Bool) throws {
        var network = guarded(proxy: proxy)
        try place(&network, Self.user)
        #expect(network.events(of: 0).map(\.name) == ["answered"])
        let invites = network.sent.compactMap(\.message.request).filter { $0.method == .invite }
        #expect(try invites.map { try $0.headers.cseq.number } == [1, 2])
        #expect(try invites[0].headers.callID == invites[1].headers.callID)
        #expect(try invites[0].headers.from == invites[1].headers.from)
        #expect(try invites[0].headers.topVia.branch != invites[1].headers.topVia.branch)
        let ack = try #require(network.sent.compactMap(\.message.request).last { $0.method == .ack })
        #expect(try ack.headers.cseq.number == 2)
        let name: SIPHeaderName = proxy ? .proxyAuthorization : .authorization
        #expect(ack.headers.first(name) == invites[1].headers.first(name))
    }

    @Test("A wrong password fails with 401 after one try")
    func wrongPassword() throws {
        var network = guarded()
        try place(&network, SIPCredentials(username: "alice", password: "wrong"))
        guard case .failed(let failure)? = network.finals(of: 0).first else { throw Missing.failed }
        #expect(failure.status == 401 && network.finals(of: 0).count == 1)
        #expect(network.count(.invite, from: 0) == 2)
    }

    @Test("Without credentials the challenge is the failure")
    func noCredentials() throws {
        var network = guarded()
        try place(&network, nil)
        guard case .failed(let failure)? = network.finals(of: 0).first else { throw Missing.failed }
        #expect(failure.status == 401 && failure.headers.contains(.wwwAuthenticate))
        #expect(network.count(.invite, from: 0) == 1)
    }

    @Test("A stale nonce is no refusal: the request is tried again with the fresh one")
    func staleNonce() throws {
        var network = guarded(stale: 1)
        try place(&network, Self.user)
        #expect(network.events(of: 0).map(\.name) == ["answered"])
        #expect(network.count(.invite, from: 0) == 3)
    }

    @Test("A peer that calls every nonce stale is not asked for ever")
    func staleForEver() throws {
        var network = guarded(stale: .max)
        try place(&network, Self.user)
        #expect(network.count(.invite, from: 0) == 5)
        #expect(network.finals(of: 0).map(\.name) == ["failed"])
    }

    @Test("Credentials for one realm are not given to another")
    func otherRealm() throws {
        var network = guarded()
        try place(&network, SIPCredentials(username: "alice", password: "secret", realm: "elsewhere"))
        #expect(network.count(.invite, from: 0) == 1)
    }

    @Test("A REGISTER outside calls is challenged, answered and completed once")
    func register() throws {
        var network = VirtualNetwork()
        let guardian = Guardian(staleLeft: 0, isProxy: false)
        var request = SIPRequest(method: .register, uri: network.uri(1, user: "r"))
        request.headers = ["From": "<sip:alice@example>", "To": "<sip:alice@example>"]
        let flow = network.flow(0, to: 1)
        let register = request
        let handle = try network.with(0) { agent, now in
            try agent.sendRequest(register, on: flow, credentials: Self.user, at: now)
        }
        for index in 0..<2 {
            try network.run(for: .milliseconds(100))
            let received = try #require(network.requests.count == index + 1 ? network.requests.last : nil)
            let challenge = guardian.judge(received.request)
            try network.with(1) { agent, now in
                let headers = challenge.map { SIPHeaders([(.wwwAuthenticate, $0)]) } ?? SIPHeaders()
                try agent.respond(received.handle, status: challenge == nil ? 200 : 401, headers: headers, at: now)
            }
        }
        try network.run(for: .seconds(60))
        #expect(network.completed.map(\.handle) == [handle] && network.completed.first?.response?.status == 200)
        #expect(network.agents.allSatisfy { $0.transactionCount == 0 && $0.owners.isEmpty })
    }

    @Test("A request that is abandoned is not sent again, and nothing is told of its late answer")
    func abandoned() throws {
        var network = VirtualNetwork()
        var request = SIPRequest(method: .register, uri: network.uri(1, user: "r"))
        request.headers = ["From": "<sip:alice@example>", "To": "<sip:alice@example>"]
        let (register, flow) = (request, network.flow(0, to: 1))
        let handle = try network.with(0) { agent, now in try agent.sendRequest(register, on: flow, at: now) }
        try network.run(for: .milliseconds(100))
        let received = try #require(network.requests.first)
        try network.with(0) { agent, now in agent.abandon(handle, at: now) }
        #expect(network.agents[0].transactionCount == 0 && network.agents[0].owners.isEmpty)
        try network.with(1) { agent, now in try agent.respond(received.handle, status: 200, at: now) }
        try network.run(for: .seconds(60))
        #expect(network.completed.isEmpty && network.count(.register, from: 0) == 1)
        // A second time there is nothing to abandon.
        try network.with(0) { agent, now in agent.abandon(handle, at: now) }
    }
}

/// A server that knows one user.
private final class Guardian {
    private var authenticator = DigestAuthenticator(realm: "switch", secret: Array(repeating: 7, count: 32))
    private var staleLeft: Int
    private let isProxy: Bool
    private var salt: UInt64 = 0

    init(staleLeft: Int, isProxy: Bool) {
        self.staleLeft = staleLeft
        self.isProxy = isProxy
    }

    /// The challenge for a request, or nil when it may pass.
    func judge(_ request: SIPRequest) -> String? {
        let given = (isProxy ? try? request.headers.proxyAuthorization : try? request.headers.authorization) ?? []
        let verdict = authenticator.verify(given, method: request.method, at: .seconds(1)) { name, algorithm in
            name == "alice" ? algorithm.ha1(username: name, realm: "switch", password: "secret") : nil
        }
        salt += 1
        if case .authenticated = verdict {
            guard staleLeft > 0 else { return nil }
            staleLeft -= 1
            return challenge(isStale: true)
        }
        return challenge(isStale: false)
    }

    private func challenge(isStale: Bool) -> String? {
        authenticator.challenges(at: .seconds(1), salt: salt, isStale: isStale).first?.description
    }
}
