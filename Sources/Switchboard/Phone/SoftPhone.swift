import CallControl
import Digests
import Dispatch
import Foundation
import Media
import NIOCore
import NIOPosix
import SDP
import SIP
import VoiceEngine

/// A small real SIP phone: registers, calls, answers, holds, sends digits and messages, plays and records.
///
/// It has sockets of its own and knows of the server only what comes over them.
final class SoftPhone: @unchecked Sendable {  // state is touched on `eventLoop` only
    let account: PhoneAccount
    let journal = PhoneJournal()
    let behaviour: PhoneBehaviour
    private let localAddress: String
    let eventLoop: any EventLoop
    let shell: SIPShell
    let media: MediaLoop
    var registration: RegistrationClient?
    var registrationRequest: ClientRequestHandle?
    var registrationTimer: Scheduled<Void>?
    var calls: [SessionHandle: PhoneCall] = [:]
    /// Transfers that this phone carries out for the far end of a call, by the call that it makes for them.
    var referrals: [SessionHandle: PhoneReferral] = [:]
    private var legs: [LegID: SessionHandle] = [:]
    private var recordings: [RecordingID: String] = [:]
    /// What each call hears from this phone as soon as it is established.
    private var sound: (clip: PCMClip, loop: Bool)?
    private var hearPath: String?

    /// - Parameter ports: range for RTP; a phone needs one pair a call.
    init(
        account: PhoneAccount, behaviour: PhoneBehaviour = PhoneBehaviour(), localAddress: String = "127.0.0.1",
        ports: ClosedRange<UInt16> = 30000...39999, eventLoop: any EventLoop
    ) throws {
        self.account = account
        self.behaviour = behaviour
        self.localAddress = localAddress
        self.eventLoop = eventLoop
        var settings = UserAgentSettings()
        settings.invite.product = "Switchboard phone"
        shell = SIPShell(eventLoop: eventLoop, settings: settings)
        let relay = MediaRelay(eventLoop: eventLoop)
        media = try MediaLoop(configuration: MediaConfiguration(address: localAddress, portRange: ports)) { event in
            relay.deliver(event)
        }
        relay.phone = self
    }

    /// Opens the phone's sockets; port 0 lets the system choose.
    func start(port: Int = 0) async throws {
        try media.start()
        try await eventLoop.flatSubmit {
            self.shell.owner = self
            self.shell.lag = self.behaviour.lag
            self.shell.trace = { [weak self] message, _, isReceived in
                if isReceived { self?.noteAcknowledgement(message) }
            }
            return self.shell.open(address: self.localAddress, port: port, withTCP: self.account.transport == .tcp)
        }.get()
        guard account.transport == .tls else { return }
        let tls = try SIPTLSContexts(SIPTLSConfiguration(authoritiesPath: account.authoritiesPath))
        try await eventLoop.flatSubmit {
            self.shell.openTLS(tls, address: self.localAddress, listener: nil)
        }.get()
    }

    /// Keeps what the phone sends until it is called with false.
    func holdBack(_ wanted: Bool) async throws { try await eventLoop.submit { self.shell.holdsBack = wanted }.get() }

    func stop() async {
        try? await eventLoop.flatSubmit { self.shell.close() }.get()
        media.stop()
    }

    var sipPort: Int { Int(shell.localPort) }

    // MARK: Calls

    /// Calls a number, a user, or a whole SIP address.
    func call(_ target: String) async throws -> SessionHandle {
        let text = target.hasPrefix("sip:") ? target : "sip:\(target)@\(account.domain)"
        let uri = try SIPURI(parsing: text)
        return try await eventLoop.submit { try self.dial(uri) }.get()
    }

    /// - Parameter headers: beyond the phone's own.
    func dial(_ uri: SIPURI, headers: SIPHeaders = SIPHeaders()) throws -> SessionHandle {
        let port = try media.ports.open()
        let leg = media.addLeg(port)
        let flow = serverFlow
        let protection = protection(on: flow)
        let offer = PhoneCall.offer(port, sessionID: leg.rawValue, behaviour, protection: protection)
        let invite = OutgoingInvite(
            uri: uri, from: account.address, to: NameAddress(uri: uri),
            contact: shell.contact(user: account.user, on: flow), description: Array(offer.text.utf8),
            headers: SIPHeaders((Array(ownHeaders) + Array(headers)).map { ($0.name, $0.value) }),
            credentials: account.credentials)
        let handle = try shell.command { (agent, now) throws(UserAgentError) in
            try agent.invite(invite, on: flow, at: now)
        }
        adopt(
            PhoneCall(
                handle: handle, state: .outgoing, media: media, port: port, leg: leg, local: offer,
                behaviour: behaviour, protection: protection))
        return handle
    }

    private func protection(on flow: SIPFlow) -> AudioProtection? {
        let security = SoundSecurity(policy: behaviour.srtp)
        return security.protection(on: flow, keys: security.makeKeys())
    }

    /// The call that was there first.
    func currentCall() async -> SessionHandle? {
        try? await eventLoop.submit { self.calls.keys.min { $0.rawValue < $1.rawValue } }.get()
    }

    /// Answers a call that rings.
    func answer(_ handle: SessionHandle) async throws {
        try await eventLoop.submit { self.accept(handle) }.get()
    }

    /// Ends a call whatever its state.
    func hangUp(_ handle: SessionHandle, status: Int = 486) async throws {
        try await eventLoop.submit {
            self.shell.attempt { (agent, now) throws(UserAgentError) in
                try agent.hangUp(handle, status: status, at: now)
            }
        }.get()
    }

    /// Puts the call on hold by re-INVITE, or takes it back.
    func hold(_ handle: SessionHandle, _ isHeld: Bool) async throws {
        try await eventLoop.submit {
            guard let call = self.calls[handle] else { return }
            let offer = Array(call.nextOffer(hold: isHeld).text.utf8)
            self.shell.attempt { (agent, now) throws(UserAgentError) in
                try agent.reinvite(handle, description: offer, at: now)
            }
        }.get()
    }

    /// Sends a text to the scenario, as the browser's phone does.
    func send(_ text: String, in handle: SessionHandle) async throws {
        let payload = SIPPayload(contentType: "text/plain;charset=UTF-8", bytes: Array(text.utf8))
        try await eventLoop.submit {
            self.shell.attempt { (agent, now) throws(UserAgentError) in
                try agent.message(handle, payload: payload, at: now)
            }
        }.get()
    }

    func sendDigits(_ digits: String, in handle: SessionHandle) async throws {
        try await eventLoop.submit {
            guard let call = self.calls[handle] else { return }
            switch self.behaviour.digits {
            case .events: self.media.sendDigits(call.leg, digits)
            case .info: self.sendInfo(digits, in: handle)
            }
        }.get()
    }

    /// A request for each digit; the phone does not type as fast as it could.
    private func sendInfo(_ digits: String, in handle: SessionHandle) {
        for (number, digit) in digits.compactMap({ DTMFDigit($0) }).enumerated() {
            let body = DigitInfoBody(digit: digit)
            let payload = SIPPayload(contentType: body.type.rawValue, bytes: Array(body.text.utf8))
            eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(200) * number) { [weak self] in
                self?.shell.attempt { (agent, now) throws(UserAgentError) in
                    try agent.info(handle, payload: payload, at: now)
                }
            }
        }
    }

    /// What the phone says of itself in its calls and answers.
    private var ownHeaders: SIPHeaders {
        behaviour.digits == .info
            ? SIPHeaders([(.accept, "application/sdp, \(DigitInfoBody.ContentType.relay.rawValue)")]) : SIPHeaders()
    }

    /// Plays into every call from its answer on.
    func play(_ clip: PCMClip, loop: Bool) async throws {
        try await eventLoop.submit {
            self.sound = (clip, loop)
            for call in self.calls.values where call.state == .established { self.startSound(call) }
        }.get()
    }

    /// Records what the next call hears into a wav file.
    func hear(to path: String) async throws { try await eventLoop.submit { self.hearPath = path }.get() }

    /// Records what a running call hears into a wav file, from now on.
    func hear(to path: String, in handle: SessionHandle) async throws {
        try await eventLoop.submit {
            self.hearPath = path
            if let call = self.calls[handle] { self.startHearing(call) }
        }.get()
    }

    func adopt(_ call: PhoneCall) {
        calls[call.handle] = call
        legs[call.leg] = call.handle
        media.handleTones(call.leg, kinds: [.telephoneEvent, .inBand])
        // A caller also hears what comes before the answer.
        if call.state == .outgoing { startHearing(call) }
        shell.setHandler(call.handle) { [weak self] event in self?.receive(event, call) }
    }

    func accept(_ handle: SessionHandle) {
        guard let call = calls[handle], call.state == .incoming else { return }
        call.state = .established
        startHearing(call)
        let description = Array(call.local.text.utf8)
        shell.attempt { (agent, now) throws(UserAgentError) in
            try agent.accept(handle, description: description, headers: self.ownHeaders, at: now)
        }
        startSound(call)
        journal.add(.answered(handle))
    }

    private func startHearing(_ call: PhoneCall) {
        guard let hearPath else { return }
        recordings[media.hear(call.leg, to: hearPath)] = hearPath
        self.hearPath = nil
    }

    private func startSound(_ call: PhoneCall) {
        if let sound { media.play(call.leg, sound.clip, loop: sound.loop) }
    }

    private func receive(_ event: InviteEvent, _ call: PhoneCall) {
        followTransfers(event, call)
        switch event {
        case .ringing(let status, _, _): journal.add(.ringing(call.handle, status: status))
        case .earlyMedia(let description, _): call.receive(answer: description)
        case .answered(let description, _):
            call.state = .established
            // An answer without a description repeats what came with a provisional response.
            guard description.isEmpty || call.receive(answer: description) else {
                return shell.attempt { (agent, now) throws(UserAgentError) in try agent.bye(call.handle, at: now) }
            }
            startSound(call)
            journal.add(.answered(call.handle))
        case .reinviteAnswered(let description, _):
            call.receive(answer: description)
            journal.add(.holdAccepted(call.handle))
        case .reinviteReceived(let offer): answerReinvite(offer, call)
        case .infoReceived(let payload, _):
            let body = String(decoding: payload.bytes, as: UTF8.self)
            if let digit = DigitInfoBody(contentType: payload.contentType, body: body)?.digit {
                journal.add(.digit(call.handle, digit.character))
            }
        case .messageReceived(let payload, _):
            journal.add(.message(call.handle, String(decoding: payload.bytes, as: UTF8.self)))
        case .failed(let failure): end(call, .failed(call.handle, status: failure.status, reason: failure.reason))
        case .redirected(let status, _, _): end(call, .failed(call.handle, status: status, reason: "Redirected"))
        case .cancelled: end(call, .ended(call.handle, byPeer: true))
        case .ended(let ending): end(call, .ended(call.handle, byPeer: ending.side == .remote))
        default: break
        }
    }

    /// With no call left, an ACK can only be for the refusal of the last one.
    private func noteAcknowledgement(_ message: SIPMessage) {
        if case .request(let request) = message, request.method == .ack, calls.isEmpty { journal.add(.endAcknowledged) }
    }

    private func answerReinvite(_ offer: SessionOffer, _ call: PhoneCall) {
        guard let answer = call.answer(to: offer.description) else {
            return shell.attempt { (agent, now) throws(UserAgentError) in
                try agent.rejectReinvite(call.handle, at: now)
            }
        }
        let description = Array(answer.description.text.utf8)
        shell.attempt { (agent, now) throws(UserAgentError) in
            try agent.acceptReinvite(call.handle, description: description, at: now)
        }
        journal.add(.held(call.handle, answer.isHeld))
    }

    private func end(_ call: PhoneCall, _ event: PhoneEvent) {
        call.state = .ended
        calls[call.handle] = nil
        media.removeLeg(call.leg)
        journal.add(event)
    }

    fileprivate func receive(_ event: MediaEvent) {
        switch event {
        case .digit(let leg, let digit, _): if let handle = legs[leg] { journal.add(.digit(handle, digit)) }
        case .recordStopped(_, let id, _):
            if let path = recordings.removeValue(forKey: id) { journal.add(.recorded(path)) }
        case .playbackFinished: journal.add(.playbackFinished)
        case .legRemoved(let leg, _): legs[leg] = nil
        default: break
        }
    }
}

extension SoftPhone: SIPShell.Owner {
    func incomingCall(_ handle: SessionHandle, _ invite: IncomingInvite) {
        guard let port = try? media.ports.open() else { return refuse(handle, status: 503) }
        let leg = media.addLeg(port)
        let protection = protection(on: invite.flow)
        let call = PhoneCall(
            handle: handle, state: .incoming, media: media, port: port, leg: leg,
            local: PhoneCall.offer(port, sessionID: leg.rawValue, behaviour, protection: protection),
            behaviour: behaviour, protection: protection)
        guard invite.request.body.isEmpty || call.answer(to: invite.request.body) != nil else {
            media.removeLeg(leg)
            return refuse(handle, status: 488)
        }
        switch behaviour.answer {
        case .reject(let status):
            media.removeLeg(leg)
            return refuse(handle, status: status)
        case .redirect(let target):
            media.removeLeg(leg)
            return refuse(handle, status: 302, headers: SIPHeaders([(.contact, NameAddress(uri: target).description)]))
        case .manual, .after: break
        }
        adopt(call)
        if takesOver(invite.request, call) { return }
        let caller = try? invite.request.headers.from
        journal.add(.incoming(handle, from: caller?.uri.user ?? ""))
        if behaviour.tellsRinging {
            shell.attempt { (agent, now) throws(UserAgentError) in try agent.ring(handle, at: now) }
        }
        if case .after(let delay) = behaviour.answer {
            eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in self?.accept(handle) }
        }
    }

    private func refuse(_ handle: SessionHandle, status: Int, headers: SIPHeaders = SIPHeaders()) {
        shell.attempt { (agent, now) throws(UserAgentError) in
            try agent.reject(handle, status: status, headers: headers, at: now)
        }
    }

    func received(_ request: SIPRequest, _ handle: ServerRequestHandle, on flow: SIPFlow) {
        let isText = request.method == .message
        if isText {
            let sender = (try? request.headers.from)?.uri.user ?? ""
            journal.add(.text(from: sender, String(decoding: request.body, as: UTF8.self)))
        }
        shell.attempt { (agent, now) throws(UserAgentError) in
            try agent.respond(handle, status: isText ? 200 : 405, at: now)
        }
    }

    func completed(_ handle: ClientRequestHandle, _ response: SIPResponse?) {
        guard handle == registrationRequest else { return }
        registration?.receive(response, at: Self.now)
        performRegistration()
    }

    func flowFailed(_ flow: SIPFlow) {}

    func handshakeFailed(with address: String, isOutgoing: Bool, reason: String) {}
}

/// Why a phone could not do what it was told.
enum PhoneError: Error, CustomStringConvertible {
    case registrationRefused(status: Int?)
    case notTalking

    var description: String {
        switch self {
        case .registrationRefused(let status?):
            "The server refused the registration with \(status): check user, password and domain."
        case .registrationRefused(nil):
            "The server did not answer the registration: check its address and port."
        case .notTalking:
            "The other call is not answered; an attended transfer needs two calls that are."
        }
    }
}

/// Brings media events from the media thread to the phone's event loop.
private final class MediaRelay: @unchecked Sendable {  // `phone` is set once, before the media loop starts
    let eventLoop: any EventLoop
    weak var phone: SoftPhone?

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func deliver(_ event: MediaEvent) { eventLoop.execute { self.phone?.receive(event) } }
}
