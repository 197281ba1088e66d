import CallControl
import Digests
import Dispatch
import NIOCore
import SIP

/// Keeps registrations at other registrars alive, and knows which calls come because of them.
///
/// Drives one `RegistrationClient` for each; everything happens on the shell's event loop.
final class OutboundRegistrar {
    /// Told how each attempt ends, and which place of the registrar it went to; nil when it has none.
    var onOutcome: (RegistrationOutcome, SIPTarget?) -> Void = { _, _ in }

    private let shell: SIPShell
    private let locator: HostLocator
    private var kept: [OutboundRegistrationID: Entry] = [:]
    private var byContact: [String: OutboundRegistration] = [:]
    private var requests: [ClientRequestHandle: Entry] = [:]

    /// One registration; after it was given up it lives on until its removal is answered.
    private final class Entry {
        let registration: OutboundRegistration
        let hop: SIPNextHop
        var client: RegistrationClient
        var places = PlaceChoice()
        var timer: Scheduled<Void>?
        var isGivenUp = false
        /// Until when the registrar has granted the registration.
        var until: SIPInstant?
        /// Status of the last failure, 408 for no answer; nil after a success.
        var failure: Int?

        init(_ registration: OutboundRegistration, hop: SIPNextHop, client: RegistrationClient) {
            self.registration = registration
            self.hop = hop
            self.client = client
        }

        var credentials: SIPCredentials? {
            registration.password.map {
                SIPCredentials(username: registration.authUser ?? registration.userName, password: $0)
            }
        }
    }

    init(shell: SIPShell, locator: HostLocator) {
        self.shell = shell
        self.locator = locator
    }

    /// The registration whose Contact a request names.
    func registration(at uri: SIPURI) -> OutboundRegistration? { uri.user.flatMap { byContact[$0] } }

    /// A registration that is kept, with the way to its registrar and what it logs in with.
    func kept(_ id: OutboundRegistrationID) -> (OutboundRegistration, SIPNextHop, SIPCredentials?)? {
        kept[id].map { ($0.registration, $0.hop, $0.credentials) }
    }

    /// Registers what is new or different in the list, and takes back what is no longer in it.
    func keep(_ registrations: [OutboundRegistration]) {
        let wanted = Dictionary(registrations.map { ($0.id, $0) }) { first, _ in first }
        for entry in kept.values where wanted[entry.registration.id] != entry.registration { giveUp(entry) }
        byContact = Dictionary(wanted.values.map { ($0.contactUser, $0) }) { first, _ in first }
        for registration in wanted.values where kept[registration.id] == nil { begin(registration) }
    }

    /// Registers again at once: the registrar may have lost what it knew.
    func renew(_ id: OutboundRegistrationID) {
        guard let entry = kept[id] else { return }
        entry.client.renew()
        perform(entry)
    }

    /// How a registration is; nil for one that is not kept.
    func status(of id: OutboundRegistrationID, at now: SIPInstant) -> TrunkStatus.Registration? {
        guard let entry = kept[id] else { return nil }
        let ends = entry.until.flatMap { $0 > now ? now.duration(to: $0) : nil }
        let next = entry.client.nextDeadline.map { max(.zero, now.duration(to: $0)) }
        let state: TrunkStatus.Registration.State
        switch entry.client.state {
        case .registered: state = .registered
        case .waiting: state = .failed
        case .idle, .registering, .removing: state = ends == nil ? .registering : .registered
        }
        return TrunkStatus.Registration(state: state, ends: ends, failure: entry.failure, next: next)
    }

    /// Takes the answer to a request, nil for none.
    func completed(_ handle: ClientRequestHandle, _ response: SIPResponse?) {
        guard let entry = requests.removeValue(forKey: handle) else { return }
        receive(response, entry)
    }

    private func begin(_ registration: OutboundRegistration) {
        guard let registrar = try? SIPURI(parsing: "sip:\(registration.proxy)"),
            let next = try? SIPURI(parsing: "sip:\(registration.outboundProxy ?? registration.proxy)"),
            let hop = SIPNextHop(next)
        else {
            return onOutcome(.init(id: registration.id, status: 400, reason: "Malformed address of the registrar"), nil)
        }
        let flow = shell.flow(to: hop.host, port: hop.port, transport: hop.transport, name: hop.host)
        let address = NameAddress(
            uri: SIPURI(scheme: "sip", user: registration.userName, host: registrar.host, port: registrar.port))
        let client = RegistrationClient(
            settings: RegistrationSettings(
                registrar: registrar, address: address,
                contact: shell.contact(user: registration.contactUser, on: flow), expiry: registration.expiry),
            seed: SecureRandom.bytes(32))
        let entry = Entry(registration, hop: hop, client: client)
        kept[registration.id] = entry
        entry.client.start()
        perform(entry)
    }

    private func giveUp(_ entry: Entry) {
        kept[entry.registration.id] = nil
        entry.isGivenUp = true
        entry.client.stop()
        perform(entry)
    }

    private func receive(_ response: SIPResponse?, _ entry: Entry) {
        let isRegistering = entry.client.state == .registering
        let place = entry.places.current
        entry.places.ended(isReachable: response != nil && response?.status != 503)
        entry.client.receive(response, at: Self.now)
        // A registrar that asks for a longer life is asked again at once: no news yet.
        if isRegistering, entry.client.state != .registering, !entry.isGivenUp {
            let outcome = RegistrationOutcome(
                id: entry.registration.id, status: response?.status ?? 408, reason: response?.reason ?? "No answer")
            onOutcome(outcome, place)
        }
        perform(entry)
    }

    private func perform(_ entry: Entry) {
        while let action = entry.client.nextAction() {
            switch action {
            case .send(let request): send(request, entry)
            case .registered(let until): (entry.until, entry.failure) = (until, nil)
            case .failed(let status, _): entry.failure = status ?? 408
            case .unregistered: entry.until = nil
            }
        }
        entry.timer?.cancel()
        guard let deadline = entry.client.nextDeadline else { return }
        entry.timer = shell.eventLoop.assumeIsolated().scheduleTask(
            deadline: .uptimeNanoseconds(deadline.nanoseconds)
        ) { [weak self, weak entry] in
            guard let self, let entry else { return }
            entry.client.timersFired(at: Self.now)
            perform(entry)
        }
    }

    private func send(_ request: SIPRequest, _ entry: Entry) {
        // Looked up for each request, so that a registrar may move.
        locator.locate(entry.hop).assumeIsolated().whenComplete { [weak self] result in
            guard let self else { return }
            guard case .success(let places) = result, let place = entry.places.choose(from: places) else {
                return receive(nil, entry)
            }
            let flow = shell.flow(to: place, of: entry.hop)
            let handle = try? shell.command { (agent, now) throws(UserAgentError) in
                try agent.sendRequest(request, on: flow, credentials: entry.credentials, at: now)
            }
            guard let handle else { return receive(nil, entry) }
            requests[handle] = entry
        }
    }

    private static var now: SIPInstant { SIPInstant(nanoseconds: DispatchTime.now().uptimeNanoseconds) }
}
