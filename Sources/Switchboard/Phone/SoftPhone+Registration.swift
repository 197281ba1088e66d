import Digests
import Dispatch
import NIOCore
import SIP
import VoiceEngine

extension SoftPhone {
    /// Registers and keeps the registration fresh; waits for the first answer.
    func register() async throws {
        try await eventLoop.submit { self.startRegistration() }.get()
        let event = try await journal.first("the registrar's answer") { event in
            switch event {
            case .registered, .registrationFailed: true
            default: false
            }
        }
        if case .registrationFailed(let status) = event { throw PhoneError.registrationRefused(status: status) }
    }

    private func startRegistration() {
        let flow = serverFlow
        var registrar = SIPURI(scheme: "sip", user: nil, host: account.domain)
        if account.transport != .udp {
            let name = account.transport.viaName.lowercased()
            registrar.parameters.set(.init(name: "transport", value: name))
        }
        var client = RegistrationClient(
            settings: RegistrationSettings(
                registrar: registrar, address: account.address, contact: shell.contact(user: account.user, on: flow),
                expiry: .seconds(600)),
            seed: SecureRandom.bytes(32))
        client.start()
        registration = client
        performRegistration()
    }

    func performRegistration() {
        while let action = registration?.nextAction() {
            switch action {
            case .send(let request): sendRegister(request)
            case .registered: journal.add(.registered)
            case .failed(let status, _): journal.add(.registrationFailed(status: status))
            case .unregistered: break
            }
        }
        registrationTimer?.cancel()
        guard let deadline = registration?.nextDeadline else { return }
        registrationTimer = eventLoop.assumeIsolated().scheduleTask(
            deadline: .uptimeNanoseconds(deadline.nanoseconds)
        ) { [weak self] in
            self?.registration?.timersFired(at: Self.now)
            self?.performRegistration()
        }
    }

    private func sendRegister(_ request: SIPRequest) {
        registrationRequest = try? shell.command { (agent, now) throws(UserAgentError) in
            try agent.sendRequest(request, on: serverFlow, credentials: account.credentials, at: now)
        }
    }

    static var now: SIPInstant { SIPInstant(nanoseconds: DispatchTime.now().uptimeNanoseconds) }

    var serverFlow: SIPFlow {
        shell.flow(to: account.serverAddress, port: account.serverPort, transport: account.transport)
    }
}
