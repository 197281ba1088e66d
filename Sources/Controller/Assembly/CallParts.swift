/// Calls that run: their lines' settings, their routes, and what portals and scenarios do with them.
struct CallParts: Sendable {
    let store: CallStore
    let settings: LineSettingsCache
    let routing: CallRouting
    let notices: PortalNotices
    let updates: CallUpdates
    let running: RunningSessions
    let relay: CommandRelay

    init(_ tools: ControllerTools, _ accounts: AccountParts) {
        let provisioner = accounts.provisioner
        store = CallStore(database: tools.database)
        notices = PortalNotices(logger: tools.logger)
        settings = LineSettingsCache(
            store: LineSettingsStore(database: tools.database), provisioner: provisioner, now: tools.now,
            logger: tools.logger, locks: tools.locks("settings"))
        routing = CallRouting(
            calls: store, settings: settings,
            employees: EmployeeDirectory(database: tools.database, now: tools.now),
            notices: notices, now: tools.now, logger: tools.logger)
        updates = CallUpdates(provisioner: provisioner, limit: tools.limits.update, clock: tools.clock)
        running = RunningSessions(calls: store, provisioner: provisioner, now: tools.now)
        relay = CommandRelay(calls: store, http: tools.http, limit: tools.limits.platform)
    }

    var loops: [@Sendable () async -> Void] { [notices.run] }
}
