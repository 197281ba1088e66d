import Billing
import OutsideRequests
import ScenarioRuntime

/// Everything that a voice platform is told at its start.
public struct VoicePlatformConfiguration: Sendable {
    /// Where the HTTP server listens.
    public var host: String
    /// 0 lets the system choose; ``VoicePlatform/boundAddress()`` then tells which it is.
    public var port: Int
    /// The base of the URLs that are given out, without a slash at its end: `http://127.0.0.1:8082`.
    /// Nil means `http://<host>:<bound port>`.
    public var publicURL: String?
    /// The base of URLs over TLS; nil when no proxy in front offers them.
    public var publicSecureURL: String?
    /// The address of the media server that access URLs and the history show.
    public var mediaServerAddress: String
    /// Database, session logs and recordings; made when it does not exist.
    public var dataDirectory: String
    /// The end of every SIP domain: `switchboard.<account>.<domain>`.
    public var domain: String
    public var masterAccounts: [MasterAccount]
    public var tariffs: TariffBook
    /// Asked each minute for prices that count from now on; nil where nothing has changed.
    public var changedTariffs: (@Sendable () throws -> TariffBook?)?
    public var numbers: NumberCatalogue
    /// Where `callPSTN` dials; a number without a way is answered with `Call.Failed`.
    public var dialPlan: DialPlan
    public var scenarioTrust: ScenarioTrustPolicy
    /// What signs the addresses of recordings and logs; the platform takes the key of its data directory.
    var urlSigning = URLSigning.ephemeral()
    /// Which hosts callbacks may reach.
    public var callbacks = OutsidePolicy()
    /// What a SIP registration costs each month, in each currency that it can be paid in.
    public var sipRegistrationPrices: [Money] = []
    /// What a dollar costs in other currencies, as decimal texts.
    public var dollarRates: [Currency: String] = [:]
    /// What the scripts of accounts may use.
    public var scripts = ScriptLimits()
    public var limits: VoicePlatformLimits

    public init(
        host: String = "127.0.0.1", port: Int = 8082, publicURL: String? = nil, publicSecureURL: String? = nil,
        mediaServerAddress: String = "127.0.0.1", dataDirectory: String, domain: String,
        masterAccounts: [MasterAccount], tariffs: TariffBook = [], numbers: NumberCatalogue = NumberCatalogue(),
        dialPlan: DialPlan = DialPlan(), scenarioTrust: ScenarioTrustPolicy = .eachAccount,
        limits: VoicePlatformLimits = VoicePlatformLimits()
    ) {
        self.host = host
        self.port = port
        self.publicURL = publicURL
        self.publicSecureURL = publicSecureURL
        self.mediaServerAddress = mediaServerAddress
        self.dataDirectory = dataDirectory
        self.domain = domain
        self.masterAccounts = masterAccounts
        self.tariffs = tariffs
        self.numbers = numbers
        self.dialPlan = dialPlan
        self.scenarioTrust = scenarioTrust
        self.limits = limits
    }

    func sipRegistrationPrice(_ currency: Currency) -> Money {
        sipRegistrationPrices.first { $0.currency == currency } ?? .zero(currency)
    }

    /// The decimal text of a currency's rate to the dollar; nil when the operator has set none.
    func rate(of currency: Currency) -> String? { currency == .usd ? "1" : dollarRates[currency] }

    func tariff(_ currency: Currency) -> Tariff {
        tariffs.tariff(currency)
    }

    /// How running calls are watched.
    var meterPolicy: CallMeter.Policy { CallMeter.Policy(warning: limits.moneyWarningSeconds) }
}

/// An account that belongs to the operator and owns child accounts of its currency.
public struct MasterAccount: Sendable, Hashable {
    public var name: String
    public var email: String
    public var currency: Currency
    /// The key that the operator's controller uses; only its digest is stored.
    public var apiKey: String
    /// Booked once, when the account is made.
    public var openingBalance: Money?
    /// How far below nothing the balance of the account may go.
    public var creditLimit: Money?

    public init(
        name: String, email: String, currency: Currency, apiKey: String, openingBalance: Money? = nil,
        creditLimit: Money? = nil
    ) {
        self.name = name
        self.email = email
        self.currency = currency
        self.apiKey = apiKey
        self.openingBalance = openingBalance
        self.creditLimit = creditLimit
    }
}

/// Whose scenarios the template of the script processes may run.
public enum ScenarioTrustPolicy: Sendable, Hashable {
    /// Accounts write scenarios: a text is only where its own sessions run.
    case eachAccount
    /// Only the operator writes scenarios: the template makes them ready before a session needs them.
    case operatorPublished
}

/// What the scripts of accounts may use.
public struct ScriptLimits: Sendable, Hashable {
    /// For every account without limits of its own.
    public var usual = AccountLimits()
    /// By the names of accounts.
    public var accounts: [String: AccountLimits] = [:]

    public init() {}

    func limits(of account: String) -> AccountLimits { accounts[account] ?? usual }
}

/// What one request or account may use.
public struct VoicePlatformLimits: Sendable, Hashable {
    /// Bytes of a request's body.
    public var requestBytes = 1 << 20
    /// Bytes of a request's head, the URL included.
    public var headerBytes = 16_384
    public var applicationsPerAccount: Int64 = 100
    public var usersPerAccount: Int64 = 1000
    public var scenariosPerAccount: Int64 = 100
    public var scenariosPerRule: Int64 = 100
    public var sipRegistrationsPerAccount: Int64 = 100
    public var callerIDsPerAccount: Int64 = 100
    public var blackListItems: Int64 = 1000
    public var whiteListItems: Int64 = 100
    /// How long the signature of a recording's or log's address is worth something.
    public var signedURLSeconds: Int64 = 3600
    /// Keys of service accounts.
    public var keysPerAccount: Int64 = 100
    /// Requests of the management API that one account may send at once.
    public var requestBurst = 1000
    /// Requests that it may send in each second after that.
    public var requestsPerSecond = 200
    /// Sessions that one account may run at once.
    public var sessionsPerAccount = 500
    /// New sessions and outgoing calls that cost money, for each account in each second.
    public var callsPerSecond = 100
    /// What one account may spend on calls within an hour, in each currency; none: any amount.
    public var hourlySpending: [Money] = []
    /// Bytes of recordings and session logs that one account may keep; nil: any number.
    public var storageBytesPerAccount: Int64?
    /// How long session logs are kept.
    public var logSeconds: Int64 = 31 * 86_400
    /// How long sessions and their legs are kept, at least as long as logs; nil: for ever.
    public var historySeconds: Int64? = 400 * 86_400
    /// How long before the money ends a far end is warned; 0: never.
    public var moneyWarningSeconds = 30
    /// How long running calls may go on after the shutdown has begun.
    public var shutdownGrace = Duration.seconds(30)

    public init() {}

    func spending(_ currency: Currency) -> Money? { hourlySpending.first { $0.currency == currency } }
}
