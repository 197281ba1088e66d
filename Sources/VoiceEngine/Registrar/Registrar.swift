import CallControl
import Dispatch
import NIOCore
import SIP

/// Answers REGISTER and knows where each user's phones are, and where trunks are that have no address of their own.
final class Registrar {
    private let shell: SIPShell
    private let authenticator: SIPAuthenticator
    private let logins: TrunkLogins
    private var bindings = RegistrarBindings()
    /// Apart from those of users: nobody reaches a trunk as if it were a user's phone.
    private var trunkBindings = RegistrarBindings()
    private var timer: Scheduled<Void>?
    private var present: Set<AddressOfRecord> = []
    /// Told when a user's first phone has registered, and when his last one is gone.
    var onPresence: (UserAddress) -> Void = { _ in }

    init(shell: SIPShell, authenticator: SIPAuthenticator, logins: TrunkLogins) {
        self.shell = shell
        self.authenticator = authenticator
        self.logins = logins
    }

    func phones(of user: UserAddress) -> [RegistrarBinding] {
        bindings.phones(of: AddressOfRecord(user: user.username, domain: user.domain))
    }

    /// Where a trunk has said that it is, the preferred and then the latest place first.
    func contacts(of trunk: Trunk) -> [RegistrarBinding] {
        let now = Self.now
        return trunkBindings.phones(of: Self.address(of: trunk)).filter { $0.expiresAt > now }
    }

    /// Whether a trunk has registered from a numeric address.
    func hasTrunk(at address: String) -> Bool {
        trunkBindings.addresses.contains { trunk in
            trunkBindings.phones(of: trunk).contains { $0.flow.remoteAddress == address }
        }
    }

    /// Ends every registration of a user: deleted, disabled, or with a new password.
    func remove(_ user: UserAddress) {
        let address = AddressOfRecord(user: user.username, domain: user.domain)
        bindings.remove(address)
        note([address])
    }

    func connectionClosed(_ flow: SIPFlow) {
        note(bindings.connectionClosed(flow))
        _ = trunkBindings.connectionClosed(flow)
    }

    private func note(_ addresses: [AddressOfRecord]) {
        for address in addresses {
            let isPresent = !bindings.phones(of: address).isEmpty
            guard isPresent != present.contains(address) else { continue }
            if isPresent { present.insert(address) } else { present.remove(address) }
            onPresence(UserAddress(username: address.user, domain: address.domain))
        }
    }

    func receive(_ request: SIPRequest, _ handle: ServerRequestHandle, on flow: SIPFlow) {
        guard let address = (try? request.headers.to).flatMap({ AddressOfRecord($0.uri) }) else {
            return respond(handle, status: 400)
        }
        if logins.concern(address) { return receiveTrunk(request, handle, on: flow, as: address) }
        authenticator.judge(request, domain: address.domain, flow: flow).assumeIsolated().whenComplete { result in
            switch result {
            case .success(.authenticated(let user)) where user.username == address.user:
                self.register(request, handle, on: flow)
                self.note([address])
            case .success(.authenticated): self.respond(handle, status: 403)
            case .success(.challenge(let headers)): self.respond(handle, status: 401, headers: headers)
            case .success(.banned): break
            case .failure: self.respond(handle, status: 500)
            }
        }
    }

    private func receiveTrunk(
        _ request: SIPRequest, _ handle: ServerRequestHandle, on flow: SIPFlow, as address: AddressOfRecord
    ) {
        switch logins.judge(request, on: flow) {
        case .authenticated(let trunk, let login) where login.username == address.user:
            // Its host may be written as a name or a number: it is the same trunk.
            let answer = trunkBindings.register(request, as: Self.address(of: trunk), flow: flow, at: Self.now)
            respond(handle, status: answer.status, reason: answer.reason, headers: answer.headers)
            arm()
        case .authenticated: respond(handle, status: 403)
        case .challenge(let headers): respond(handle, status: 401, headers: headers)
        case .banned: break
        }
    }

    private static func address(of trunk: Trunk) -> AddressOfRecord {
        AddressOfRecord(user: trunk.name.rawValue, domain: "trunk")
    }

    private func register(_ request: SIPRequest, _ handle: ServerRequestHandle, on flow: SIPFlow) {
        let answer = bindings.register(request, flow: flow, at: Self.now)
        respond(handle, status: answer.status, reason: answer.reason, headers: answer.headers)
        arm()
    }

    private func respond(
        _ handle: ServerRequestHandle, status: Int, reason: String? = nil, headers: SIPHeaders = SIPHeaders()
    ) {
        shell.attempt { (agent, now) throws(UserAgentError) in
            try agent.respond(handle, status: status, reason: reason, headers: headers, at: now)
        }
    }

    private static var now: SIPInstant { SIPInstant(nanoseconds: DispatchTime.now().uptimeNanoseconds) }

    private func arm() {
        timer?.cancel()
        guard let deadline = [bindings.nextDeadline, trunkBindings.nextDeadline].compactMap(\.self).min() else {
            return
        }
        timer = shell.eventLoop.assumeIsolated().scheduleTask(
            deadline: .uptimeNanoseconds(deadline.nanoseconds)
        ) { [weak self] in
            guard let self else { return }
            note(bindings.timersFired(at: Self.now))
            _ = trunkBindings.timersFired(at: Self.now)
            arm()
        }
    }
}
