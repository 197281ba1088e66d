import Storage

/// Portals and their accounts at the voice platform.
struct AccountParts: Sendable {
    let registry: PortalRegistry
    let versions: ScenarioVersions
    let queue: ProvisioningQueue
    let accounts: AccountStore
    let provisioner: Provisioner
    let loops: [@Sendable () async -> Void]
    let duties: [@Sendable () async -> Void]

    init(_ tools: ControllerTools) {
        let (now, logger) = (tools.now, tools.logger)
        registry = Self.registry(tools)
        versions = ScenarioVersions(
            store: ScenarioVersionStore(database: tools.database), health: HealthStore(database: tools.database),
            controllerURL: tools.configuration.publicURL, now: now, logger: logger)
        queue = ProvisioningQueue(
            turnstile: Turnstile(width: 32, mostWaiting: 10_000, now: now), clock: tools.clock)
        accounts = AccountStore(database: tools.database, secrets: tools.secrets)
        provisioner = Provisioner(
            store: accounts, platform: Self.platform(tools), masters: tools.configuration.platform.masters,
            versions: versions, registry: registry, locks: tools.locks("account"), queue: queue,
            backOff: tools.backOff, now: now, logger: logger)
        let (keyBell, followKeys) = tools.bell(.scenarioKeys)
        let (deviceBell, followDevices) = tools.bell(.devices)
        let news = tools.database.notifications(of: .scenarioVersions)
        loops = [
            { [versions] in await versions.follow(news, clock: tools.clock) }, followKeys, followDevices,
        ]
        duties = [
            ScenarioKeyCourier(
                registry: registry, provisioner: provisioner, rounds: tools.rounds(keyBell), logger: logger
            ).run,
            DeviceCourier(provisioner: provisioner, rounds: tools.rounds(deviceBell), logger: logger).run,
        ]
    }

    private static func registry(_ tools: ControllerTools) -> PortalRegistry {
        PortalRegistry(
            store: PortalStore(database: tools.database, secrets: tools.secrets),
            server: tools.configuration.licenceServer.map { LicenceServer(access: $0, http: tools.http) },
            policy: tools.configuration.licences, now: tools.now, logger: tools.logger
        ) { Portal($0, limits: tools.limits, http: tools.http, clock: tools.clock, now: tools.now) }
    }

    private static func platform(_ tools: ControllerTools) -> ManagementClient {
        let platform = tools.configuration.platform
        return ManagementClient(
            transport: ManagementTransport(
                baseURL: platform.baseURL, http: tools.http, limit: tools.limits.platform, clock: tools.clock),
            tokens: ServiceTokens(keys: platform.serviceKeys, now: tools.now))
    }
}
