import CallControl
import Foundation
import NIOCore
import SDP
import SIP

/// Decides about each INVITE from outside: who sends it, and whether the platform takes it.
final class CallAdmission {
    private let engine: VoiceEngine
    private let shell: SIPShell
    private let authenticator: SIPAuthenticator
    private let router: any CallRouter
    private let trunks: TrunkDesk
    private let logins: TrunkLogins
    private let takeovers: TakeoverDesk
    private var counter = 0

    init(
        engine: VoiceEngine, shell: SIPShell, authenticator: SIPAuthenticator, router: any CallRouter,
        trunks: TrunkDesk, logins: TrunkLogins
    ) {
        self.engine = engine
        self.shell = shell
        self.authenticator = authenticator
        self.router = router
        self.trunks = trunks
        self.logins = logins
        takeovers = TakeoverDesk(shell: shell, legs: engine.legDirectory)
    }

    func receive(_ handle: SessionHandle, _ invite: IncomingInvite) {
        // Until the leg exists, the caller's giving up only has to be forgotten.
        let pending = PendingArrival()
        shell.setHandler(handle) { _ in pending.isOver = true }
        if let door = engine.conferenceDoors.open(invite.request.uri, from: invite.flow) {
            return admit(handle, invite, from: .conference(domain: door.domain), to: door.conference, pending)
        }
        if let registration = engine.outboundRegistrar?.registration(at: invite.request.uri) {
            return admit(
                handle, invite, from: .registration(registration.id), to: registration.userName, pending)
        }
        if let trunk = trunks.trunk(registeredAs: invite.request.uri) {
            return admit(handle, invite, from: trunk, to: trunk.number(calledBy: invite.request), pending)
        }
        if let trunk = trunks.trunk(at: invite.flow.remoteAddress) {
            return admit(handle, invite, from: trunk, pending)
        }
        let domain = invite.request.uri.bareHost.lowercased()
        router.trusts(invite.flow.remoteAddress, domain: domain).assumeIsolated().whenComplete { result in
            guard !pending.isOver else { return }
            switch result {
            case .success(true): self.admit(handle, invite, from: .network(domain: domain), pending)
            case .success(false): self.authenticate(handle, invite, pending)
            case .failure: self.shell.reject(handle, status: 500, headers: [:])
            }
        }
    }

    private func authenticate(_ handle: SessionHandle, _ invite: IncomingInvite, _ pending: PendingArrival) {
        guard let from = try? invite.request.headers.from, let address = AddressOfRecord(from.uri) else {
            return shell.reject(handle, status: 400, headers: [:])
        }
        if logins.concern(address) { return authenticateTrunk(handle, invite, pending) }
        authenticator.judge(invite.request, domain: address.domain, flow: invite.flow).assumeIsolated()
            .whenComplete { result in
                guard !pending.isOver else { return }
                switch result {
                case .success(.authenticated(let user)) where user.username == address.user:
                    self.admit(handle, invite, from: .user(user), pending)
                case .success(.authenticated): self.shell.reject(handle, status: 403, headers: [:])
                case .success(.challenge(let headers)): self.challenge(handle, headers)
                case .success(.banned): self.shell.reject(handle, status: 403, headers: [:])
                case .failure: self.shell.reject(handle, status: 500, headers: [:])
                }
            }
    }

    private func authenticateTrunk(_ handle: SessionHandle, _ invite: IncomingInvite, _ pending: PendingArrival) {
        switch logins.judge(invite.request, on: invite.flow) {
        case .authenticated(let trunk, _): admit(handle, invite, from: trunk, pending)
        case .challenge(let headers): challenge(handle, headers)
        case .banned: shell.reject(handle, status: 403, headers: [:])
        }
    }

    private func challenge(_ handle: SessionHandle, _ headers: SIPHeaders) {
        shell.attempt { (agent, now) throws(UserAgentError) in
            try agent.reject(handle, status: 401, headers: headers, at: now)
        }
    }

    private func admit(
        _ handle: SessionHandle, _ invite: IncomingInvite, from trunk: Trunk, to destination: String? = nil,
        _ pending: PendingArrival
    ) {
        admit(handle, invite, from: .trunk(name: trunk.name), to: destination, over: trunk, pending)
    }

    private func admit(
        _ handle: SessionHandle, _ invite: IncomingInvite, from source: CallSource, to destination: String? = nil,
        over trunk: Trunk? = nil, _ pending: PendingArrival
    ) {
        if let replaces = (try? invite.request.headers.replaces) ?? nil {
            return take(handle, invite, replaces, from: source)
        }
        guard let arrival = arrival(invite, from: source, to: destination) else {
            return shell.reject(handle, status: 400, headers: [:])
        }
        var offer: SessionDescription?
        if !invite.request.body.isEmpty {
            offer = try? SessionDescription(parsing: invite.request.body)
            guard offer != nil else { return shell.reject(handle, status: 488, headers: [:]) }
        }
        let session = EngineSession(engine: engine)
        guard
            let leg = engine.makeInboundLeg(
                arrival.id, handle, on: invite.flow, offer: offer, over: trunk, isInside: source.isConference,
                session: session)
        else {
            return shell.reject(handle, status: 503, headers: [:])
        }
        leg.digits.learn(from: invite.request.headers)
        leg.party = LegParty(name: arrival.callerID, displayName: arrival.displayName, isUser: source.isUser)
        leg.called = (try? invite.request.headers.to)?.uri
        engine.legDirectory.attach(handle, to: leg, on: invite.flow)
        router.admit(arrival, session: session).assumeIsolated().whenComplete { result in
            switch result {
            case .success(.accepted): break
            case .success(.rejected(let status, _)): self.refuse(leg, session, status: status)
            case .failure: self.refuse(leg, session, status: 500)
            }
        }
    }

    /// A phone or a trusted network takes over a call of its application, a trunk one of its own.
    private func take(_ handle: SessionHandle, _ invite: IncomingInvite, _ replaces: Replaces, from source: CallSource)
    {
        guard let identity = identity(invite, source) else {
            return shell.reject(handle, status: 400, headers: [:])
        }
        let party = LegParty(
            name: identity.callerID, displayName: identity.displayName, isUser: source.isUser)
        takeovers.take(handle, invite, replaces, by: party) { entry in
            switch source {
            case .user(let user): entry.leg.session?.domain == user.domain
            case .network(let domain): entry.leg.session?.domain == domain
            case .registration, .conference: false
            case .trunk(let name): self.trunks.trunk(named: name)?.has(entry.flow.remoteAddress) ?? false
            }
        }
    }

    private func identity(_ invite: IncomingInvite, _ source: CallSource) -> CallerIdentity? {
        CallerIdentity(invite.request.headers, isTrusted: source.isTrunk)
    }

    private func refuse(_ leg: InboundLeg, _ session: EngineSession, status: Int) {
        leg.hangup(code: status, headers: [:])
        session.endSession()
    }

    /// - Parameter destination: What is called; nil for what the Request-URI says.
    private func arrival(
        _ invite: IncomingInvite, from source: CallSource, to destination: String?
    ) -> CallArrival? {
        guard let identity = identity(invite, source),
            let destination = destination ?? invite.request.uri.user ?? invite.request.uri.opaque
        else { return nil }
        counter += 1
        var headers = invite.request.headers.callHeaders
        switch source {
        case .trunk: headers["VI-Client-Type"] = "pstn"
        case .user: headers["VI-Client-Type"] = "user"
        case .registration, .network: headers["VI-Client-Type"] = "sip"
        case .conference: headers["VI-Client-Type"] = "conference"
        }
        headers["VI-Client-Device"] = "SIP"
        headers["VI-Client-IP"] = invite.flow.remoteAddress
        return CallArrival(
            id: Self.callID(counter), source: source, destination: destination, callerID: identity.callerID,
            displayName: identity.displayName, remoteAddress: invite.flow.remoteAddress, headers: headers,
            divertedFrom: invite.request.headers.divertingUser)
    }

    /// `<16 hex>.<unix time>.<counter>`.
    private static func callID(_ counter: Int) -> CallID {
        let random = String(UInt64.random(in: .min ... .max), radix: 16)
        let padded = String(repeating: "0", count: 16 - random.count) + random
        return CallID(rawValue: "\(padded).\(Int(Date().timeIntervalSince1970)).\(counter)")
    }
}

extension SIPHeaders {
    /// Who has forwarded the call last, as far as it is a number or user of a length that one has.
    fileprivate var divertingUser: String? {
        let address = (try? diversions)?.first?.address.uri
        return (address?.user ?? address?.opaque).flatMap { $0.utf8.count <= 200 ? $0 : nil }
    }
}

extension Trunk {
    /// What a call over the trunk's registration is for: the number in To, unless that is the registered address itself.
    fileprivate func number(calledBy request: SIPRequest) -> String? {
        let called = (try? request.headers.to)?.uri.user
        guard let called, called != registration?.user else { return number ?? registration?.user }
        return called
    }
}

extension CallSource {
    fileprivate var isUser: Bool { if case .user = self { true } else { false } }

    fileprivate var isTrunk: Bool { if case .trunk = self { true } else { false } }

    fileprivate var isConference: Bool { if case .conference = self { true } else { false } }
}

/// A call whose sender is not known yet.
private final class PendingArrival {
    var isOver = false
}
