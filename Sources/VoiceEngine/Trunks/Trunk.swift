import CallControl
import SIP

/// A carrier or PBX that the platform exchanges calls with.
///
/// A trunk is found by the address that it calls from, by the Contact of a registration, or by its login; it may have all
/// three. The first trunk that an address belongs to has the call.
public struct Trunk: Sendable, Hashable {
    public var name: TrunkName
    /// Where outgoing calls go when the trunk has not registered; none for one that registers, or only brings calls.
    public var servers: [TrunkServer]
    /// Networks whose calls are the trunk's, without a password.
    public var networks: [IPNetwork]
    /// Host part of the addresses in outgoing calls; nil: the server's for the callee, the platform's for the caller.
    public var domain: String?
    /// What the trunk's challenges are answered with; nil: not at all.
    public var credentials: SIPCredentials?
    /// How the platform is registered at each of the servers; nil: not at all.
    public var registration: TrunkRegistration?
    /// What the trunk must answer a challenge with when it registers, or calls from anywhere else; nil: it may not.
    public var login: SIPCredentials?
    /// What is called when a call over a registration names no number of its own.
    public var number: String?
    public var callerID = CallerIDRule()
    public var sound = TrunkSound()
    public var health = ServerHealth.Settings()
    /// How long a server may be silent before the next one is called.
    public var attemptLimit = Duration.seconds(4)
    /// Domains whose SIP addresses scenarios reach through this trunk, in lower case.
    public var domains: Set<String> = []
    /// Whose scenarios may call out through it.
    public var users = TrunkUsers()

    public init(
        name: TrunkName, servers: [TrunkServer] = [], networks: [IPNetwork] = [], domain: String? = nil,
        credentials: SIPCredentials? = nil, registration: TrunkRegistration? = nil, login: SIPCredentials? = nil
    ) {
        self.name = name
        self.servers = servers
        self.networks = networks
        self.domain = domain
        self.credentials = credentials
        self.registration = registration
        self.login = login
    }

    /// Whether calls from a numeric address are the trunk's.
    func has(_ address: String) -> Bool { networks.contains { $0.contains(address) } }
}

/// How the platform is registered at a trunk.
public struct TrunkRegistration: Sendable, Hashable {
    /// User part of the address that is registered.
    public var user: String
    /// The life that is asked for; the registrar's answer counts.
    public var expiry: Duration

    public init(user: String, expiry: Duration = .seconds(3600)) {
        self.user = user
        self.expiry = expiry
    }
}

/// The applications whose scenarios may call out through a trunk.
public struct TrunkUsers: Sendable, Hashable {
    /// SIP domains of applications, or the ends of such domains with a dot in front; none stands for all.
    public var domains: [String]

    public init(domains: [String] = []) { self.domains = domains.map { $0.lowercased() } }

    /// Whether the application of a SIP domain is among them.
    public func contains(_ domain: String) -> Bool {
        let domain = domain.lowercased()
        return domains.isEmpty || domains.contains { $0.hasPrefix(".") ? domain.hasSuffix($0) : domain == $0 }
    }
}
