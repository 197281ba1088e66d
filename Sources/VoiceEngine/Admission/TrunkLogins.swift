import SIP

/// Finds out which trunk a request comes from, by its login.
///
/// The realm of logins is the platform's domain; users log in to domains below it.
final class TrunkLogins {
    enum Verdict {
        case authenticated(Trunk, SIPCredentials)
        /// Answer 401 with these header fields.
        case challenge(SIPHeaders)
        /// Too many failures from this source.
        case banned
    }

    private let trunks: [Trunk]
    private let authenticator: SIPAuthenticator
    private let realm: String

    init(trunks: [Trunk], authenticator: SIPAuthenticator, realm: String) {
        self.trunks = trunks.filter { $0.login != nil }
        self.authenticator = authenticator
        self.realm = realm.lowercased()
    }

    /// Whether somebody with this address may be a trunk: there are logins, and it is no user's.
    func concern(_ address: AddressOfRecord) -> Bool { !trunks.isEmpty && !address.domain.hasSuffix(".\(realm)") }

    func judge(_ request: SIPRequest, on flow: SIPFlow) -> Verdict {
        let verdict = authenticator.judge(request, realm: realm, flow: flow) { trunk(loginName: $0)?.login?.password }
        switch verdict {
        case .authenticated(let peer):
            guard let trunk = trunk(loginName: peer.username), let login = trunk.login else { return .banned }
            return .authenticated(trunk, login)
        case .challenge(let headers): return .challenge(headers)
        case .banned: return .banned
        }
    }

    private func trunk(loginName name: String) -> Trunk? { trunks.first { $0.login?.username == name } }
}
