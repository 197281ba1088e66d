/// What the operator's people do: portals, their own tokens, scenario versions.
struct StaffParts: Sendable {
    let gate: StaffGate
    let rollout: RolloutDesk
    let endpoints: [Endpoint]
    let duties: [@Sendable () async -> Void]

    init(_ tools: ControllerTools, _ accounts: AccountParts) {
        let journal = StaffJournal(database: tools.database, logger: tools.logger)
        let keeper = RolloutKeeper(
            versions: accounts.versions, provisioner: accounts.provisioner, portals: accounts.registry,
            judge: RolloutJudge(policy: tools.configuration.rollout), patrol: tools.patrol(tools.limits.rollout),
            now: tools.now, logger: tools.logger)
        rollout = RolloutDesk(versions: accounts.versions, keeper: keeper, journal: journal, now: tools.now)
        let store = StaffStore(database: tools.database)
        gate = StaffGate(token: tools.configuration.operatorToken, store: store)
        endpoints =
            RolloutEndpoint(desk: rollout).endpoints
            + PortalAdministration(
                registry: accounts.registry, accounts: accounts.accounts, journal: journal, now: tools.now
            ).endpoints
            + StaffAdministration(store: store, journal: journal, now: tools.now).endpoints
        duties = [keeper.run]
    }
}
