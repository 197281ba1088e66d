import Billing
import Logging
import Storage

/// What all parts of the platform share: the database and what stands on it.
struct PlatformCore: Sendable {
    let configuration: VoicePlatformConfiguration
    let database: Database
    let directory: Directory
    let files: PlatformFiles
    let storage: AccountStorage
    let tariffs: TariffShelf
    let history: HistoryQueue
    let address: BoundAddress
    let clock: @Sendable () -> UnixTime
    let logger: Logger

    /// Opens the database, brings it up to date, closes what a crash left open, and sets the master accounts.
    ///
    /// - Parameter onStatement: Called with the text of every statement that the database runs.
    /// - Throws: ``VoicePlatformError`` or ``StorageError``, each naming its remedy.
    static func open(
        _ configuration: VoicePlatformConfiguration, logger: Logger,
        clock: @escaping @Sendable () -> UnixTime = UnixTime.now, onStatement: (@Sendable (String) -> Void)? = nil
    ) async throws -> PlatformCore {
        try configuration.check()
        var configuration = configuration
        let files = PlatformFiles(directory: configuration.dataDirectory, logger: logger)
        try files.makeFolders()
        configuration.urlSigning = try URLSigning.stored(in: configuration.dataDirectory)
        let database = try Database.open(
            path: configuration.dataDirectory + "/platform.sqlite", onStatement: onStatement)
        try await database.migrate(PlatformSchema.migrations)
        let now = clock()
        let masters = configuration.masterAccounts
        let (open, kept) = try await database.write { transaction in
            try MasterAccountSetup(transaction: transaction, now: now).apply(masters)
            let recovery = CrashRecovery(transaction: transaction)
            let open = try recovery.closeOpenSessions(now: now) { name in
                files.recordPath(name).flatMap { files.size(of: $0) }
            }
            try recovery.beat(at: now)
            return (open, try AccountStorage.sums(transaction))
        }
        if open > 0 { logger.warning("closed sessions of a crash", metadata: ["sessions": "\(open)"]) }
        return PlatformCore(
            configuration: configuration, database: database,
            directory: Directory(database: database, platformDomain: configuration.domain),
            files: files,
            storage: AccountStorage(limit: configuration.limits.storageBytesPerAccount, bytes: kept),
            tariffs: TariffShelf(configuration),
            history: HistoryQueue(database: database, logger: logger), address: BoundAddress(), clock: clock,
            logger: logger)
    }

    /// The configuration with the public address that is known once the server listens.
    func effectiveConfiguration() -> VoicePlatformConfiguration {
        var effective = configuration
        effective.tariffs = tariffs.current
        if effective.publicURL == nil, let port = address.port { effective.port = port }
        effective.publicURL = PublicURLs(effective).base
        return effective
    }

    /// The HTTP server with all its routes.
    ///
    /// - Parameter orders: Called for changes that concern the engine.
    func httpService(hosting: any SessionHosting, orders: EngineOrders) -> PlatformHTTPService {
        let api = ManagementAPI(
            database: database, directory: directory, files: files, storage: storage, hosting: hosting,
            configuration: { effectiveConfiguration() }, clock: clock,
            gate: RequestGate(
                rate: RequestRate(
                    burst: configuration.limits.requestBurst, perSecond: configuration.limits.requestsPerSecond)),
            orders: orders, logger: logger)
        let access = FileAccess(
            database: database, configuration: { effectiveConfiguration() }, clock: clock)
        let routes = PlatformHTTP(
            api: api, hosting: hosting, files: files, access: access, database: database,
            limits: configuration.limits)
        return PlatformHTTPService(routes: routes, configuration: configuration, address: address, logger: logger)
    }
}

extension VoicePlatformConfiguration {
    /// - Throws: ``VoicePlatformError/configuration(setting:expectation:)`` for the first setting that cannot be used.
    func check() throws(VoicePlatformError) {
        guard !domain.isEmpty, domain == domain.lowercased() else {
            throw .configuration(setting: "domain", expectation: "a lower-case domain name")
        }
        guard limits.callsPerSecond > 0, limits.sessionsPerAccount > 0 else {
            throw .configuration(setting: "limits", expectation: "at least one call at once and in each second")
        }
        for master in masterAccounts {
            guard master.apiKey.utf8.count >= 16 else {
                throw .configuration(
                    setting: "masterAccounts.\(master.name).apiKey", expectation: "at least 16 random characters")
            }
            let amounts = [master.openingBalance, master.creditLimit].compactMap { $0 }
            guard amounts.allSatisfy({ $0.currency == master.currency }) else {
                throw .configuration(
                    setting: "masterAccounts.\(master.name)", expectation: "amounts in \(master.currency.code)")
            }
        }
        let numbers = numbers.regions.flatMap(\.numbers)
        guard Set(numbers).count == numbers.count, numbers.allSatisfy({ $0.allSatisfy(\.isNumber) && !$0.isEmpty })
        else { throw .configuration(setting: "numbers", expectation: "different numbers of digits only") }
    }
}
