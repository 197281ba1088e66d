import CallControl

/// How a trunk is just now. Times are counted from the moment of the question.
public struct TrunkStatus: Sendable, Hashable {
    public var name: TrunkName
    public var servers: [Server]
    /// Whether it may register here.
    public var hasLogin: Bool
    /// Where it has registered, the preferred place first.
    public var contacts: [Contact]

    public init(name: TrunkName, servers: [Server] = [], hasLogin: Bool = false, contacts: [Contact] = []) {
        self.name = name
        self.servers = servers
        self.hasLogin = hasLogin
        self.contacts = contacts
    }

    /// One of its servers.
    public struct Server: Sendable, Hashable {
        public var host: String
        /// Nil where name servers or the transport decide.
        public var port: UInt16?
        /// `udp`, `tcp` or `tls`.
        public var transport: String
        /// The platform's registration there; nil where none is wanted.
        public var registration: Registration?
        /// Where it is; one without address and port while nobody knows.
        public var places: [Place]

        public init(
            host: String, port: UInt16?, transport: String, registration: Registration? = nil, places: [Place]
        ) {
            self.host = host
            self.port = port
            self.transport = transport
            self.registration = registration
            self.places = places
        }
    }

    /// Whether calls go to a place.
    public enum Health: String, Sendable, Hashable, CaseIterable {
        /// Nothing is known; it is called like one that is up.
        case unknown
        case up
        /// Calls are kept away for a while.
        case resting
        /// Calls are kept away until it answers.
        case down
    }

    /// One place of a server.
    public struct Place: Sendable, Hashable {
        public var address: String?
        public var port: UInt16?
        public var health: Health
        /// For how long it has been so; nil while nothing is known.
        public var since: Duration?
        /// How long ago it has last answered anything; nil for never.
        public var lastAnswer: Duration?
        /// When its rest ends.
        public var restEnds: Duration?

        public init(
            address: String?, port: UInt16?, health: Health, since: Duration? = nil, lastAnswer: Duration? = nil,
            restEnds: Duration? = nil
        ) {
            self.address = address
            self.port = port
            self.health = health
            self.since = since
            self.lastAnswer = lastAnswer
            self.restEnds = restEnds
        }
    }

    /// The platform's registration at a server.
    public struct Registration: Sendable, Hashable {
        public enum State: String, Sendable, Hashable, CaseIterable {
            case registering
            case registered
            case failed
        }

        public var state: State
        /// When what the registrar has granted ends; nil when it has granted nothing that still lasts.
        public var ends: Duration?
        /// Status of the last failure; 408 where nobody has answered, nil after a success.
        public var failure: Int?
        /// When it is tried or refreshed next; nil while it is being tried.
        public var next: Duration?

        public init(state: State, ends: Duration? = nil, failure: Int? = nil, next: Duration? = nil) {
            self.state = state
            self.ends = ends
            self.failure = failure
            self.next = next
        }
    }

    /// A place where the trunk has registered here.
    public struct Contact: Sendable, Hashable {
        public var uri: String
        /// Where the registration came from, and calls go to.
        public var address: String
        public var port: UInt16
        public var transport: String
        public var ends: Duration
        /// What it says that it is.
        public var product: String?

        public init(
            uri: String, address: String, port: UInt16, transport: String, ends: Duration, product: String? = nil
        ) {
            self.uri = uri
            self.address = address
            self.port = port
            self.transport = transport
            self.ends = ends
            self.product = product
        }
    }
}
