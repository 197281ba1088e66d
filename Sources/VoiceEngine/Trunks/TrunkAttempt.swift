import CallControl
import SIP

/// Where a call through trunks is tried.
enum TrunkRoutes {
    /// At least one, in their order.
    case attempts([TrunkAttempt])
    /// Nowhere: the call fails at once.
    case nowhere(code: Int, reason: String)

    init(_ attempts: [TrunkAttempt]) {
        self = attempts.isEmpty ? .nowhere(code: 480, reason: "The trunk is not registered") : .attempts(attempts)
    }
}

/// One try of an outgoing call: where it goes, and whom is asked for.
struct TrunkAttempt {
    let trunk: Trunk
    var destination: Destination
    /// What is called: user part of an address at the trunk, or a whole address in one of its domains.
    let callee: Callee
    let callerID: String

    enum Destination {
        /// One of the trunk's servers; without a target until it has been looked up.
        case server(TrunkPlace, SIPNextHop)
        /// Where the trunk has registered.
        case contact(RegistrarBinding)
    }

    enum Callee {
        case user(String)
        case address(SIPURI)
    }

    /// The server's place; nil for a trunk that has registered.
    var place: TrunkPlace? {
        guard case .server(let place, _) = destination else { return nil }
        return place
    }

    /// The Request-URI: a registered trunk gets the number in its Contact (RFC 6140 5.2).
    var uri: SIPURI {
        switch (callee, destination) {
        case (.address(let uri), _): return uri
        case (.user(let user), .contact(let binding)):
            var uri = binding.contact.uri
            uri.user = user
            return uri
        case (.user(let user), .server(_, let hop)):
            if let domain = trunk.domain { return SIPURI(user: user, host: HostText.bracketed(domain)) }
            var uri = hop.uri
            uri.user = user
            return uri
        }
    }

    /// To; `own` is the platform's host.
    func callee(own: String) -> NameAddress {
        guard case .user(let user) = callee, case .contact = destination else { return NameAddress(uri: uri) }
        return NameAddress(uri: SIPURI(user: user, host: HostText.bracketed(trunk.domain ?? own)))
    }

    /// Who calls, as the trunk is told; `own` is the platform's host.
    ///
    /// - Returns: From, and the fields that go with it.
    func identity(of call: OutgoingSIPCall, own: String) -> (from: NameAddress, headers: SIPHeaders) {
        let host = trunk.domain ?? accountHost ?? own
        let identity = OutgoingIdentity(
            callerID: callerID, displayName: call.displayName, host: HostText.bracketed(host), scenario: call.headers,
            isTrusted: true)
        let account = trunk.registration?.user ?? trunk.credentials?.username
        guard trunk.callerID.place == .asserted, let account else { return (identity.from, identity.headers) }
        return (
            NameAddress(uri: SIPURI(user: account, host: HostText.bracketed(host))), identity.headers
        )
    }
}

extension TrunkAttempt {
    /// The host that the platform's account at the trunk belongs to.
    private var accountHost: String? {
        guard trunk.registration != nil, case .server(_, let hop) = destination else { return nil }
        return hop.host
    }
}

extension SIPNextHop {
    /// The address of the hop itself.
    var uri: SIPURI {
        var uri = SIPURI(host: HostText.bracketed(host), port: explicitPort)
        if transport != .udp { uri.parameters["transport"] = transport.viaName.lowercased() }
        return uri
    }
}
