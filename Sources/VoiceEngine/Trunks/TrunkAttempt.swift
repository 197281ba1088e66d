import CallControl
import SIP

/// One try of an outgoing call: a place of a trunk's server, and whom it is asked for.
struct TrunkAttempt {
    let trunk: Trunk
    /// Without a target until the server has been looked up.
    var place: TrunkPlace
    let hop: SIPNextHop
    /// What is called: user part of an address at the trunk, or a whole address in one of its domains.
    let callee: Callee
    let callerID: String

    enum Callee {
        case user(String)
        case address(SIPURI)
    }

    /// The Request-URI.
    var uri: SIPURI {
        switch callee {
        case .address(let uri): return uri
        case .user(let user):
            if let domain = trunk.domain { return SIPURI(user: user, host: HostText.bracketed(domain)) }
            var uri = hop.uri
            uri.user = user
            return uri
        }
    }

    /// Who calls, as the trunk is told; `own` is the platform's host.
    ///
    /// - Returns: From, and the fields that go with it.
    func identity(of call: OutgoingSIPCall, own: String) -> (from: NameAddress, headers: SIPHeaders) {
        let host = trunk.domain ?? (trunk.registration == nil ? own : hop.host)
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

extension SIPNextHop {
    /// The address of the hop itself.
    var uri: SIPURI {
        var uri = SIPURI(host: HostText.bracketed(host), port: explicitPort)
        if transport != .udp { uri.parameters["transport"] = transport.viaName.lowercased() }
        return uri
    }
}
