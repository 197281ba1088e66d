import SIP

/// Where a call may go when its callee names other addresses (3xx), and where it has been.
///
/// A value: followed are users of the call's own domain, and addresses at the host that was dialled (a trunk may move a
/// call to another of its numbers). Nothing is called twice, and a call is redirected five times at most, so that neither
/// a ring of forwardings nor a foreign address can be made of it.
struct RedirectTrail {
    static let mostRedirections = 5
    static let mostTargets = 10

    /// Somebody to call instead.
    enum Target: Hashable {
        case user(String)
        case address(SIPURI)
    }

    /// Who was called; the host is what redirections may stay at.
    private let dialledHost: String
    private let domain: String
    /// Other names of this platform.
    private let ownHosts: Set<String>
    private var visited: Set<Target>
    private var redirections = 0

    init(dialled: SIPURI, domain: String, ownHosts: Set<String>) {
        dialledHost = dialled.bareHost.lowercased()
        self.domain = domain.lowercased()
        self.ownHosts = ownHosts
        visited = []
        if let target = target(dialled) { visited.insert(target) }
    }

    /// The targets to call, the callee's favourite first; empty when none may be.
    mutating func follow(_ contacts: [NameAddress]) -> [Target] {
        guard redirections < Self.mostRedirections else { return [] }
        redirections += 1
        var targets: [Target] = []
        for contact in contacts.sorted(by: { Self.preference($0) > Self.preference($1) }) {
            guard visited.count < Self.mostTargets, let target = target(contact.uri) else { continue }
            if visited.insert(target).inserted { targets.append(target) }
        }
        return targets
    }

    /// Nil for an address that policy forbids.
    private func target(_ uri: SIPURI) -> Target? {
        guard uri.isSIP, let user = uri.user, !user.isEmpty else { return nil }
        let host = uri.bareHost.lowercased()
        if host == domain || ownHosts.contains(host) { return .user(user) }
        guard host == dialledHost else { return nil }
        var address = uri
        // Header fields in an address would let the callee write our request.
        address.headers = []
        return .address(address)
    }

    private static func preference(_ contact: NameAddress) -> Double {
        contact.parameters["q"].flatMap { Double($0) }.map { min(max($0, 0), 1) } ?? 1
    }
}
