import NIOCore
import SIP

/// Passes texts between the users of an application (MESSAGE outside calls, RFC 3428).
///
/// A user who has proved who he is writes to another one of his domain; the text goes to every phone that is registered.
/// 202 says that it was passed on, not that it was read.
final class MessageDesk {
    /// RFC 3428 8: a message outside calls fits into one datagram.
    static let mostOctets = 1300

    private let shell: SIPShell
    private let authenticator: SIPAuthenticator
    private let phones: (UserAddress) -> [RegistrarBinding]

    init(shell: SIPShell, authenticator: SIPAuthenticator, phones: @escaping (UserAddress) -> [RegistrarBinding]) {
        self.shell = shell
        self.authenticator = authenticator
        self.phones = phones
    }

    func receive(_ request: SIPRequest, _ handle: ServerRequestHandle, on flow: SIPFlow) {
        guard let from = (try? request.headers.from).flatMap({ AddressOfRecord($0.uri) }) else {
            return respond(handle, status: 400)
        }
        authenticator.judge(request, domain: from.domain, flow: flow).assumeIsolated().whenComplete { result in
            switch result {
            case .success(.authenticated(let user)) where user.username == from.user:
                self.pass(request, handle, from: user)
            case .success(.authenticated): self.respond(handle, status: 403)
            case .success(.challenge(let headers)): self.respond(handle, status: 401, headers: headers)
            case .success(.banned): break
            case .failure: self.respond(handle, status: 500)
            }
        }
    }

    private func pass(_ request: SIPRequest, _ handle: ServerRequestHandle, from user: UserAddress) {
        let type = try? request.headers.contentType
        guard let type, type.essence == "text/plain" else {
            return respond(handle, status: 415, headers: SIPHeaders([(.accept, "text/plain")]))
        }
        guard request.body.count <= Self.mostOctets else { return respond(handle, status: 413) }
        guard let target = AddressOfRecord(request.uri), target.domain == user.domain else {
            return respond(handle, status: 404)
        }
        let bindings = phones(UserAddress(username: target.user, domain: target.domain))
        guard !bindings.isEmpty else { return respond(handle, status: 480) }
        respond(handle, status: 202)
        for phone in bindings { send(request, to: phone, from: user) }
    }

    private func send(_ original: SIPRequest, to phone: RegistrarBinding, from user: UserAddress) {
        var request = SIPRequest(method: .message, uri: phone.contact.uri)
        let name = (try? original.headers.from)?.displayName
        let sender = NameAddress(displayName: name, uri: SIPURI(user: user.username, host: user.domain))
        request.headers.set(.from, sender.description)
        request.headers.set(.to, NameAddress(uri: original.uri).description)
        request.headers.set(.contentType, original.headers.first(.contentType) ?? "text/plain")
        request.body = original.body
        let message = request
        shell.attempt { (agent, now) throws(UserAgentError) in
            _ = try agent.sendRequest(message, on: phone.flow, at: now)
        }
    }

    private func respond(_ handle: ServerRequestHandle, status: Int, headers: SIPHeaders = SIPHeaders()) {
        shell.attempt { (agent, now) throws(UserAgentError) in
            try agent.respond(handle, status: status, headers: headers, at: now)
        }
    }
}
