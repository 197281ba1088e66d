import Billing
import OutsideRequests
import PhoneNumbers
import Storage

/// Everything that the controller must be told.
public struct ControllerConfiguration: Sendable {
    /// The address to listen on; port 0 takes a free one.
    public var host: String
    public var port: Int
    public var database: DatabaseLocation
    /// How scenarios reach this controller, without a slash at the end.
    public var publicURL: String
    public var platform: PlatformAccess
    /// The built-in licence table's rows that come with the configuration; others are added by the operator.
    public var portals: [PortalAccess]
    /// Who is asked about portals that are not in the table; nil for nobody.
    public var licenceServer: LicenceServerAccess?
    public var licences: LicencePolicy
    /// Seals the secrets in the database: 64 hexadecimal digits.
    public var storageKey: Secret
    /// The bearer token of the operator's endpoints.
    public var operatorToken: Secret
    public var scenario: ScenarioSource
    public var limits: TimeLimits
    public var rollout: RolloutPolicy
    /// Who may confirm payments; each has a name of its own.
    public var paymentSystems: @Sendable () -> [PaymentSystem]
    /// How long a payment order may be paid.
    public var paymentOrderLife: Duration
    /// Below which new accounts are warned.
    public var thresholds: CommonThresholds
    /// Takes warnings by mail; nil when there is no mail server.
    public var mailer: (any WarningMailer)?
    /// Where portals' webhooks may be.
    public var webhooks: OutsidePolicy

    public init(
        host: String = "127.0.0.1", port: Int = 8081, database: DatabaseLocation,
        publicURL: String = "http://127.0.0.1:8081", platform: PlatformAccess, portals: [PortalAccess],
        licenceServer: LicenceServerAccess? = nil, licences: LicencePolicy = LicencePolicy(), storageKey: Secret,
        operatorToken: Secret, scenario: ScenarioSource, limits: TimeLimits = TimeLimits(),
        rollout: RolloutPolicy = RolloutPolicy(), paymentSystems: @escaping @Sendable () -> [PaymentSystem] = { [] },
        paymentOrderLife: Duration = .seconds(14 * 86_400), thresholds: CommonThresholds = .standard,
        mailer: (any WarningMailer)? = nil,
        webhooks: OutsidePolicy = OutsidePolicy()
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.publicURL = publicURL
        self.platform = platform
        self.portals = portals
        self.licenceServer = licenceServer
        self.licences = licences
        self.storageKey = storageKey
        self.operatorToken = operatorToken
        self.scenario = scenario
        self.limits = limits
        self.rollout = rollout
        self.paymentSystems = paymentSystems
        self.paymentOrderLife = paymentOrderLife
        self.thresholds = thresholds
        self.mailer = mailer
        self.webhooks = webhooks
    }
}

/// The voice platform and the master accounts on it, one for each currency.
public struct PlatformAccess: Sendable {
    /// An account of the platform with what commands it.
    public struct Credentials: Hashable, Sendable {
        /// What proves that the controller may act for the account.
        public enum Proof: Hashable, Sendable {
            /// The account's own API key.
            case apiKey(Secret)
            /// The service account of the currency's master, for the master itself and its children.
            case master(Currency)
        }

        public var accountID: Int64
        public var proof: Proof

        public init(accountID: Int64, proof: Proof) {
            self.accountID = accountID
            self.proof = proof
        }

        public init(accountID: Int64, apiKey: Secret) {
            self.init(accountID: accountID, proof: .apiKey(apiKey))
        }
    }

    /// Without `/platform_api` and without a slash at the end: `http://127.0.0.1:8082`.
    public var baseURL: String
    /// Where phones register, told to the portal: `127.0.0.1:5060`.
    public var sipServer: String
    /// The accounts under which portals' accounts are made; one with a service key is in `serviceKeys`, too.
    public private(set) var masters: [Currency: Credentials]
    /// Keys of the masters' service accounts, for masters that are commanded by tokens instead of API keys.
    public let serviceKeys: [Currency: ServiceKey]
    /// Hosts, with all below them, where the platform keeps recordings beside `baseURL`; reached by https only.
    public var recordingHosts: [String]

    public init(
        baseURL: String = "http://127.0.0.1:8082", sipServer: String, masters: [Currency: Credentials],
        serviceKeys: [Currency: ServiceKey] = [:], recordingHosts: [String] = []
    ) {
        self.baseURL = baseURL
        self.sipServer = sipServer
        self.masters = masters
        self.serviceKeys = serviceKeys
        self.recordingHosts = recordingHosts.map { $0.lowercased() }
        for (currency, key) in serviceKeys {
            self.masters[currency] = Credentials(accountID: key.accountID, proof: .master(currency))
        }
    }
}

/// One row of the built-in licence table: a portal that may use telephony.
public struct PortalAccess: Sendable {
    public var id: PortalID
    /// Both sides derive the keys of their requests from it.
    public var licenceKey: Secret
    /// Without a slash at the end: `http://127.0.0.1:8080`.
    public var baseURL: String
    /// Decides the master account.
    public var currency: Currency
    /// How its people dial.
    public var region: Region
    /// Until when the licence holds, in seconds since 1970; nil means without end.
    public var licensedUntil: Int64?
    public var kind: PortalKind

    public init(
        id: PortalID, licenceKey: Secret, baseURL: String, currency: Currency = .rub, region: Region = .russia,
        licensedUntil: Int64? = nil, kind: PortalKind = .cloud
    ) {
        self.id = id
        self.licenceKey = licenceKey
        self.baseURL = baseURL
        self.currency = currency
        self.region = region
        self.licensedUntil = licensedUntil
        self.kind = kind
    }
}

/// The call scenario that comes with the program.
public struct ScenarioSource: Sendable, Hashable {
    /// A JavaScript file, or a directory whose `.js` files are joined in the order of their names.
    public var path: String
    /// Counts up with every release.
    public var version: Int64

    public init(path: String, version: Int64) {
        self.path = path
        self.version = version
    }
}

/// How long the controller waits for whom.
public struct TimeLimits: Sendable, Hashable {
    /// For the CRM's answer while a caller waits.
    public var crm: Duration
    /// For a portal's settings, or the taking of a report.
    public var portal: Duration
    /// For one answer of the voice platform.
    public var platform: Duration
    /// Between two looks for calls that have ended unreported.
    public var reconciliation: Duration
    /// For the new version of an account's scenario while a caller waits.
    public var update: Duration
    /// Between two looks at versions that roll out.
    public var rollout: Duration
    /// Before the first repeated delivery; doubled up to `longestBackOff`.
    public var firstBackOff: Duration
    public var longestBackOff: Duration
    /// Between two looks for calls that are to be deleted.
    public var retention: Duration

    public init(
        crm: Duration = .milliseconds(2500), portal: Duration = .seconds(4), platform: Duration = .seconds(10),
        reconciliation: Duration = .seconds(30), update: Duration = .seconds(2), rollout: Duration = .seconds(5),
        firstBackOff: Duration = .seconds(1), longestBackOff: Duration = .seconds(300),
        retention: Duration = .seconds(3600)
    ) {
        self.crm = crm
        self.portal = portal
        self.platform = platform
        self.reconciliation = reconciliation
        self.update = update
        self.rollout = rollout
        self.firstBackOff = firstBackOff
        self.longestBackOff = longestBackOff
        self.retention = retention
    }
}
