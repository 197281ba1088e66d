import Dispatch
import NIOCore
import SIP

/// Answers REGISTER and knows where each user's phones are.
final class Registrar {
    private let shell: SIPShell
    private let authenticator: SIPAuthenticator
    private var bindings = RegistrarBindings()
    private var timer: Scheduled<Void>?
    private var present: Set<AddressOfRecord> = []
    /// Told when a user's first phone has registered, and when his last one is gone.
    var onPresence: (UserAddress) -> Void = { _ in }

    init(shell: SIPShell, authenticator: SIPAuthenticator) {
        self.shell = shell
        self.authenticator = authenticator
    }

    func phones(of user: UserAddress) -> [RegistrarBinding] {
        bindings.phones(of: AddressOfRecord(user: user.username, domain: user.domain))
    }

    /// Ends every registration of a user: deleted, disabled, or with a new password.
    func remove(_ user: UserAddress) {
        let address = AddressOfRecord(user: user.username, domain: user.domain)
        bindings.remove(address)
        note([address])
    }

    func connectionClosed(_ flow: SIPFlow) { note(bindings.connectionClosed(flow)) }

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
        guard let deadline = bindings.nextDeadline else { return }
        timer = shell.eventLoop.assumeIsolated().scheduleTask(
            deadline: .uptimeNanoseconds(deadline.nanoseconds)
        ) { [weak self] in
            guard let self else { return }
            note(bindings.timersFired(at: Self.now))
            arm()
        }
    }
}
